"""Forecasting markets: runs that are written once, the state that scenarios ask, and who is told of a fall."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.activity.log import record
from accounts.activity.models import Activity
from accounts.merchants.models import Merchant
from analytics.forecasts.events import DriftNoticed, DriftOver
from analytics.forecasts.monitoring import announce_watch
from analytics.markets import forecasting
from analytics.markets.events import TOLD_STEP, ShareFallExpected
from analytics.markets.models import WEEK, Information, Market, Player, PlayerWeek, ShareForecast, ShareRun, ShareState
from analytics.markets.monitoring import share_standing, share_watched_before
from analytics.markets.queries import digest_of, recent_amounts
from analytics.markets.rules import view_of
from core.actors import SYSTEM, Actor
from core.bulk import bulk_insert
from core.tenancy import tenant

TOLD_CHANCE, QUIET_DAYS = 0.7, 28


def make_share_runs(
    market: Market, measure: str, *, actor: Actor = SYSTEM, replay: int = 0, until: date | None = None
) -> list[ShareRun]:
    """Forecast a market from its last week, and with `replay` as of so many weeks before it, with what was known then.

    Returns the runs, the newest last. A run that was made from the same data is returned as it is. A market that cannot
    be forecast gets a run with a refusal.
    """
    assert market.last_week is not None
    last = until or market.last_week
    made: list[ShareRun] = []
    for weeks in _passes(market, last, replay):
        watch = share_standing(market, measure, weeks[-1])
        known_by = _known_by(market, weeks[-1])
        found = forecasting.look_ahead(market, measure, weeks, known_by=known_by, watch=watch)
        for week, result in zip(weeks, found, strict=True):
            made.append(keep_run(market, measure, week, result, actor=actor, is_replay=week != market.last_week))
    newest = made[-1]
    if newest.is_made and until is None:
        _keep_state(newest)
        _tell(market, newest)
        _tell_of_watch(market, newest)
    return made


def _known_by(market: Market, week: date) -> datetime | None:
    """As of past weeks: the end of that week, and what the week's own figures took to arrive. None for the newest."""
    if week == market.last_week:
        return None
    return datetime.combine(week + 2 * WEEK, datetime.min.time(), tzinfo=timezone.get_default_timezone())


def _passes(market: Market, last: date, replay: int) -> list[list[date]]:
    """The weeks to forecast from, together where nothing became known late, else one by one."""
    weeks = [last - back * WEEK for back in range(replay, -1, -1)]
    weeks = [week for week in weeks if market.first_week is not None and week >= market.first_week]
    rows = PlayerWeek.objects.filter(player__market=market)
    seen = rows.filter(known_at__isnull=False).values_list("week", "known_at")
    is_late = any(known_at and known_at.date() >= week + 2 * WEEK for week, known_at in seen)
    spent = rows.filter(advertising_known_on__isnull=False).values_list("week", "advertising_known_on")
    is_late = is_late or any(known_on and known_on >= week + 2 * WEEK for week, known_on in spent)
    return [[week] for week in weeks] if is_late else [weeks]


@transaction.atomic
def keep_run(
    market: Market,
    measure: str,
    week: date,
    result: forecasting.Looked,
    *,
    actor: Actor,
    is_replay: bool = False,
    player: Player | None = None,
) -> ShareRun:
    """Write a run down once; one that was made from the same data (and the same plan of `player`) is returned."""
    information = Information.NONE if player is None else Information.OWN
    known: ShareRun | None = ShareRun.objects.filter(
        market=market,
        measure=measure,
        information=information,
        player=player,
        last_week=week,
        data_digest=result.data_digest,
    ).first()
    if known is not None:
        return known
    run = ShareRun(
        market=market,
        measure=measure,
        information=information,
        player=player,
        actor_label=actor.label[:150],
        last_week=week,
        is_replay=is_replay,
        data_digest=result.data_digest,
        **result.fields,
    )
    forecasts = [ShareForecast(**fields) for fields in result.forecasts]
    run.digest = digest_of(run, forecasts)
    run.save()
    for forecast in forecasts:
        forecast.run = run
    bulk_insert(forecasts)
    return run


def _keep_state(run: ShareRun) -> None:
    """Keep what scenarios of the newest run need, and throw away that of older runs."""
    if ShareState.objects.filter(run=run).exists():
        return
    data = forecasting.scenario_state(run.market, run.measure)
    assert run.first_week is not None
    ahead = forecasting.festivals_ahead(run.market, run.measure, run.first_week, run.last_week)
    ShareState.objects.filter(run__market=run.market, run__measure=run.measure).delete()
    if data is not None:
        ShareState.objects.create(run=run, data=data, festivals=ahead)


def _tell(market: Market, run: ShareRun) -> None:
    """Tell merchants whose share is likely to fall by a point, once in QUIET_DAYS a market; of old data nothing."""
    if run.week(TOLD_STEP) < timezone.localdate():
        return
    amounts = recent_amounts(market, run.measure)
    rows = run.forecasts.filter(player__merchant__isnull=False).select_related("player__merchant")
    for forecast in rows:
        chance = forecast.lose[TOLD_STEP - 1]
        if chance < TOLD_CHANCE or view_of(forecast.player_id, amounts).withheld:
            continue
        merchant = forecast.player.merchant
        assert merchant is not None
        with tenant(merchant), transaction.atomic():
            Merchant.objects.select_for_update().get(pk=merchant.pk)
            since = timezone.now() - timedelta(days=QUIET_DAYS)
            told = Activity.objects.filter(kind=ShareFallExpected.kind, at__gt=since).values_list("payload", flat=True)
            if any(payload["market_id"] == market.pk for payload in told):
                continue
            row = forecast.quantiles[TOLD_STEP - 1]
            fall = ShareFallExpected(
                run_id=run.pk,
                market_id=market.pk,
                measure=run.measure,
                category=market.category.name,
                last=forecast.last,
                low=row[1],
                middle=row[3],
                high=row[5],
                chance=chance,
            )
            record(fall, actor=SYSTEM)


def _tell_of_watch(market: Market, run: ShareRun) -> None:
    """Record for every merchant of the market that its forecasts came under review or hold again, once a run."""
    before = share_watched_before(run)
    for player in Player.objects.filter(market=market, merchant__isnull=False).select_related("merchant"):
        assert player.merchant is not None
        with tenant(player.merchant), transaction.atomic():
            Merchant.objects.select_for_update().get(pk=player.merchant.pk)
            kinds = [DriftNoticed.kind, DriftOver.kind]
            told = Activity.objects.filter(kind__in=kinds, payload__subject_name=f"share:{run.measure}")
            if run.pk not in [payload["run_id"] for payload in told.values_list("payload", flat=True)]:
                announce_watch(run, f"share:{run.measure}", before=before, category=market.category.name)
