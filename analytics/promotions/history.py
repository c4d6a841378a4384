"""Weeks of a shop's variants as arrays: units, and the price that was really paid, discounts taken off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db.models import Sum
from django.db.models.functions import TruncDate

from accounts.merchants.models import Merchant
from analytics.engine.protocol import Array
from analytics.facts.models import VariantFact
from analytics.promotions.rules import SERIES_MOST, WEEK
from ecommerce.catalog.models import Variant
from ecommerce.orders.models import OrderLine

USUAL_WEEKS = 26


@dataclass(frozen=True)
class Weeks:
    """Rows x weeks; week number `w` begins at `start` + 7 w days. `price` is NaN where nothing was sold."""

    variants: list[int]
    category: np.ndarray
    start: date
    units: Array
    price: Array

    def day(self, week: int) -> date:
        return self.start + timedelta(days=WEEK * week)

    def usual(self) -> Array:
        """What each row usually costs: the median of what was paid in its last weeks."""
        usual = np.full(len(self.price), np.nan)
        for row, paid in enumerate(self.price):
            known = paid[np.isfinite(paid)]
            if len(known):
                usual[row] = np.median(known[-USUAL_WEEKS:])
        return usual


def best_selling(first: date, last: date, most: int = SERIES_MOST) -> list[int]:
    """The ids of the variants that sold most in these days."""
    rows = VariantFact.objects.filter(day__gte=first, day__lte=last).order_by().values("variant_id")
    counted = rows.annotate(sold=Sum("units")).order_by("-sold", "variant_id")[:most]
    return [row["variant_id"] for row in counted]


def read_weeks(variants: Sequence[int], start: date, weeks: int) -> Weeks:
    """Two queries. Weeks before a variant's first sale are unknown, later ones without a sale are zero."""
    ids = sorted(variants)
    place = {pk: at for at, pk in enumerate(ids)}
    units, value = np.zeros((2, len(ids), weeks))
    end = start + timedelta(days=WEEK * weeks)
    facts = VariantFact.objects.filter(variant_id__in=ids, day__gte=start, day__lt=end).order_by()
    for pk, day, sold, worth in facts.values_list("variant_id", "day", "units", "value"):
        at = place[pk], (day - start).days // WEEK
        units[at] += sold
        value[at] += float(worth)
    with np.errstate(divide="ignore", invalid="ignore"):
        price = np.where((units > 0) & (value > 0), value / units, np.nan)
    begun = (np.cumsum(units, axis=1) > 0) if weeks else units > 0
    categories = dict(Variant.objects.filter(pk__in=ids).values_list("pk", "product__category_id"))
    category = np.array([categories.get(pk) or 0 for pk in ids], dtype=np.int64)
    return Weeks(ids, category, start, np.where(begun, units, np.nan), price)


def read_channels(merchant: Merchant, variants: Sequence[int], start: date, weeks: int) -> dict[str, Array]:
    """Units per week of these variants together, by the channel they were ordered on. One query.

    Daily facts have no channel, so orders are counted; they count on the same days. Weeks before a channel's first sale
    are unknown.
    """
    begin, end = merchant.day_bounds(start)[0], merchant.day_bounds(start + timedelta(days=WEEK * weeks))[0]
    lines = OrderLine.objects.filter(variant_id__in=variants, order__placed_at__gte=begin, order__placed_at__lt=end)
    by_day = lines.annotate(on=TruncDate("order__placed_at", tzinfo=merchant.zone)).order_by()
    counted = by_day.values("on", "order__channel").annotate(sold=Sum("quantity"))
    found: dict[str, Array] = {}
    for row in counted:
        units = found.setdefault(row["order__channel"], np.zeros(weeks))
        units[(row["on"] - start).days // WEEK] += row["sold"]
    return {
        channel: np.where(np.cumsum(units) > 0, units, np.nan)
        for channel, units in sorted(found.items(), key=lambda one: (-float(one[1].sum()), one[0]))
    }
