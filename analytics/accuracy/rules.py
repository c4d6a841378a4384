"""Decisions about track records: how scores add up, and when there are enough of them to say something."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

WEEKS: Final = 13  # looked back
FEW_POINTS: Final = 20
FEW_WEEKS: Final = 3
SKILL: Final = 0.02  # nearer than the naive guess by less than this is no skill
SHORTEST_REASON: Final = 3
AHEAD_DAYS: Final = {"days-1-7": (1, 7), "days-8-14": (8, 14), "days-15-28": (15, 28)}
AHEAD_WEEKS: Final = {"weeks-1-2": (1, 2), "weeks-3-4": (3, 4), "weeks-5-8": (5, 8)}


@dataclass(frozen=True)
class Tally:
    """Scores added up: how many, and sums of what they say. `hits` are those inside the 50, 80 and 95 % ranges."""

    points: float = 0.0
    miss: float = 0.0
    naive: float = 0.0
    said: float = 0.0
    came: float = 0.0
    hits: tuple[float, float, float] = (0.0, 0.0, 0.0)
    weeks: frozenset[date] = frozenset()

    def __add__(self, other: Tally) -> Tally:
        hits = tuple(one + two for one, two in zip(self.hits, other.hits, strict=True))
        return Tally(
            self.points + other.points,
            self.miss + other.miss,
            self.naive + other.naive,
            self.said + other.said,
            self.came + other.came,
            (hits[0], hits[1], hits[2]),
            self.weeks | other.weeks,
        )

    def of_week(self, week: date) -> Tally:
        return replace(self, weeks=frozenset({week}))

    @property
    def typical_miss(self) -> float | None:
        return self.miss / self.points if self.points else None

    @property
    def naive_miss(self) -> float | None:
        return self.naive / self.points if self.points else None

    @property
    def skill(self) -> float | None:
        """By what share the miss is smaller than the naive guess's; None where that was never wrong."""
        return 1 - self.miss / self.naive if self.naive else None

    @property
    def bias(self) -> float | None:
        """By what share too much (positive) or too little was expected."""
        return self.said / self.came - 1 if self.came else None

    @property
    def inside(self) -> tuple[float, float, float] | None:
        """The parts inside the 50, 80 and 95 % ranges."""
        if not self.points:
            return None
        low, middle, high = (one / self.points for one in self.hits)
        return low, middle, high

    @property
    def is_enough(self) -> bool:
        """Whether there are enough scores, of enough weeks, to judge by."""
        return self.points >= FEW_POINTS and len(self.weeks) >= FEW_WEEKS

    @property
    def verdict(self) -> str:
        """ "few" where it is too early to say, "skill" where forecasts beat the naive guess, else "none"."""
        if not self.is_enough:
            return "few"
        return "skill" if self.skill is not None and self.skill >= SKILL else "none"


def bucket_of(step: int, buckets: dict[str, tuple[int, int]]) -> str:
    """The bucket that a step ahead falls into; "" beyond all of them."""
    return next((name for name, (first, last) in buckets.items() if first <= step <= last), "")


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def nearer(machine: float, person: float) -> str:
    """Who came nearer: "person", "machine", or "same" where they were off alike."""
    if abs(machine) == abs(person):
        return "same"
    return "person" if abs(person) < abs(machine) else "machine"
