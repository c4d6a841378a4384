"""The only door from rows to arrays. Who asks names the days; a day without a row is one on which nothing was sold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from analytics.facts.models import DailyFact, VariantFact

Array = NDArray[np.float64]


def daily_series(figure: str, first: date, last: date) -> Array:
    """One figure of DailyFact for each day from `first` to `last` of the merchant in scope, in one query."""
    values = np.zeros((last - first).days + 1)
    for day, value in DailyFact.objects.between(first, last).values_list("day", figure):
        values[(day - first).days] = value
    return values


def variant_panel(variants: Sequence[int], figure: str, first: date, last: date) -> Array:
    """One figure of VariantFact, variants x days in the order of the ids given, in one query."""
    values = np.zeros((len(variants), (last - first).days + 1))
    row = {variant: index for index, variant in enumerate(variants)}
    facts = VariantFact.objects.filter(variant_id__in=list(row), day__gte=first, day__lte=last).order_by()
    for variant, day, value in facts.values_list("variant_id", "day", figure):
        values[row[variant], (day - first).days] = value
    return values


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]
