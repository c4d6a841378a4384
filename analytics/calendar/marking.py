"""Marking what past festivals did to a shop's figures, for the forecasts of shops that have not lived through them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import Final

from accounts.merchants.models import Merchant
from analytics import frames
from analytics.calendar.models import FestivalMark
from analytics.calendar.queries import OWN, main_category
from analytics.calendar.surroundings import calendar_of
from analytics.engine.cleaning import MAX_DAYS, filled, without_closed
from analytics.engine.festivals import occurrences
from analytics.engine.protocol import Calendar

FIGURES: Final = ("value", "orders", "units")


def mark_festivals(first: date, last: date, figures: Sequence[str] = FIGURES) -> int:
    """Mark the festivals between two days of sales that are over long enough and have no mark. Returns how many.

    Safe to repeat: a festival is marked once, from its days and the four weeks after it, whenever it is asked for.
    """
    merchant = Merchant.objects.in_scope()
    first = max(first, last - timedelta(days=MAX_DAYS))
    occasions, closed = calendar_of(merchant, first, last, last)
    shared = [one for one in occasions if not one.key.startswith(OWN)]
    category_on = cache(main_category)  # the figures share their festivals
    fresh = []
    for figure in figures:
        held = set(FestivalMark.objects.filter(figure=figure).values_list("key", "day"))
        values = without_closed(frames.daily_series(figure, first, last), first, closed)
        series = filled(values, values == values)
        for key, day, known_on, effect, noise in occurrences(series, Calendar(first, len(series)), shared, held):
            category = category_on(known_on)
            mark = FestivalMark(figure=figure, key=key[:60], day=day, known_on=known_on, category=category)
            mark.effect, mark.noise = list(effect), list(noise)
            fresh.append(mark)
    FestivalMark.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)
