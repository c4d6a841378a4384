"""How long parcels take, learnt from those that arrived and those that are still under way. No database, no clock.

Time is counted from the hand-over in steps of two hours up to MAX_DAYS. A parcel that has not arrived yet says only
that it takes longer than this, which Kaplan and Meier's estimator of the hazard uses and an average of the delivered
ones would not. Small groups borrow from larger ones: every group's hazard is drawn toward that of the group around it
by as many parcels as `PRIOR` (the posterior mean under a beta process prior; Hjort, Annals of Statistics 18, 1990).
Older parcels count less, with a half-life of HALF_LIFE days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

STEPS_A_DAY = 12
MAX_DAYS = 60
STEPS = STEPS_A_DAY * MAX_DAYS
HALF_LIFE = 45.0
PRIOR = (20.0, 20.0, 40.0)  # parcels: carrier toward all, its region toward the carrier, the weekday toward the region
ENOUGH = 30  # parcels without which nothing is said
LOW, HIGH = 0.1, 0.9


@dataclass(frozen=True)
class Trip:
    """One parcel of the past. `days` is until it arrived, or until now where `arrived` is false; `age` the days since
    its hand-over; `groups` name it from the widest to the narrowest, such as (carrier, region, weekday)."""

    groups: tuple[Any, ...]
    days: float
    arrived: bool
    age: float


@dataclass(frozen=True)
class Outlook:
    """When a parcel arrives, in days after the moment the clock began: middle and 80 % range."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Way:
    """The chance of arriving in each step, `chances[-1]` that of taking longer than MAX_DAYS; `parcels` it rests on."""

    chances: Array
    parcels: int

    def after(self, passed: float) -> Way:
        """The same for a parcel that has been under way for `passed` days without arriving."""
        gone = min(int(max(passed, 0.0) * STEPS_A_DAY), STEPS)
        left = self.chances.copy()
        left[:gone] = 0.0
        total = float(left.sum())
        if total <= 1e-12:
            left[-1], total = 1.0, 1.0
        return Way(left / total, self.parcels)

    def quantile(self, level: float) -> float:
        """Days until the chance of having arrived is `level`, MAX_DAYS at most; in between steps on a line."""
        reached = np.cumsum(self.chances[:-1])
        at = int(np.searchsorted(reached, level))
        if at >= STEPS:
            return float(MAX_DAYS)
        before = float(reached[at - 1]) if at else 0.0
        share = (level - before) / max(float(self.chances[at]), 1e-12)
        return (at + min(max(share, 0.0), 1.0)) / STEPS_A_DAY

    def outlook(self, levels: tuple[float, float] = (LOW, HIGH)) -> Outlook:
        return Outlook(self.quantile(levels[0]), self.quantile(0.5), self.quantile(levels[1]))

    def chance_after(self, days: float) -> float:
        """The chance of arriving later than `days` after the clock began: 0 to 1."""
        if days >= MAX_DAYS:
            return float(self.chances[-1])
        place = max(days, 0.0) * STEPS_A_DAY
        whole = int(place)
        inside = float(self.chances[:whole].sum()) + (place - whole) * float(self.chances[whole])
        return min(max(1.0 - inside, 0.0), 1.0)


class History:
    """Trips of the past, ready to be asked about any group. Groups that were never seen answer as the one around."""

    def __init__(self, trips: Sequence[Trip], *, half_life: float = HALF_LIFE) -> None:
        self._groups = [trip.groups for trip in trips]
        self._steps = np.array([min(int(trip.days * STEPS_A_DAY), STEPS) for trip in trips], dtype=np.int64)
        self._arrived = np.array([trip.arrived and trip.days < MAX_DAYS for trip in trips], dtype=bool)
        ages = np.array([trip.age for trip in trips], dtype=float)
        self._weights = np.power(0.5, np.maximum(ages, 0.0) / half_life) if len(trips) else ages
        self._members: dict[tuple[Any, ...], list[int]] = {}
        for row, groups in enumerate(self._groups):
            for depth in range(len(groups) + 1):
                self._members.setdefault(groups[:depth], []).append(row)
        self._known: dict[tuple[Any, ...], Array] = {}

    @property
    def arrived(self) -> int:
        """Parcels that arrived, however old."""
        return int(self._arrived.sum())

    def of(self, *groups: Any) -> Way | None:
        """The way of a group; None where fewer than ENOUGH parcels of the whole history have arrived."""
        if self.arrived < ENOUGH:
            return None
        asked = groups
        while asked and asked not in self._members:
            asked = asked[:-1]
        rows = self._members[asked]
        return Way(self._chances(asked), int(self._arrived[rows].sum()))

    def _chances(self, groups: tuple[Any, ...]) -> Array:
        if groups in self._known:
            return self._known[groups]
        rows = np.array(self._members[groups], dtype=np.int64)
        steps, weights, arrived = self._steps[rows], self._weights[rows], self._arrived[rows]
        came: Array
        at_risk: Array
        came = np.bincount(steps[arrived], weights[arrived], STEPS + 1)[:STEPS]
        seen = np.bincount(steps, weights, STEPS + 1)
        at_risk = np.cumsum(seen[::-1])[::-1][:STEPS]
        if groups:
            around = self._chances(groups[:-1])
            prior = PRIOR[min(len(groups), len(PRIOR)) - 1]
            came = came + prior * around[:-1]
            at_risk = at_risk + prior * np.cumsum(around[::-1])[::-1][:-1]
        hazard = np.divide(came, at_risk, out=np.zeros(STEPS), where=at_risk > 1e-9)
        stay = np.concatenate(([1.0], np.cumprod(1.0 - np.minimum(hazard, 1.0))))
        chances = np.concatenate((stay[:-1] - stay[1:], stay[-1:]))
        self._known[groups] = chances
        return chances
