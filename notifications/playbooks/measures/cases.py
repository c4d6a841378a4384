"""A fact that is looked at, and what came after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from accounts.merchants.models import Merchant

HORIZON: Final = 30  # days after a fact that are looked at, and before it that give its size
LOOK_BACK: Final = timedelta(days=200)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Case:
    """A fact: how large it was, to find others like it, and the figure of what came after.

    Only cases of the same `group` are alike at all, however near in size.
    """

    size: float
    outcome: float
    group: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Fact:
    """A row of the activity log: the id of what it is about (0 for the shop as a whole), its day and moment."""

    thing: int
    day: date
    at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)

    @property
    def end(self) -> datetime:
        """When what came after it is not looked at any more."""
        return self.at + HORIZON * _DAY

    def led_to(self, at: datetime | None, *, within: timedelta = HORIZON * _DAY) -> bool:
        """Whether something came after the fact and not later than `within`."""
        return at is not None and self.at < at <= self.at + within

    def days_until(self, at: datetime | None) -> float:
        """Days until something came: 0 where it had come before, and the HORIZON where it came later or never."""
        if at is None:
            return float(HORIZON)
        return min(max((at - self.at) / _DAY, 0.0), float(HORIZON))


Facts = Sequence[Fact]
Reader = Callable[[Facts, Merchant], list[Case | None]]


@dataclass(frozen=True)
class Measure:
    """What is looked at after a kind of fact: `thing` names the id in its payload, "" for the shop as a whole.

    `label` says the figure with its unit and time. `same` names values of the payload, "rating": a fact is held against
    those alone that have the same ones. Facts are looked for back to `since` ago.
    """

    label: Any
    thing: str
    read: Reader
    same: tuple[str, ...] = ()
    since: timedelta = LOOK_BACK
