"""What moves a market beside prices, per merchant and week: advertising, sold-out days, ratings. One query each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Count, F, IntegerField, Sum, Window
from django.db.models.functions import Lead, TruncWeek

from accounts.merchants.models import Merchant
from analytics.calendar.models import OutsideSeries, OutsideValue
from analytics.calendar.rules import Vintage, as_known, by_week
from analytics.engine.protocol import Array
from analytics.markets.models import WEEK
from core.tenancy import every_tenant
from ecommerce.catalog.models import Category
from ecommerce.inventory.models import StockMove
from ecommerce.reviews.models import Review

USUAL_SALES_WEEKS = 26
"""A sold-out variant weighs what it sold in so many weeks before; one that left the range soon weighs nothing."""
FEWEST_REVIEWS = 20
WHY = "a market is made of what many merchants do"


@dataclass(frozen=True)
class Spent:
    """Advertising of one merchant's week, and the day since which all of it is known."""

    amount: float
    known_on: date


def advertising(merchants: Iterable[int]) -> dict[int, dict[date, Spent]]:
    """What each merchant spent on advertising by Monday, as it is known now; weeks of which nothing is known lack."""
    series: dict[tuple[int, int, str], list[Vintage]] = defaultdict(list)
    with every_tenant(WHY):
        rows = OutsideValue.objects.filter(
            series__kind=OutsideSeries.Kind.AD_SPEND, merchant_id__in=list(merchants)
        ).order_by("day", "pk")
        for merchant, one, period, day, value, known_on in rows.values_list(
            "merchant_id", "series_id", "series__period", "day", "value", "known_on"
        ):
            series[merchant, one, period].append(Vintage(day, value, known_on))
    found: dict[int, dict[date, Spent]] = defaultdict(dict)
    for (merchant, _one, period), vintages in series.items():
        known: dict[date, date] = {}
        for vintage in vintages:
            known[vintage.day] = max(known.get(vintage.day, vintage.known_on), vintage.known_on)
        since = _since(known, period)
        for week, amount in by_week(as_known(vintages), period, summed=True).items():
            before = found[merchant].get(week, Spent(0.0, since[week]))
            found[merchant][week] = Spent(before.amount + amount, max(before.known_on, since[week]))
    return dict(found)


def _since(known: Mapping[date, date], period: str) -> dict[date, date]:
    """By Monday the latest of the days on which a part of the week became known."""
    ordinals = {day: float(on.toordinal()) for day, on in known.items()}
    latest: dict[date, date] = {}
    for day, on in known.items():
        for week in by_week({day: ordinals[day]}, period, summed=False):
            latest[week] = max(latest.get(week, on), on)
    return latest


def ratings(category: Category, weeks: Sequence[date]) -> dict[int, Array]:
    """Mean stars of each merchant's products of a category from its first review to the end of each week.

    Only reviews that are published now count; NaN below FEWEST_REVIEWS.
    """
    place = {week: at for at, week in enumerate(weeks)}
    stars: dict[int, Array] = {}
    with every_tenant(WHY):
        rows = (
            Review.objects.published()
            .filter(product__category=category, created_at__date__lt=weeks[-1] + WEEK)
            .order_by()
            .annotate(week=TruncWeek("created_at"))
            .values_list("merchant_id", "week")
            .annotate(given=Sum("rating"), count=Count("pk"))
        )
        for merchant, week, given, count in rows:
            sums = stars.setdefault(merchant, np.zeros((2, len(weeks))))
            sums[:, place.get(week.date(), 0)] += given, count
    found = {}
    for merchant, sums in stars.items():
        given, count = sums.cumsum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            found[merchant] = np.where(count >= FEWEST_REVIEWS, given / count, np.nan)
    return found


def days_out(category: Category, weeks: Sequence[date]) -> dict[int, Array]:
    """On how many days of each week (0 to 7) a variant of the category had nothing on the shelf all day, by variant.

    From the ledger of stock moves, as analytics.frames.sold_out_days has it for one merchant; variants that were never
    out lack.
    """
    first, length = weeks[0], 7 * len(weeks)
    by_time: dict[str, Any] = {"partition_by": F("variant_id"), "order_by": ["at", "pk"]}
    out: dict[int, Array] = {}
    with every_tenant(WHY):
        levels = StockMove.objects.filter(variant__product__category=category).order_by()
        levels = levels.annotate(
            level=Window(Sum("quantity"), output_field=IntegerField(), **by_time), until=Window(Lead("at"), **by_time)
        )
        spans = list(levels.filter(level__lte=0).values_list("merchant_id", "variant_id", "at", "until"))
    merchants = Merchant.objects.in_bulk({span[0] for span in spans})
    for merchant_id, variant, since, until in spans:
        merchant = merchants[merchant_id]
        begin = max((merchant.day_of(since) - first).days + 1, 0)
        end = min((merchant.day_of(until) - first).days if until is not None else length, length)
        if end > begin:
            days = out.setdefault(variant, np.zeros(len(weeks)))
            np.add.at(days, np.arange(begin, end) // 7, 1.0)
    return out


def sold_out_part(variants: Sequence[int], units: Array, out: Mapping[int, Array]) -> Array:
    """Which part of a week (0 to 1) a merchant was sold out, its variants weighed by what they sold before.

    `units`: variants x weeks. 0 where none of them is known to have been out.
    """
    weeks = units.shape[1]
    part = np.zeros(weeks)
    chosen = [row for row, variant in enumerate(variants) if variant in out]
    if not chosen:
        return part
    summed = np.concatenate([np.zeros((len(units), 1)), units.cumsum(axis=1)], axis=1)
    at = np.arange(weeks)
    before = summed[:, at] - summed[:, np.maximum(at - USUAL_SALES_WEEKS, 0)]
    total = before.sum(axis=0)
    away = np.stack([out[variants[row]] for row in chosen]) / 7.0
    lost = (before[chosen] * away).sum(axis=0)
    return np.asarray(np.where(total > 0, lost / np.maximum(total, 1e-9), 0.0), dtype=float)
