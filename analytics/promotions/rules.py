"""Decisions about promotions: what counts as one, how a plan is cut into weeks, what it takes. No database."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _

from analytics.engine.promotion.features import ELASTICITY
from analytics.engine.promotion.panel import DEEP_ENOUGH, MEMORY, depth, log_prices
from analytics.engine.protocol import Array
from core.errors import Refused

WEEK: Final = 7
WEEKS_BACK: Final = 78
WEEKS_LEAST: Final = 20
SERIES_MOST: Final = 120
AFTER_WEEKS: Final = 2  # of aftermath: customers who stocked up buy less
LONGEST_WEEKS: Final = 6  # a price that stays low for longer is a new price
LONGEST_DAYS: Final = 28
FURTHEST_DAYS: Final = 56  # from today to the first day of a plan
SHALLOWEST, DEEPEST = 5, 80
WORKDAY: Final = 8  # hours
LIKELY: Final = (2, 4, 6)  # the ends and the middle of the 80 % range in engine.demand.LEVELS
UNLIKE: Final = 1.0  # standard deviation of elasticities from one product to another
UNITS_LEAST: Final = 10  # sold in a promotion that was found: of less, nothing can be told
LOSS_APART: Final = (
    0.15  # belief: by how much the part of extra units that is lost elsewhere differs between promotions
)
TEN_PERCENT: Final = 1.2816  # standard deviations beyond which a tenth lies
COST_COVER: Final = 0.9  # of the units, whose cost must be known before a profit is named
Range = tuple[float, float, float]  # low, middle and high of 80 %


@dataclass(frozen=True)
class Found:
    """A past promotion: rows of a panel that were cheaper in the weeks `first` to `last`, both included."""

    rows: tuple[int, ...]
    first: int
    last: int


def checked_days(first: date, last: date, today: date) -> None:
    """Refuses days that are over, too far ahead, too many or the wrong way round."""
    if first <= today:
        sentence = _("A promotion is planned at least one day ahead.")
        raise Refused("bad_days", sentence, first_day=sentence)
    if last < first:
        sentence = _("The last day is before the first one.")
        raise Refused("bad_days", sentence, last_day=sentence)
    if (last - first).days >= LONGEST_DAYS:
        sentence = _("A promotion may last 28 days at most.")
        raise Refused("bad_days", sentence, last_day=sentence)
    if (first - today).days > FURTHEST_DAYS:
        sentence = _("Plan at most eight weeks ahead: nobody can tell more than that.")
        raise Refused("bad_days", sentence, first_day=sentence)


def found_in(price: Array, units: Array, category: np.ndarray) -> list[Found]:
    """Past promotions by category: weeks in which rows were paid less than usual, rows that overlap taken together.

    `price` is what was paid, rows x weeks, NaN where nothing was sold. A row counts while it sold at least 5 % below
    the highest of the eight weeks before, for no longer than six weeks.
    """
    low = (depth(log_prices(price)) <= math.log(1 - DEEP_ENOUGH)) & (units > 0)
    low[:, :MEMORY] = False
    spans: dict[int, list[tuple[int, int, int]]] = {}
    for row in range(len(low)):
        edges = np.flatnonzero(np.diff(np.r_[0, low[row].astype(int), 0]))
        for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if end - begin <= LONGEST_WEEKS:
                spans.setdefault(int(category[row]), []).append((begin, end - 1, row))
    found = []
    for of_category in spans.values():
        together: list[tuple[int, int, int]] = []
        for span in [*sorted(of_category), (len(low[0]) + 1, 0, -1)]:
            if together and span[0] > max(end for _begin, end, _row in together):
                begin, end = together[0][0], max(end for _begin, end, _row in together)
                if end - begin < LONGEST_WEEKS:
                    found.append(Found(tuple(sorted({row for _b, _e, row in together})), begin, end))
                together = []
            together.append(span)
    return sorted(found, key=lambda one: (one.first, one.rows))


def planned_price(usual: float, part_off: float, days: int) -> float:
    """What a unit costs on average in a week of which `days` are cheaper, weighted by what they will sell."""
    weight = days * (1 - part_off) ** ELASTICITY
    cheap = weight / (weight + WEEK - days)
    return float(usual * (1 - part_off * cheap))


def part_sold_in(part_off: float, days: int) -> float:
    """The part of a week's units that its `days` of promotion sell."""
    weight = days * (1 - part_off) ** ELASTICITY
    return float(weight / (weight + WEEK - days))


def slope_doubt(part_off: float, seen: int) -> float:
    """The standard deviation of log units for not knowing how a product answers to price, `seen` weeks of it known."""
    return float(-math.log(1 - part_off) * UNLIKE / math.sqrt(1 + seen))


@dataclass(frozen=True)
class Staffing:
    """Parcels per day in a usual week and in the promotion, and what they take beyond the usual."""

    usual: float
    middle: float
    high: float
    people: int
    extra_hours: float


def staffing(usual: float, extra: float, extra_high: float, per_person: int) -> Staffing:
    """`people` and `extra_hours` (per day) serve the busy case, nine in ten."""
    busy = usual + max(extra_high, 0.0)
    hours = max(busy - usual, 0.0) / per_person * WORKDAY
    return Staffing(usual, usual + max(extra, 0.0), busy, math.ceil(busy / per_person), round(hours, 1))


def part_of(lost: Range, extra: Range) -> tuple[float, float]:
    """What was lost as a part of the extra units, and the variance of that, both being measured."""
    part = lost[1] / extra[1]
    errors = [(high - low) / (2 * TEN_PERCENT) / extra[1] for low, _middle, high in (lost, extra)]
    return part, errors[0] ** 2 + (part * errors[1]) ** 2


def added(*ranges: Range) -> Range:
    """The sum of quantities that err independently."""
    middle = sum(one[1] for one in ranges)
    down = math.hypot(*(one[1] - one[0] for one in ranges))
    up = math.hypot(*(one[2] - one[1] for one in ranges))
    return middle - down, middle, middle + up


def scaled(one: Range, factor: float) -> Range:
    low, high = sorted((one[0] * factor, one[2] * factor))
    return low, one[1] * factor, high


def order_by(first: date, lead_days: int) -> date:
    """The day on which goods must be ordered to be there the day before the promotion."""
    return first - timedelta(days=lead_days + 1)


def digest_of(said: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def rounded(value: float) -> float:
    """Six significant digits, so that what is kept reads back the same on every database."""
    return float(f"{value:.6g}")
