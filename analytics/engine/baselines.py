"""The models everything else has to beat.

Source: Hyndman & Athanasopoulos, Forecasting: Principles and Practice (3rd ed., 2021), section 5.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.engine.protocol import WEEK, Array, Calendar, Fitted, Paths


def _flat(level: Array, horizon: int) -> Array:
    return np.repeat(level[:, None], horizon, axis=1)


@dataclass(frozen=True)
class Naive:
    """Every coming day is like the last one."""

    name: str = "naive"
    cost: int = 0
    tier: int = 0
    min_length: int = 1
    season: int = 1
    has_trend: bool = False
    for_rare: bool = False

    def fit(self, panel: Array, calendar: Calendar) -> Fitted:
        last = panel[:, -1]
        return Paths(lambda horizon: _flat(last, horizon))


@dataclass(frozen=True)
class SeasonalNaive:
    """Every coming day is like the same weekday of the last week: the guess a merchant would make unaided."""

    name: str = "seasonal_naive"
    cost: int = 0
    tier: int = 0
    min_length: int = WEEK
    season: int = WEEK
    has_trend: bool = False
    for_rare: bool = True

    def fit(self, panel: Array, calendar: Calendar) -> Fitted:
        week = panel[:, -WEEK:]
        return Paths(lambda horizon: np.tile(week, -(-horizon // WEEK))[:, :horizon])


@dataclass(frozen=True)
class Drift:
    """The line through the first and the last day, carried on."""

    name: str = "drift"
    cost: int = 0
    tier: int = 0
    min_length: int = 2
    season: int = 1
    has_trend: bool = True
    for_rare: bool = False

    def fit(self, panel: Array, calendar: Calendar) -> Fitted:
        last = panel[:, -1]
        slope = (last - panel[:, 0]) / (panel.shape[1] - 1)
        return Paths(lambda horizon: last[:, None] + slope[:, None] * np.arange(1.0, horizon + 1.0))


@dataclass(frozen=True)
class MovingAverage:
    """Every coming day is like the average of the last `days` days (of all days where there are fewer)."""

    days: int = 28
    name: str = "moving_average"
    cost: int = 1
    tier: int = 0
    min_length: int = WEEK
    season: int = 1
    has_trend: bool = False
    for_rare: bool = True

    def fit(self, panel: Array, calendar: Calendar) -> Fitted:
        level = panel[:, -self.days :].mean(axis=1)
        return Paths(lambda horizon: _flat(level, horizon))
