"""A fact that is looked at, and what came after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from accounts.merchants.models import Merchant

HORIZON: Final = 30  # days after a fact that are looked at, and before it that give its size
LOOK_BACK: Final = timedelta(days=200)


@dataclass(frozen=True)
class Case:
    """A fact: how large it was, to find others like it, and the figure of what came after."""

    size: float
    outcome: float


@dataclass(frozen=True)
class Fact:
    """A row of the activity log: the id of what it is about (0 for the shop as a whole), its day and moment."""

    thing: int
    day: date
    at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)


Facts = Sequence[Fact]
Reader = Callable[[Facts, Merchant], list[Case | None]]


@dataclass(frozen=True)
class Measure:
    """What is looked at after a kind of fact: `thing` names the id in its payload, "" for the shop as a whole.

    `label` says the figure with its unit and time. `same` names a figure of the facts, "rating": they are held against
    those alone that have it as one of those that ran. Facts are looked for back to `since` ago.
    """

    label: Any
    thing: str
    read: Reader
    same: str = ""
    since: timedelta = LOOK_BACK
