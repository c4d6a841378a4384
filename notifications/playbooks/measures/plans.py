"""What came after forecasts of the shop's sales, and after plans and promotions that are over."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Q, Sum

from accounts.merchants.models import Merchant
from analytics.facts.models import VariantFact
from analytics.frames import daily_series
from analytics.markets.models import Measure, PlayerWeek
from analytics.promotions.models import Promotion
from analytics.scenarios.models import Promise
from core.among import Among
from notifications.playbooks.measures.cases import HORIZON, Case, Facts

WEEKS_AFTER: Final = 4


def sales_against_forecast(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Sales of the days that a forecast was about, in percent of the middle of what it expected; as large as usual."""
    spans = [[date.fromisoformat(fact.payload[name]) for name in ("first_day", "last_day")] for fact in facts]
    begin = min(first for first, _last in spans)
    sales = daily_series("value", begin, max(last for _first, last in spans))
    found: list[Case | None] = []
    for fact, (first, last) in zip(facts, spans, strict=True):
        came = float(sales[(first - begin).days : (last - begin).days + 1].sum())
        middle = fact.payload["middle"]
        found.append(Case(fact.payload["usual"], 100 * came / middle) if middle > 0 else None)
    return found


def share_after_plan(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Points by which the market share of the WEEKS_AFTER a plan is above the one it came to; none until those weeks
    are counted. As large as that share.
    """
    columns = ("player_id", "player__market_id", "scenario__measure", "last_week")
    rows = Promise.objects.filter(Among("pk", {fact.thing for fact in facts})).order_by()
    plans = {pk: tuple(row) for pk, *row in rows.values_list("pk", *columns)}
    if not plans:
        return [None] * len(facts)
    first = min(row[3] for row in plans.values()) + timedelta(weeks=1)
    last = max(row[3] for row in plans.values()) + timedelta(weeks=WEEKS_AFTER)
    weeks: Any = PlayerWeek.objects.filter(week__gte=first, week__lte=last).order_by()
    markets = weeks.filter(player__market__in={row[1] for row in plans.values()})
    sums = markets.values_list("player__market_id", "week").annotate(Sum("units"), Sum("value"))
    totals = {(market, week): (units, float(value or 0)) for market, week, units, value in sums}
    mine = weeks.filter(player__in={row[0] for row in plans.values()}).values_list(
        "player_id", "week", "units", "value"
    )
    own = {(player, week): (units, float(value or 0)) for player, week, units, value in mine}
    found: list[Case | None] = []
    for fact in facts:
        if fact.thing not in plans:
            found.append(None)
            continue
        player, market, measure, end = plans[fact.thing]
        column = int(measure == Measure.VALUE)
        after = [end + timedelta(weeks=step) for step in range(1, WEEKS_AFTER + 1)]
        sold = [own.get((player, week), (0.0, 0.0))[column] for week in after]
        all_sold = [totals.get((market, week), (0.0, 0.0))[column] for week in after]
        if not all(all_sold):
            found.append(None)
            continue
        share = sum(one / total for one, total in zip(sold, all_sold, strict=True)) / WEEKS_AFTER
        found.append(Case(100 * fact.payload["share"], 100 * (share - fact.payload["share"])))
    return found


def sold_after_promotion(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Units of what was on promotion in the HORIZON days after the report, in percent of those before it; none where
    nothing was sold before.
    """
    rows = Promotion.objects.filter(Among("pk", {fact.thing for fact in facts})).order_by()
    variants: dict[int, list[int]] = dict(rows.values_list("pk", "variants"))
    around = Q()
    for fact in facts:
        span = timedelta(days=HORIZON)
        around |= Q(day__gte=fact.day - span, day__lte=fact.day + span)
    named = {variant for several in variants.values() for variant in several}
    sold: dict[int, list[tuple[date, int]]] = defaultdict(list)
    days: Any = VariantFact.objects.filter(around).filter(Among("variant_id", named)).order_by()
    for variant, day, units in days.values_list("variant_id", "day", "units"):
        sold[variant].append((day, units))
    found: list[Case | None] = []
    for fact in facts:
        before = after = 0
        for variant in variants.get(fact.thing, ()):
            for day, units in sold[variant]:
                apart = (day - fact.day).days
                before += units if -HORIZON <= apart < 0 else 0
                after += units if 0 < apart <= HORIZON else 0
        found.append(Case(before, 100 * after / before) if before else None)
    return found
