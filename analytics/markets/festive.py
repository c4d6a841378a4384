"""Festivals in a market: what they did to its daily sales on the platform, and what they do to the weeks ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db.models import Sum

from analytics.engine import festivals
from analytics.engine.occasions import OCCASIONS
from analytics.engine.protocol import Array, Calendar
from analytics.facts.models import CategoryFact
from analytics.markets.models import WEEK, Market, Measure
from core.tenancy import every_tenant

LEAST_DOUBT = 0.05


@dataclass(frozen=True)
class Coming:
    """A festival of the weeks ahead. `days`: how many of its days each week has, by Monday as text.

    `whole` is the mean factor over all of its days, `doubt` the standard deviation of its logarithm; None where the
    `past` occurrences seen showed nothing that could be told from chance.
    """

    key: str
    days: dict[str, int]
    past: int
    whole: float | None
    doubt: float | None


@dataclass(frozen=True)
class Festive:
    """Factors of the market's size by week, those known and the `horizon` weeks ahead; and the festivals ahead."""

    factors: Array
    coming: tuple[Coming, ...]


def daily_totals(market: Market, measure: str) -> dict[date, float]:
    """What the platform sold in the market on each day; one query."""
    column = "value" if measure == Measure.VALUE else "units"
    with every_tenant("a market is made of the sales of many merchants"):
        days = CategoryFact.objects.filter(category_id=market.category_id).order_by().values("day")
        return {day: float(sold) for day, sold in days.annotate(sold=Sum(column)).values_list("day", "sold")}


def festive(totals: dict[date, float], first: date, last: date, horizon: int) -> Festive:
    """What festivals do to the weeks from `first` to the `horizon` after `last`, learnt from days up to `last` only.

    `first` and `last` are Mondays. Competitors from outside are seen by week and take no part in the learning; their
    festivals are taken to be those of the platform.
    """
    count = (last - first).days // 7 + 1
    panel = np.array([[totals.get(first + timedelta(days=day), 0.0) for day in range(7 * count)]])
    begun = np.flatnonzero(panel[0])
    start = int(begun[0]) // 7 * 7 if len(begun) else 0
    calendar = Calendar(first + timedelta(days=start), 7 * count - start)
    made = festivals.learn(panel[:, start:], calendar, 7 * horizon)
    daily = np.concatenate([np.ones(start), made.known[0], made.ahead[0]])
    return Festive(daily.reshape(-1, 7).mean(axis=1), tuple(_coming(made, calendar, last, horizon)))


def _coming(made: festivals.Festivals, calendar: Calendar, last: date, horizon: int) -> list[Coming]:
    effects = {one.key: one for one in made.effects}
    begin, end = last + WEEK, last + (horizon + 1) * WEEK - timedelta(days=1)
    found = []
    for occasion in OCCASIONS:
        days: dict[str, int] = {}
        doubts = []
        for day in occasion.between(begin, end):
            for first, until in occasion.phases:
                for step in range(first, until + 1):
                    at = day + timedelta(days=step)
                    if begin <= at <= end:
                        monday = (at - timedelta(days=at.weekday())).isoformat()
                        days[monday] = days.get(monday, 0) + 1
                        doubts.append(float(made.doubt[0, (at - begin).days]))
        if not days:
            continue
        effect = effects.get(occasion.key)
        whole = effect.whole if effect else None
        doubt = None if whole is None else max(LEAST_DOUBT, float(np.sqrt(np.mean(np.square(doubts)))))
        past = effect.past if effect else 0
        found.append(Coming(occasion.key, days, past, None if whole is None else round(whole, 6), doubt))
    return found
