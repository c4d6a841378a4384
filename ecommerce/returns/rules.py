"""What may happen to a return, in which state and by whose leave, and its clocks. No database, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from core import clocks
from core.clocks import Clock, WorkingTime

ANSWER_WITHIN = timedelta(hours=24)
SETTLE_WITHIN = timedelta(hours=72)
REPAIR_WITHIN = timedelta(days=14)
DUE_SOON = timedelta(hours=6)
ESCALATE_AFTER = timedelta(hours=24)
MOST_PHOTOS = 5
STARS = range(1, 6)


@dataclass(frozen=True)
class Step:
    """From one of the states `begins` to `becomes`, by whoever holds the permission `word`."""

    word: str
    begins: frozenset[str]
    becomes: str


STEPS = {
    "approve": Step("returns.handle", frozenset({"requested"}), "approved"),
    "refuse": Step("returns.handle", frozenset({"requested"}), "refused"),
    "receive": Step("returns.handle", frozenset({"approved"}), "received"),
    "cancel": Step("returns.handle", frozenset({"requested", "approved"}), "cancelled"),
    "settle": Step("returns.settle", frozenset({"received", "repairing"}), "settled"),
    "repair": Step("returns.settle", frozenset({"received"}), "repairing"),
    "send_back": Step("returns.handle", frozenset({"repairing"}), "settled"),
}
# The one way back: what was settled by an exchange waits again when its replacement is called off. Nobody chooses it.
REOPENS = Step("", frozenset({"settled"}), "received")


def may(step: str, state: str) -> bool:
    return state in STEPS[step].begins


def may_be_rated(state: str) -> bool:
    """Whether the buyer can say how it was handled: the shop has given its last word."""
    return state in ("settled", "refused")


def answer_due(requested: datetime, at: WorkingTime) -> datetime:
    """When a request must be answered: ANSWER_WITHIN on a clock that stands on the days the shop is closed."""
    return clocks.add_working_time(requested, ANSWER_WITHIN, at)


def settle_due(*, requested: datetime, answered: datetime, received: datetime, at: WorkingTime) -> datetime:
    """When it must be settled.

    The shop has SETTLE_WITHIN of its own time: the clock stands while the goods are on their way back and on the days
    the shop is closed, and what the answer took counts.
    """
    return clocks.add_working_time(received, SETTLE_WITHIN - clocks.working_time(requested, answered, at), at)


def repair_due(begun: datetime, at: WorkingTime) -> datetime:
    """When repaired goods must be on their way back: REPAIR_WITHIN of the shop's own time."""
    return clocks.add_working_time(begun, REPAIR_WITHIN, at)


def price_in_exchange(*, was: Decimal, now: Decimal, with_difference: bool) -> Decimal:
    """What the buyer pays for a unit that goes out for one they paid `was` for: what it costs more, or nothing."""
    return max(now - was, Decimal(0)) if with_difference else Decimal(0)


def warn_at(due: datetime, at: WorkingTime) -> datetime:
    """When the shop is warned: DUE_SOON of its own time before, so that it is not on a day off."""
    warned = due - DUE_SOON
    while clocks.working_time(warned, due, at) < DUE_SOON:
        warned -= timedelta(days=1)
    # within that day the clock has run without a break: what is too much is taken back
    return warned + (clocks.working_time(warned, due, at) - DUE_SOON)


def clock(*, state: str, due: datetime, now: datetime, at: WorkingTime) -> Clock:
    """The clock of a request that waits for its answer, or of goods that wait to be settled or repaired.

    What is left is the shop's own time; what it is late by is everybody's.
    """
    whole = {"received": SETTLE_WITHIN, "repairing": REPAIR_WITHIN}.get(state, ANSWER_WITHIN)
    if now < due:
        now = due - clocks.working_time(now, due, at)
    return clocks.clock(whole, due=due, now=now)


def units_left(*, shipped: int, claimed: int, taken_back: int = 0) -> int:
    """Units of a line that can still come back; `claimed` by other returns, `taken_back` with a refund."""
    return max(0, shipped - claimed - taken_back)


@dataclass(frozen=True)
class Inspection:
    """What became of the units of one line that arrived. Those that are missing stay with the buyer."""

    restock: int = 0
    repair: int = 0
    write_off: int = 0

    @property
    def units(self) -> int:
        return self.restock + self.repair + self.write_off


def inspection_problem(found: Inspection, *, asked: int) -> str | None:
    """What is wrong with an inspection of a line of `asked` units: "negative", "too_many" or None."""
    if min(found.restock, found.repair, found.write_off) < 0:
        return "negative"
    return "too_many" if found.units > asked else None
