"""How a purchase order goes from step to step, and how much a supplier lets one order. No database, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.money import cents

MOST_UNITS = 1_000_000
MOST_LINES = 200
FEWEST = 3  # cases: fewer say nothing of how a supplier does
ZERO = Decimal("0.00")

DRAFT, SENT, PARTLY, CLOSED, CANCELLED = "draft", "sent", "partly_received", "closed", "cancelled"
ON_THE_WAY = (SENT, PARTLY)  # what is ordered and has not come yet is on its way


@dataclass(frozen=True)
class Step:
    """What can be done to an order: in which states, which states it leads to, and the permission word it takes."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    word: str


STEPS: dict[str, Step] = {
    "change": Step((DRAFT,), (DRAFT,), "purchasing.edit"),
    "send": Step((DRAFT,), (SENT,), "purchasing.edit"),
    "cancel": Step((DRAFT, SENT), (CANCELLED,), "purchasing.edit"),
    "receive": Step(ON_THE_WAY, (PARTLY, CLOSED), "purchasing.receive"),
    "close": Step((PARTLY,), (CLOSED,), "purchasing.edit"),
}


@dataclass(frozen=True)
class LineIn:
    """One line of an order. Without `unit_price` it costs what the supplier's price list says."""

    sku: str
    quantity: int
    unit_price: Decimal | None = None


@dataclass(frozen=True)
class Came:
    """What came of one line: units that are good, units that are not, and what the box says of the lot."""

    accepted: int = 0
    damaged: int = 0
    lot: str = ""
    expires_on: date | None = None

    @property
    def units(self) -> int:
        return self.accepted + self.damaged


def can(step: str, state: str) -> bool:
    """Whether an order in this state can take the step."""
    return state in STEPS[step].before


def rounded_up(wanted: int, minimum: int, multiple: int) -> int:
    """The smallest number of units that is at least `wanted` and that the supplier takes an order for."""
    least = max(wanted, minimum)
    return -(-least // multiple) * multiple


def may_be_ordered(quantity: int, minimum: int, multiple: int) -> bool:
    """Whether the supplier takes an order for that many units."""
    return quantity >= minimum and quantity % multiple == 0


def line_total(quantity: int, unit_price: Decimal) -> Decimal:
    """What a line comes to, to the cent."""
    return cents(quantity * unit_price)


def order_total(totals: Iterable[Decimal]) -> Decimal:
    return sum(totals, ZERO)
