"""Which variants run out, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite
from typing import Any

from django.db.models import F, Sum

from analytics.facts.models import VariantFact
from analytics.facts.queries import trading_days
from analytics.restock.rules import PACE_DAYS, Cover, cover
from ecommerce.catalog.models import Variant
from ecommerce.inventory.models import StockLevel

FARTHEST = 3650  # days: beyond, no date is named


@dataclass(frozen=True)
class Outlook:
    """How long the stock of one variant lasts. Dates count from `today`; `out_high` is None where none can be named."""

    variant_id: int
    available: int
    per_day: float
    lasts: Cover
    today: date

    def _on(self, days: float) -> date | None:
        return self.today + timedelta(days=int(days)) if isfinite(days) and days < FARTHEST else None

    @property
    def out_low(self) -> date | None:
        return self._on(self.lasts.low)

    @property
    def out_middle(self) -> date | None:
        return self._on(self.lasts.middle)

    @property
    def out_high(self) -> date | None:
        return self._on(self.lasts.high)

    @property
    def is_out(self) -> bool:
        return self.available <= 0


def stock_outlooks(today: date) -> list[Outlook]:
    """Every variant that is stocked and sold in the last 28 days, the one that runs out first at the top."""
    traded = trading_days()
    if traded is None:
        return []
    days = min(PACE_DAYS, max(1, (today - traded[0]).days))
    since = today - timedelta(days=days)
    sold: Any = (
        VariantFact.objects.filter(day__gte=since, day__lt=today)
        .order_by()
        .values_list("variant_id")
        .annotate(sold=Sum("units"), squares=Sum(F("units") * F("units")))
    )
    pace = {variant_id: (units, squares) for variant_id, units, squares in sold if units}
    levels: Any = (
        StockLevel.objects.filter(variant_id__in=list(pace), variant__is_active=True)
        .order_by()
        .values_list("variant_id")
        .annotate(free=Sum(F("on_hand") - F("reserved")))
    )
    found = []
    for variant_id, available in levels:
        units, squares = pace[variant_id]
        lasts = cover(available, units, squares, days)
        if lasts is not None:
            found.append(Outlook(variant_id, available, units / days, lasts, today))
    return sorted(found, key=lambda one: (one.lasts.middle, -one.per_day, one.variant_id))


def with_variants(outlooks: Iterable[Outlook]) -> list[tuple[Outlook, Variant]]:
    """The outlooks with their variants and products, in one query."""
    wanted = list(outlooks)
    variants = Variant.objects.select_related("product").in_bulk([one.variant_id for one in wanted])
    return [(one, variants[one.variant_id]) for one in wanted if one.variant_id in variants]
