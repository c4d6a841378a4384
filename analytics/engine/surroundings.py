"""What lies round a series: its occasions, the days it is closed, and regressors as they were known day by day.

A regressor is used through factors of its days (drivers.py), with slopes learnt from what the festivals leave. What it
was is taken as known at the end of the panel it is asked for, so that a test at a past day sees what was known then and
no forecast uses what was not known at its day.

Policies of a regressor, each with a name that the result carries:

GAPS      A day that is not known in the past does nothing there.
USUAL     A day ahead that is not known is taken at the average of the past, which changes nothing.
CARRY     A day after the last known one has the last known value.
LEAVE     Where a day ahead is not known the series takes no part.
STILL     A series that never varied has no slope.
TOO FEW   Fewer than 28 known days say nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from analytics.engine.cleaning import LARGEST
from analytics.engine.drivers import driver_factors
from analytics.engine.festivals import Festivals, learn
from analytics.engine.occasions import OCCASIONS, Special
from analytics.engine.peers import NOBODY, Peers
from analytics.engine.protocol import Array, Calendar
from analytics.engine.rhythm import DAILY

USUAL, CARRY, LEAVE = "usual", "carry", "leave"
FEWEST: Final = 28
MOST: Final = 5  # regressors that are tried, the first ones given


@dataclass(frozen=True)
class Regressor:
    """Values by day with the day since which each is known, in the order in which they came in: later ones correct.

    `days` and `known_on` are ordinals of dates. `ahead` is the policy for days ahead that are not known.
    """

    key: str
    days: np.ndarray
    values: Array
    known_on: np.ndarray
    ahead: str = USUAL

    @classmethod
    def of(cls, key: str, rows: Sequence[tuple[date, float, date]], ahead: str = USUAL) -> Regressor:
        """From (day, value, known on). Values that are no usable numbers are left out."""
        kept = [row for row in rows if np.isfinite(row[1]) and abs(row[1]) <= LARGEST]
        kept.sort(key=lambda row: row[2])
        days = np.array([row[0].toordinal() for row in kept], dtype=np.int64)
        known_on = np.array([row[2].toordinal() for row in kept], dtype=np.int64)
        return cls(key, days, np.array([row[1] for row in kept], dtype=float), known_on, ahead)

    def known(self, calendar: Calendar, horizon: int) -> Array:
        """Its values from the calendar's first day to the end of the horizon, as known on the last day; NaN if not."""
        values = np.full(calendar.days + horizon, np.nan)
        at = self.days - calendar.start.toordinal()
        seen = (self.known_on <= calendar.end.toordinal()) & (at >= 0) & (at < len(values))
        for place, value in zip(at[seen].tolist(), self.values[seen].tolist(), strict=True):
            values[place] = value
        return values

    def assumed(self, calendar: Calendar, horizon: int) -> Array:
        """The same with its policy for what is not known ahead; all NaN where it takes no part."""
        values = self.known(calendar, horizon)
        finite = np.isfinite(values)
        if self.ahead == CARRY and finite.any():
            last = int(np.flatnonzero(finite)[-1])
            values[last + 1 :] = values[last]
        if self.ahead == LEAVE and not finite[calendar.days :].all():
            values[:] = np.nan
        return values


@dataclass(frozen=True)
class Surroundings:
    """What is known of the days beside their sales. `closed` are days on which the shop sells nothing; `peers` is what
    occasions did in other shops."""

    occasions: tuple[Special, ...] = OCCASIONS
    closed: frozenset[date] = frozenset()
    regressors: tuple[Regressor, ...] = ()
    peers: Peers = NOBODY

    def only(self, regressors: Sequence[Regressor]) -> Surroundings:
        return replace(self, regressors=tuple(regressors))


PLAIN: Final = Surroundings()


@dataclass(frozen=True)
class Verdict:
    """Whether a regressor took part: `code` is used, no_gain, still, too_few, unknown_ahead or untried.

    `gain` is by what share the tests came nearer with it, `ahead` how many of the coming days it was known for.
    """

    key: str
    code: str
    gain: float
    ahead: int

    def unused(self) -> Verdict:
        """The same where the forecast is made without any regressor after all."""
        return replace(self, code="no_gain") if self.code == "used" else self


def foresee(panel: Array, calendar: Calendar, horizon: int, around: Surroundings) -> Festivals:
    """Factors of the days by festivals and by the regressors as known at the panel's end."""
    seen = learn(panel, calendar, horizon, around.occasions, around.peers)
    return with_regressors(seen, panel, calendar, horizon, around.regressors)


def with_regressors(
    seen: Festivals, panel: Array, calendar: Calendar, horizon: int, regressors: Sequence[Regressor]
) -> Festivals:
    """The factors of the festivals times those of the regressors."""
    if not regressors:
        return seen
    rows = [np.repeat(one.assumed(calendar, horizon)[None], len(panel), axis=0) for one in regressors]
    factors = driver_factors(panel / seen.known, rows, DAILY)
    if factors is None:
        return seen
    days = calendar.days
    return replace(seen, known=seen.known * factors[:, :days], ahead=seen.ahead * factors[:, days:])


def unfit(regressor: Regressor, calendar: Calendar, horizon: int) -> str:
    """Why a regressor is not even tried, as a code of `Verdict`; "" for one that is."""
    values = regressor.known(calendar, horizon)
    past = values[: calendar.days][np.isfinite(values[: calendar.days])]
    if len(past) < FEWEST:
        return "too_few"
    if past.max() - past.min() <= 1e-9 * max(float(np.abs(past).max()), 1e-9):
        return "still"
    if regressor.ahead == LEAVE and not np.isfinite(values[calendar.days :]).all():
        return "unknown_ahead"
    return ""


def ahead_known(regressor: Regressor, calendar: Calendar, horizon: int) -> int:
    return int(np.isfinite(regressor.known(calendar, horizon)[calendar.days :]).sum())
