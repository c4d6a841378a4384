"""Building markets from facts and observations, forecasting them, and holding forecasts against what came."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from accounts.activity.log import record
from accounts.activity.models import Activity
from accounts.merchants.models import Merchant
from analytics.facts.models import CategoryFact
from analytics.markets import forecasting
from analytics.markets.events import ShareFallExpected
from analytics.markets.models import (
    WEEK,
    Information,
    Market,
    Observation,
    Player,
    PlayerWeek,
    ShareForecast,
    ShareRun,
    ShareScore,
    ShareState,
)
from analytics.markets.panels import share_panel, sold_on_platform, weeks_between
from analytics.markets.queries import digest_of, recent_amounts
from analytics.markets.rules import last_whole_week, monday, oddities, view_of
from core.actors import SYSTEM, Actor
from core.bulk import bulk_insert
from core.money import cents
from core.tenancy import every_tenant, tenant
from ecommerce.catalog.models import Category

TOLD_STEP, TOLD_CHANCE, QUIET_DAYS = 4, 0.7, 28


def open_markets() -> list[Market]:
    """A market for every category that anything was ever sold in; those that are there stay as they are."""
    with every_tenant("a market is made of the sales of many merchants"):
        sold = set(
            CategoryFact.objects.exclude(category=None).order_by().values_list("category_id", flat=True).distinct()
        )
    known = set(Market.objects.values_list("category_id", flat=True))
    for category in Category.objects.filter(pk__in=sold - known):
        Market.objects.get_or_create(category=category)
    return list(Market.objects.select_related("category"))


@transaction.atomic
def rebuild_market(market: Market, *, today: date) -> Market:
    """Count the market's weeks anew from facts and observations, and look for what is odd in them.

    The same data give the same rows. The week that runs is left out.
    """
    market = Market.objects.select_for_update().select_related("category").get(pk=market.pk)
    last = last_whole_week(today)
    with every_tenant("a market is made of the sales of many merchants"):
        first = CategoryFact.objects.filter(category=market.category, day__lt=last + WEEK).aggregate(day=Min("day"))
    observed = Observation.objects.filter(player__market=market, week__lte=last)
    begun = [day for day in (first["day"], observed.aggregate(week=Min("week"))["week"]) if day is not None]
    PlayerWeek.objects.filter(player__market=market).delete()
    market.built_at, market.quality, market.first_week, market.last_week = timezone.now(), [], None, None
    if begun:
        start = monday(min(begun))
        rows, notes = _platform_weeks(market, start, last)
        outside, more = _outside_weeks(market, start, last)
        bulk_insert([*rows, *outside])
        if rows or outside:
            market.first_week, market.last_week, market.quality = start, last, [*notes, *more]
    market.save()
    return market


def _platform_weeks(market: Market, first: date, last: date) -> tuple[list[PlayerWeek], list[dict[str, Any]]]:
    sold = sold_on_platform(market.category, first, last)
    merchants = Merchant.objects.in_bulk(sold)
    currencies = Counter(merchant.currency for merchant in merchants.values())
    market.currency = currencies.most_common(1)[0][0] if currencies else market.currency
    weeks = weeks_between(first, last)
    rows: list[PlayerWeek] = []
    notes: list[dict[str, Any]] = []
    for merchant_id, one in sorted(sold.items()):
        player, _ = Player.objects.get_or_create(market=market, merchant=merchants[merchant_id])
        begins = int(np.flatnonzero(one.units > 0)[0]) if (one.units > 0).any() else len(weeks)
        is_foreign = merchants[merchant_id].currency != market.currency
        if is_foreign:
            notes.append({"code": "currency", "player": player.pk})
        notes += [
            {**note, "player": player.pk}
            for note in oddities(weeks[begins:], list(one.units[begins:]), is_outside=False)
        ]
        rows += [
            PlayerWeek(
                player=player,
                week=weeks[at],
                units=float(one.units[at]),
                value=_money(0 if is_foreign else one.value[at]),
                price=float(one.price[at]) if np.isfinite(one.price[at]) and not is_foreign else None,
                promotion=float(one.promotion[at]),
            )
            for at in range(begins, len(weeks))
        ]
    return rows, notes


def _outside_weeks(market: Market, first: date, last: date) -> tuple[list[PlayerWeek], list[dict[str, Any]]]:
    """The newest observation of each week; none of a competitor that sells on the platform under the same name."""
    merchants = Player.objects.filter(market=market, merchant__isnull=False)
    ours = {name.casefold() for name in merchants.values_list("merchant__name", flat=True)}
    newest: dict[tuple[int, date], Observation] = {}
    seen = Observation.objects.filter(player__market=market, week__gte=first, week__lte=last)
    for observation in seen.select_related("player").order_by("known_at", "pk"):
        newest[observation.player_id, observation.week] = observation
    by_player: dict[Player, dict[date, Observation]] = {}
    for observation in newest.values():
        by_player.setdefault(observation.player, {})[observation.week] = observation
    rows: list[PlayerWeek] = []
    notes: list[dict[str, Any]] = []
    weeks = weeks_between(first, last)
    for player, found in sorted(by_player.items(), key=lambda item: item[0].pk):
        if player.name.casefold() in ours:
            notes.append({"code": "double", "player": player.pk, "name": player.name})
            continue
        amounts = [found[week].units if week in found else None for week in weeks]
        notes += [
            {**note, "player": player.pk, "name": player.name} for note in oddities(weeks, amounts, is_outside=True)
        ]
        rows += [
            PlayerWeek(
                player=player,
                week=week,
                units=one.units,
                value=_money(one.units * float(one.price or 0) if one.value is None else one.value),
                price=None if one.price is None else float(one.price),
                promotion=one.promotion,
                rating=one.rating,
                known_at=one.known_at,
            )
            for week, one in sorted(found.items())
        ]
    return rows, notes


def _money(amount: Any) -> Decimal:
    return cents(Decimal(str(amount)))


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
        found = forecasting.look_ahead(market, measure, weeks, known_by=_known_by(market, weeks[-1]))
        for week, result in zip(weeks, found, strict=True):
            made.append(_keep(market, measure, week, result, actor=actor, is_replay=week != market.last_week))
    newest = made[-1]
    if newest.is_made and until is None:
        _keep_state(newest)
        _tell(market, newest)
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
    rows = PlayerWeek.objects.filter(player__market=market, known_at__isnull=False).values_list("week", "known_at")
    is_late = any(known_at and known_at.date() >= week + 2 * WEEK for week, known_at in rows)
    return [[week] for week in weeks] if is_late else [weeks]


@transaction.atomic
def _keep(
    market: Market,
    measure: str,
    week: date,
    result: forecasting.Looked,
    *,
    actor: Actor,
    is_replay: bool,
) -> ShareRun:
    known: ShareRun | None = ShareRun.objects.filter(
        market=market,
        measure=measure,
        information=Information.NONE,
        last_week=week,
        data_digest=result.data_digest,
    ).first()
    if known is not None:
        return known
    run = ShareRun(
        market=market,
        measure=measure,
        information=Information.NONE,
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
    ShareState.objects.filter(run__market=run.market, run__measure=run.measure).delete()
    if data is not None:
        ShareState.objects.create(run=run, data=data)


def _tell(market: Market, run: ShareRun) -> None:
    """Tell merchants whose share is likely to fall by a point, once in QUIET_DAYS a market."""
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


@transaction.atomic
def score_share_forecasts(market: Market) -> int:
    """Score every step of the market's forecasts whose week is known. Returns how many; none twice."""
    if market.last_week is None:
        return 0
    scores: list[ShareScore] = []
    runs = (
        ShareRun.objects.made()
        .filter(market=market, last_week__lt=market.last_week)
        .exclude(forecasts__scores__step=ShareRun._meta.get_field("horizon").default)
    )
    for measure in runs.order_by().values_list("measure", flat=True).distinct():
        found = share_panel(market, measure)
        column = {player.pk: at for at, player in enumerate(found.players)}
        open_runs = list(runs.filter(measure=measure).order_by("last_week"))
        planned = forecasting.with_the_plan_that_came(found, [run.last_week for run in open_runs])
        for run in open_runs:
            origin = found.weeks.index(run.last_week) + 1
            due = min(run.horizon, len(found.weeks) - origin)
            done = set(ShareScore.objects.filter(forecast__run=run).values_list("forecast_id", "step"))
            for forecast in run.forecasts.all():
                at = column.get(forecast.player_id)
                if at is None:
                    continue
                for step in range(1, due + 1):
                    week = origin + step - 1
                    actual = float(found.panel.shares[week, at])
                    nothing_to_say = not actual and not forecast.last  # a player that had not begun, and did not
                    if (forecast.pk, step) in done or not found.panel.counted[week] or nothing_to_say:
                        continue
                    told = planned.get(run.last_week)
                    scores.append(
                        ShareScore.of(
                            forecast,
                            step,
                            actual=actual,
                            planned=None if told is None else float(told[step - 1, at]),
                        )
                    )
    ShareScore.objects.bulk_create(scores, ignore_conflicts=True, batch_size=500)
    return len(scores)
