"""Reading markets: what a merchant may see of them, the newest forecast, and how earlier ones turned out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from accounts.jobs.models import Job
from accounts.merchants.models import Merchant
from analytics.forecasts.queries import watched
from analytics.markets.models import (
    WEEK,
    Information,
    Market,
    Measure,
    Observation,
    PlannedWeek,
    Player,
    PlayerWeek,
    ShareForecast,
    ShareRun,
    ShareScore,
    ShareState,
)
from analytics.markets.panels import HORIZON, Planned
from analytics.markets.rules import RECENT, Record, Verdict, View, view_of
from core.tenancy import every_tenant

TASK = "analytics.markets.tasks.forecast_market"
RECORD_STEP, RECORD_WEEKS = 4, 12
PAST_WEEKS = 30


def markets_of(merchant: Merchant) -> QuerySet[Market]:
    """The markets that the merchant plays in."""
    return Market.objects.filter(players__merchant=merchant).select_related("category").order_by("category__path")


def staff_markets() -> QuerySet[Market]:
    """Every market with `shops` and `outside`, its players of either kind."""
    outside = Count("players", filter=Q(players__merchant=None))
    return Market.objects.select_related("category").annotate(shops=Count("players") - outside, outside=outside)


def own_player(market: Market, merchant: Merchant) -> Player | None:
    return Player.objects.filter(market=market, merchant=merchant).first()


def recent_amounts(market: Market, measure: str, until: date | None = None) -> dict[int, float]:
    """What each player sold in the last RECENT weeks up to `until`, by player id."""
    last = until or market.last_week
    if last is None:
        return {}
    column = "value" if measure == Measure.VALUE else "units"
    rows = PlayerWeek.objects.filter(player__market=market, week__gt=last - RECENT * WEEK, week__lte=last)
    sums = rows.order_by().values("player").annotate(sold=Sum(column)).values_list("player", "sold")
    return {player: float(sold) for player, sold in sums}


def view(market: Market, measure: str, merchant: Merchant, until: date | None = None) -> tuple[View, Player | None]:
    """What the merchant may see of a market as of the week `until` or today, and which player it is."""
    own = own_player(market, merchant)
    if own is None:
        return View({}, "not_selling"), None
    return view_of(own.pk, recent_amounts(market, measure, until)), own


def newest_share_run(
    market: Market, measure: str, *, made: bool = False, player: Player | None = None
) -> ShareRun | None:
    """The newest run that knew nobody's plans, or the player's own; with `made` the newest with a forecast."""
    runs = ShareRun.objects.of(market, measure, player)
    found: ShareRun | None = (runs.made() if made else runs).first()
    return found


def share_run_list(merchant: Merchant) -> QuerySet[ShareRun]:
    """The runs of the merchant's markets with all that a row of their list shows, none that knew another's plan."""
    rows = ShareRun.objects.filter(market__players__merchant=merchant).select_related("market__category")
    return rows.filter(Q(player=None) | Q(player__merchant=merchant))


def forecast_of(run: ShareRun, player: Player) -> ShareForecast | None:
    return ShareForecast.objects.filter(run=run, player=player).first()


@dataclass(frozen=True)
class PastShare:
    """A week with the share of each group of the view."""

    week: date
    shares: dict[str, float]
    total: float


def past_shares(market: Market, measure: str, seen: View, until: date, weeks: int = PAST_WEEKS) -> list[PastShare]:
    """The last weeks of a market, grouped as the view allows, oldest first; weeks in which nobody sold are left out.

    Weeks in which a shown group had fewer sellers than the view asks for are as closed as the newest one: the groups
    are those of today, and a player who did not sell then only makes the others' sum smaller.
    """
    column = "value" if measure == Measure.VALUE else "units"
    rows = PlayerWeek.objects.filter(player__market=market, week__gt=until - weeks * WEEK, week__lte=until)
    group = {player: name for name, players in seen.groups.items() for player in players}
    sums: dict[date, dict[str, float]] = {}
    for week, player, sold in rows.order_by("week").values_list("week", "player_id", column):
        found = sums.setdefault(week, dict.fromkeys(seen.groups, 0.0))
        name = group.get(player, "others")
        found[name] = found.get(name, 0.0) + float(sold)
    made = []
    for week, amounts in sums.items():
        total = sum(amounts.values())
        if total > 0:
            made.append(PastShare(week, {name: amount / total for name, amount in amounts.items()}, total))
    return made


def share_record(
    player: Player, measure: str, *, step: int = RECORD_STEP, weeks: int = RECORD_WEEKS, until: date | None = None
) -> Record:
    """How well this player's share was forecast `step` weeks ahead, in the last `weeks` weeks that are known."""
    scores = (
        ShareScore.objects.filter(
            forecast__player=player,
            forecast__run__measure=measure,
            forecast__run__information=Information.NONE,
            step=step,
        )
        .select_related("forecast__run")
        .order_by("-forecast__run__last_week", "-forecast__run_id")
    )
    if until is not None:
        scores = scores.filter(forecast__run__last_week__lte=until - step * WEEK)
    verdicts: dict[date, Verdict] = {}
    for score in scores[: 2 * weeks]:
        made = score.forecast
        row, run = made.quantiles[step - 1], made.run
        week = run.week(step)
        verdict = Verdict(week, row[1], made.mean[step - 1], row[5], score.actual, made.last, run.is_replay)
        verdicts.setdefault(week, verdict)
    return Record([verdicts[week] for week in sorted(verdicts)][-weeks:])


