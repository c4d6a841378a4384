"""Weeks of a shop's variants as arrays: units, and the price that was really paid, discounts taken off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db.models import Sum

from analytics.engine.protocol import Array
from analytics.facts.models import VariantFact
from analytics.promotions.rules import SERIES_MOST, WEEK
from ecommerce.catalog.models import Variant

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
