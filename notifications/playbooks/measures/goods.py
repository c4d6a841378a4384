"""What was sold, what was out of stock and what share was held after a fact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Q, Sum

from accounts.merchants.models import Merchant
from analytics.episodes.queries import ABOUT_GOODS
from analytics.facts.models import VariantFact
from analytics.frames import sold_out_days
from analytics.markets.events import TOLD_STEP
from analytics.markets.models import ShareScore
from analytics.restock.models import StockWarning
from core.among import Among
from ecommerce.complaints.models import Complaint
from notifications.playbooks.measures.cases import HORIZON, Case, Fact, Facts

SURGE_DAYS: Final = 14  # of which a surge is foretold
FORECAST_DAYS: Final = 28
WEEK: Final = 7  # days up to a festival, itself among them
USUAL_DAYS: Final = 28
MOST_VARIANTS: Final = 300  # whose stock is followed: those that sell most


def _units(field: str, facts: Facts) -> dict[int, dict[date, int]]:
    """Units of each thing by day, round all the facts: one query."""
    first = min(fact.day for fact in facts) - timedelta(days=HORIZON)
    last = max(fact.day for fact in facts) + timedelta(days=HORIZON)
    rows: Any = VariantFact.objects.filter(Among(field, {fact.thing for fact in facts}), day__gte=first, day__lte=last)
    found: dict[int, dict[date, int]] = defaultdict(dict)
    for thing, day, units in rows.order_by().values_list(field, "day").annotate(Sum("units")):
        found[thing][day] = units
    return found


def _sum(units: Mapping[date, int], first: date, last: date) -> int:
    return sum(count for day, count in units.items() if first <= day <= last)


def _before(units: Mapping[date, int], day: date) -> int:
    return _sum(units, day - timedelta(days=HORIZON), day - timedelta(days=1))


def sold_after(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Units of a product in the days after, in percent of those before; none where nothing was sold before."""
    units = _units("variant__product_id", facts)
    found: list[Case | None] = []
    for fact in facts:
        product, day = fact.thing, fact.day
        size = _before(units.get(product, {}), day)
        after = _sum(units.get(product, {}), day + timedelta(days=1), day + timedelta(days=HORIZON))
        found.append(Case(size, 100 * after / size) if size else None)
    return found


