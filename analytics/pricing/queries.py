"""Prices over time with the units sold while each of them held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from accounts.merchants.models import Merchant
from analytics.facts.models import VariantFact
from ecommerce.catalog.models import PriceChange, Product, Variant

DAYS_SHOWN = 180
WEEK = 7


@dataclass(frozen=True)
class Held:
    """A price of a variant and the days on which it held, both included; `units` were sold on these days.

    A day on which the price changed counts for the price it ended with.
    """

    variant: Variant
    price: Decimal
    first: date
    last: date
    source: str
    actor: str
    reason: str
    units: int

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def a_week(self) -> float:
        return self.units / self.days * WEEK


def held_prices(merchant: Merchant, product: Product, *, most: int) -> list[Held]:
    """The newest prices of a product's variants, newest first: three queries."""
    today = merchant.today()
    variants = {one.pk: one for one in product.variants.all()}
    changes: Any = PriceChange.objects.filter(variant__in=list(variants)).order_by("variant_id", "at", "pk")
    spans: list[tuple[PriceChange, date, date]] = []
    for change in changes:
        first = merchant.day_of(change.at)
        if spans and spans[-1][0].variant_id == change.variant_id:
            before, began, _end = spans[-1]
            spans[-1] = (before, began, first - timedelta(days=1))
        spans.append((change, first, today))
    spans = sorted(
        (span for span in spans if span[1] <= span[2]), key=lambda span: (span[1], span[0].pk), reverse=True
    )[:most]
    if not spans:
        return []
    since = min(span[1] for span in spans)
    facts: dict[int, list[tuple[date, int]]] = {}
    rows = VariantFact.objects.filter(variant__in=list(variants), day__gte=since).order_by()
    for pk, day, units in rows.values_list("variant_id", "day", "units"):
        facts.setdefault(pk, []).append((day, units))
    return [
        Held(
            variants[change.variant_id],
            change.price,
            first,
            last,
            str(change.get_source_display()) if change.source else "",
            change.actor_label,
            change.reason,
            sum(units for day, units in facts.get(change.variant_id, ()) if first <= day <= last),
        )
        for change, first, last in spans
    ]


def price_by_day(merchant: Merchant, variant: Variant) -> tuple[list[date], list[float | None], list[float]]:
    """Days, the price at the end of each (None before there was one) and units sold, of the last 180 days."""
    today = merchant.today()
    start = today - timedelta(days=DAYS_SHOWN - 1)
    days = [start + timedelta(days=step) for step in range(DAYS_SHOWN)]
    changes = list(PriceChange.objects.filter(variant=variant).order_by("at", "pk").values_list("at", "price"))
    moved = [(merchant.day_of(at), float(price)) for at, price in changes]
    prices: list[float | None] = []
    position, now = 0, None
    for day in days:
        while position < len(moved) and moved[position][0] <= day:
            now = moved[position][1]
            position += 1
        prices.append(now)
    sold: Any = VariantFact.objects.filter(variant=variant, day__gte=start).order_by().values("day")
    units = {row["day"]: float(row["n"]) for row in sold.annotate(n=Sum("units"))}
    return days, prices, [units.get(day, 0.0) for day in days]
