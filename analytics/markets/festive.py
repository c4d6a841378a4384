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

LEAST_DOUBT, LEAST_FACTOR = 0.02, 0.1


@dataclass(frozen=True)
class Coming:
    """A festival of the weeks ahead, with what it makes of them.

    `weeks`: by Monday as text the factor of that week's sales and the standard deviation of its logarithm. Where the
    `past` occurrences seen showed nothing that could be told from chance, `is_learnt` is False and factors are 1.
    """

    key: str
    weeks: dict[str, list[float]]
    past: int
    is_learnt: bool


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
        phases = [
            [day + timedelta(days=step) for step in range(first, until + 1)]
            for day in occasion.between(begin, end)
            for first, until in occasion.phases
        ]
        phases = [[day for day in phase if begin <= day <= end] for phase in phases]
        mondays = sorted({day - timedelta(days=day.weekday()) for phase in phases for day in phase})
        if not mondays:
            continue
        effect = effects.get(occasion.key)
        weeks = {week.isoformat(): _week(made, phases, week, begin) for week in mondays}
        is_learnt = effect is not None and effect.whole is not None
        found.append(
            Coming(
                occasion.key,
                weeks if is_learnt else {week: [1.0, 0.0] for week in weeks},
                effect.past if effect else 0,
                is_learnt,
            )
        )
    return found


def _week(made: festivals.Festivals, phases: list[list[date]], week: date, begin: date) -> list[float]:
    """The factor of a week and its doubt: days of one phase err together, phases apart.

    Where festivals share days, the factor of such a day is that of all of them.
    """
    extra, variance = 0.0, 0.0
    for phase in phases:
        at = [(day - begin).days for day in phase if week <= day < week + WEEK]
        factors = made.ahead[0, at]
        extra += float((factors - 1.0).sum())
        variance += float((factors * made.doubt[0, at]).sum()) ** 2
    factor = max(1.0 + extra / 7, LEAST_FACTOR)
    return [round(factor, 6), round(max(LEAST_DOUBT, float(np.sqrt(variance)) / 7 / factor), 6)]