def complaints_after(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Complaints about the goods of a product in the days after."""
    units = _units("variant__product_id", facts)
    days: dict[int, list[date]] = defaultdict(list)
    rows: Any = Complaint.objects.filter(
        Among("product_id", {fact.thing for fact in facts}), product__isnull=False, topic__in=ABOUT_GOODS
    )
    since = merchant.day_bounds(min(fact.day for fact in facts))[0]
    for product, at in rows.filter(opened_at__gte=since).order_by().values_list("product_id", "opened_at"):
        days[product].append(merchant.day_of(at))
    return [
        Case(
            _before(units.get(fact.thing, {}), fact.day),
            sum(fact.day < one <= fact.day + timedelta(days=HORIZON) for one in days.get(fact.thing, ())),
        )
        for fact in facts
    ]


def complaints_per_hundred(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Complaints about the goods for 100 units sold in the days after; none where nothing was sold any more."""
    units = _units("variant__product_id", facts)
    found: list[Case | None] = []
    for fact, case in zip(facts, complaints_after(facts, merchant), strict=True):
        sold = _sum(units.get(fact.thing, {}), fact.day + timedelta(days=1), fact.day + timedelta(days=HORIZON))
        found.append(Case(case.size, 100 * case.outcome / sold) if case is not None and sold else None)
    return found


def against_forecast(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Units of a product in the 28 days after, in percent of what was forecast for them when it was praised."""
    units = _units("variant__product_id", facts)
    found: list[Case | None] = []
    for fact in facts:
        expected = fact.payload["units"] * (1 + fact.payload["forecast_percent"] / 100)
        after = _sum(units.get(fact.thing, {}), fact.day + timedelta(days=1), fact.day + timedelta(days=FORECAST_DAYS))
        found.append(Case(fact.payload["units"], 100 * after / expected) if expected else None)
    return found


def days_sold_out(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Days in the HORIZON after on which nothing of a SKU was on the shelf."""
    units = _units("variant_id", facts)
    ids = sorted({fact.thing for fact in facts})
    first = min(fact.day for fact in facts)
    out = sold_out_days(ids, first, max(fact.day for fact in facts) + timedelta(days=HORIZON), merchant)
    row = {variant: index for index, variant in enumerate(ids)}
    found: list[Case | None] = []
    for fact in facts:
        variant, day = fact.thing, fact.day
        begin = (day - first).days + 1
        days = int(out[row[variant], begin : begin + HORIZON].sum())
        found.append(Case(_before(units.get(variant, {}), day), days))
    return found


def sold_out_in_surge(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Days on which what sells was sold out, in percent of its days in the two weeks of a surge."""
    shares = _sold_out_share(facts, merchant, lambda fact: (fact.day + timedelta(days=1), SURGE_DAYS))
    return [
        None if share is None else Case(fact.payload["usual"], 100 * share)
        for fact, share in zip(facts, shares, strict=True)
    ]


def sold_out_before_festival(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Days on which what sells was sold out, in percent of its days in the WEEK up to a festival."""
    shares = _sold_out_share(facts, merchant, lambda fact: (_week_before_festival(fact)[0], WEEK))
    return [
        None if share is None else Case(_size_of_festival(fact), 100 * share)
        for fact, share in zip(facts, shares, strict=True)
    ]


def sold_before_festival(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Units in the WEEK up to a festival, in percent of a week of the 28 days before it was announced."""
    first = min(fact.day for fact in facts) - timedelta(days=USUAL_DAYS)
    rows: Any = VariantFact.objects.filter(day__gte=first, day__lte=max(_week_before_festival(one)[1] for one in facts))
    units: dict[date, int] = dict(rows.order_by().values_list("day").annotate(Sum("units")))
    found: list[Case | None] = []
    for fact in facts:
        usual = _sum(units, fact.day - timedelta(days=USUAL_DAYS), fact.day - timedelta(days=1)) * WEEK / USUAL_DAYS
        sold = _sum(units, *_week_before_festival(fact))
        found.append(Case(_size_of_festival(fact), 100 * sold / usual) if usual else None)
    return found


def _week_before_festival(fact: Fact) -> tuple[date, date]:
    last = date.fromisoformat(fact.payload["day"])
    return last - timedelta(days=WEEK - 1), last


def _size_of_festival(fact: Fact) -> float:
    """Sales at it in percent of the usual, as the forecast saw it: the usual where it saw no effect."""
    return 100.0 + (fact.payload["effect_percent"] or 0)


def _sold_out_share(facts: Facts, merchant: Merchant, span: Callable[[Fact], tuple[date, int]]) -> list[float | None]:
    """The share of its days on which what sells was sold out, in the span (first day, days) of each fact; None where
    nothing sold.

    Looked at is what sold in the HORIZON days before the fact, at most the MOST_VARIANTS that sell most.
    """
    first, last = min(fact.day for fact in facts), max(fact.day for fact in facts)
    rows: Any = VariantFact.objects.filter(day__gte=first - timedelta(days=HORIZON), day__lt=last).order_by()
    sums = rows.values_list("variant_id").annotate(n=Sum("units")).order_by("-n", "variant_id")
    ids = sorted(variant for variant, _n in sums[:MOST_VARIANTS])
    if not ids:
        return [None] * len(facts)
    sold: dict[int, set[date]] = defaultdict(set)
    for variant, day in rows.filter(Among("variant_id", ids), units__gt=0).values_list("variant_id", "day"):
        sold[variant].add(day)
    spans = [span(fact) for fact in facts]
    begin = min(day for day, _days in spans)
    out = sold_out_days(ids, begin, max(day + timedelta(days=days - 1) for day, days in spans), merchant)
    found: list[float | None] = []
    for fact, (day, days) in zip(facts, spans, strict=True):
        before = fact.day - timedelta(days=HORIZON)
        selling = [row for row, pk in enumerate(ids) if any(before <= one < fact.day for one in sold[pk])]
        at = (day - begin).days
        found.append(float(out[selling, at : at + days].mean()) if selling else None)
    return found


def sold_out_of_warned(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Of the SKUs of a night's warnings the days sold out in the HORIZON after, in percent of its days."""
    spans = {(fact.payload["first_warning_id"], fact.payload["last_warning_id"]) for fact in facts}
    named = Q()
    for span in spans:
        named |= Q(pk__range=span)
    warned = dict(StockWarning.objects.filter(named).order_by().values_list("pk", "variant_id"))
    ids = sorted(set(warned.values()))
    if not ids:
        return [None] * len(facts)
    first = min(fact.day for fact in facts)
    out = sold_out_days(ids, first, max(fact.day for fact in facts) + timedelta(days=HORIZON), merchant)
    row = {variant: index for index, variant in enumerate(ids)}
    found: list[Case | None] = []
    for fact in facts:
        least, most = fact.payload["first_warning_id"], fact.payload["last_warning_id"]
        mine = [row[variant] for pk, variant in warned.items() if least <= pk <= most]
        begin = (fact.day - first).days + 1
        share = out[mine, begin : begin + HORIZON].mean() if mine else 0.0
        found.append(Case(fact.payload["count"], 100 * float(share)) if mine else None)
    return found


def share_against_forecast(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Points by which the share was above what had been foretold for it, four weeks on; none until the week is over."""
    scores = ShareScore.objects.filter(
        forecast__run__in={fact.payload["run_id"] for fact in facts},
        forecast__player__merchant=merchant,
        step=TOLD_STEP,
    )
    came = dict(scores.order_by().values_list("forecast__run_id", "actual"))
    return [
        Case(fact.payload["last"], 100 * (came[fact.payload["run_id"]] - fact.payload["middle"]))
        if fact.payload["run_id"] in came
        else None
        for fact in facts
    ]