def plan_errors(player: Player, measure: str, *, is_own: bool = False) -> tuple[float, float] | None:
    """The mean absolute error as forecast, and with the prices and promotions that really came; None without scores.

    Of forecasts that knew nobody's plans, or with `is_own` the player's own.
    """
    rows = ShareScore.objects.filter(
        forecast__player=player,
        forecast__run__measure=measure,
        forecast__run__information=Information.OWN if is_own else Information.NONE,
        planned_error__isnull=False,
    ).order_by("-pk")[:200]
    found = [(error, planned) for error, planned in rows.values_list("error", "planned_error") if planned is not None]
    if not found:
        return None
    return sum(abs(error) for error, _ in found) / len(found), sum(abs(planned) for _, planned in found) / len(found)


def plans_ahead(market: Market, last_week: date) -> dict[int, dict[date, Planned]]:
    """What players have declared for the weeks of a forecast from `last_week`, the newest word on each.

    By player id and Monday.
    """
    with every_tenant("a market is forecast for all of its players; each plan goes into its own player's run only"):
        rows = PlannedWeek.objects.filter(
            player__market=market, week__gt=last_week, week__lte=last_week + HORIZON * WEEK
        )
        told = list(rows.order_by("declared_at", "pk").values_list("player_id", "week", *Planned._fields))
    plans: dict[int, dict[date, Planned]] = {}
    for player, week, *planned in told:
        plans.setdefault(player, {})[week] = Planned(*planned)
    kept = {
        player: {week: plan for week, plan in weeks.items() if plan != Planned()} for player, weeks in plans.items()
    }
    return {player: weeks for player, weeks in kept.items() if weeks}


def newest_state(market: Market, measure: str) -> ShareState | None:
    """What scenarios of a market are asked of."""
    rows = ShareState.objects.filter(run__market=market, run__measure=measure).select_related("run")
    return rows.order_by("-run__last_week", "-run_id").first()


def open_share_job(market: Market) -> Job | None:
    """The forecast of this market that waits or runs now, whoever asked for it."""
    jobs = Job.objects.filter(task=TASK, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    return next((job for job in jobs.order_by("-pk") if job.args[:1] == [market.pk]), None)


def observation_list() -> QuerySet[Observation]:
    """Observations with all that a row and an export show."""
    return Observation.objects.select_related("player__market__category")


def content_of(run: ShareRun, forecasts: Sequence[ShareForecast]) -> str:
    """Everything a run says, as one text that is the same for the same content."""
    said = {
        name: getattr(run, name)
        for name in (
            "market_id", "measure", "information", "first_week", "last_week", "horizon", "players", "weights",
            "backtest", "assumed", "size", "notes", "refusal", "is_replay", "data_digest",
        )
    }  # fmt: skip
    said |= watched(run)
    rows = [
        [one.player_id, one.last, one.mean, one.quantiles, one.gain, one.lose, one.ranks, one.reasons]
        + ([] if one.others is None else [one.others])
        for one in forecasts
    ]
    if run.player_id is not None:
        said["player_id"] = run.player_id
    return json.dumps({**said, "forecasts": rows}, sort_keys=True, default=str)


def digest_of(run: ShareRun, forecasts: Sequence[ShareForecast]) -> str:
    return hashlib.sha256(content_of(run, forecasts).encode()).hexdigest()


def altered_share_runs() -> list[ShareRun]:
    """Runs whose content is not what was written."""
    rows = ShareForecast.objects.order_by("pk")
    runs: Any = ShareRun.objects.prefetch_related(Prefetch("forecasts", rows)).order_by("pk")
    return [run for run in runs.iterator(chunk_size=200) if digest_of(run, list(run.forecasts.all())) != run.digest]
