"""What a forecasting model is, and what it is given.

A panel is an array of series x days without gaps; all its series begin and end on the same days. A model is a small
immutable value that can be asked what it needs before it is fitted, so that a selector never has to try and catch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
AnyFloat = NDArray[np.floating[Any]]  # a panel may come and go in single precision, half the memory

WEEK = 7
LEVELS: Final = (0.025, 0.10, 0.25, 0.50, 0.75, 0.90, 0.975)
"""The quantiles of every published forecast."""
NORMAL: Final = np.array([-1.959964, -1.281552, -0.67449, 0.0, 0.67449, 1.281552, 1.959964])
"""Those of the standard normal distribution at LEVELS."""


@dataclass(frozen=True)
class Calendar:
    """The days of a panel: `start` and the `days - 1` days after it."""

    start: date
    days: int

    @property
    def end(self) -> date:
        """The last day of the panel."""
        return self.day(self.days - 1)

    def day(self, index: int) -> date:
        return self.start + timedelta(days=index)

    def first(self, days: int) -> Calendar:
        """The calendar of the panel's first `days` days."""
        return Calendar(self.start, days)


class Fitted(Protocol):
    def predict(self, horizon: int) -> Array:
        """The expected values of the next `horizon` days: series x horizon, not below zero.

        A series that the model could not be fitted to is a row of NaN, never a made-up number.
        """
        ...


class Model(Protocol):
    """`cost` is the order of magnitude of a fit: 0 nothing, 1 a pass over the panel, 2 a search for each series.

    Models of a higher `tier` are only tried where none of a lower one is good.
    """

    @property
    def name(self) -> str: ...
    @property
    def cost(self) -> int: ...
    @property
    def tier(self) -> int: ...
    @property
    def min_length(self) -> int:
        """Days of history it needs."""
        ...

    @property
    def season(self) -> int:
        """Days of the rhythm it follows; 1 where it knows none."""
        ...

    @property
    def has_trend(self) -> bool: ...
    @property
    def for_rare(self) -> bool:
        """Whether it makes sense for what sells on fewer than half the days; carrying one single day on does not."""
        ...

    def fit(self, panel: Array, calendar: Calendar) -> Fitted: ...


@runtime_checkable
class AroundFactors(Protocol):
    """A model that weighs festivals and regressors itself instead of having them taken out before it is fitted."""

    def fit_around(self, panel: Array, calendar: Calendar, known: Array, ahead: Array) -> Fitted:
        """`known` and `ahead` are the factors of past and coming days, series x days; 1 where nothing is special."""
        ...


@dataclass(frozen=True)
class Paths:
    """A fitted model as the function from a horizon to its paths."""

    path: Callable[[int], Array]

    def predict(self, horizon: int) -> Array:
        return np.maximum(self.path(horizon), 0.0)
