"""Decisions about forecasts: what is unusual, how well we did, how fine a number may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import floor, log10
from typing import Any

from django.utils.translation import gettext as _

from core.errors import Refused

NOTABLE = 0.1  # a change of less than a tenth is not worth a notice, however sure it is
STALE_DAYS = 56
WEEKS_FOR_RECORD = 4  # real weeks needed before they stand in place of the tests
FARTHEST_DAYS = 90  # looked ahead at most
LOW, MIDDLE, HIGH = 1, 3, 5  # positions of the 80 % range and the middle among the seven quantiles


def known_until(last_sale: date, today: date) -> date:
    """The last day whose sales are known: yesterday; for a shop that sold nothing for eight weeks its last sale.

    Past orders of a shop that trades no longer, or somewhere else, are data up to their end and not weeks of nothing.
    """
    yesterday = today - timedelta(days=1)
    return yesterday if (yesterday - last_sale).days <= STALE_DAYS else last_sale


def check_range(at: date | None, horizon: int, today: date) -> None:
    """Refuse to look from a day that is not over, or further ahead than anybody can see."""
    if not 1 <= horizon <= FARTHEST_DAYS:
        raise Refused(
            "bad_horizon",
            _("A forecast reaches from 1 to %(most)s days ahead; %(asked)s is outside.")
            % {"most": FARTHEST_DAYS, "asked": horizon},
        )
    if at is not None and at >= today:
        raise Refused("day_not_over", _("A forecast can look from a day that is over: choose one before today."))


def outlook(usual: float, quantiles: Sequence[float]) -> str:
    """Whether what is to come leaves what is usual: "surge", "drop" or "".

    It does where the usual lies outside the 80 % range, and the middle a tenth or more away from it.
    """
    if usual < quantiles[LOW] and quantiles[MIDDLE] >= usual * (1 + NOTABLE):
        return "surge"
    if usual > quantiles[HIGH] and quantiles[MIDDLE] <= usual * (1 - NOTABLE):
        return "drop"
    return ""


def significant(value: float, digits: int = 3) -> float:
    """A forecast shown: three significant digits, for more would claim what nobody knows."""
    if value == 0:
        return 0.0
    return round(value, digits - 1 - floor(log10(abs(value))))


@dataclass(frozen=True)
class Verdict:
    """A past stretch of days: what was predicted for its sum (80 % range and middle), and what came."""

    first: date
    days: int
    low: float
    middle: float
    high: float
    actual: float

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.days - 1)

    @property
    def inside(self) -> bool:
        return self.low <= self.actual <= self.high

    def to_json(self) -> list[Any]:
        return [self.first.isoformat(), self.days, self.low, self.middle, self.high, self.actual]

    @classmethod
    def from_json(cls, row: Sequence[Any]) -> Verdict:
        return cls(date.fromisoformat(row[0]), *row[1:])


@dataclass(frozen=True)
class Record:
    """How well we did. `is_real` tells forecasts that were made at the time from tests on past days.

    Misses are per day, in the unit of the measure.
    """

    weeks: Sequence[Verdict]
    days: Sequence[Verdict]
    typical_miss: float
    naive_miss: float
    is_real: bool

    @property
    def inside(self) -> int:
        return sum(week.inside for week in self.weeks)

    @property
    def is_tests(self) -> bool:
        return not self.is_real

    @property
    def better(self) -> float:
        """By what share the typical miss is smaller than that of "same as last week"; negative where it is larger."""
        return 1 - self.typical_miss / self.naive_miss if self.naive_miss else 0.0


def record_of_tests(backtest: Mapping[str, Any]) -> Record:
    """The record that a run's tests on past days give."""
    return Record(
        weeks=[Verdict.from_json(row) for row in backtest.get("weeks", ())],
        days=[Verdict.from_json(row) for row in backtest.get("days", ())],
        typical_miss=backtest.get("typical_miss", 0.0),
        naive_miss=backtest.get("naive_miss", 0.0),
        is_real=False,
    )
