"""How points are counted: earned, taken back, used up oldest first. No database, no clock."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal

MOST_POINTS = 1_000_000
MOST_MONTHS = 120
MOST_DAYS = 3650
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Step:
    """One entry of a ledger as far as it matters here. `expires_on` is the last day of the points it adds."""

    points: int
    expires_on: date | None = None


@dataclass(frozen=True)
class Lot:
    """Points that came together and of which some are left; None as its last day is for good."""

    left: int
    expires_on: date | None


def points_for(paid: Decimal, per_unit: Decimal) -> int:
    """The points for an amount paid, rounded down; none for nothing."""
    if paid <= 0:
        return 0
    return min(int((paid * per_unit).to_integral_value(ROUND_FLOOR)), MOST_POINTS)


def points_back(earned: int, paid: Decimal, before: Decimal, amount: Decimal) -> int:
    """The points that go with a refund of `amount`, when `before` of what was paid had been given back already.

    All refunds of an order together take back exactly what was earned when all of it is given back.
    """
    if paid <= 0:
        return 0

    def gone(refunded: Decimal) -> int:
        return int((earned * min(refunded, paid) / paid).to_integral_value(ROUND_FLOOR))

    return gone(before + amount) - gone(before)


def last_day(first: date, months: int | None) -> date | None:
    """The last day of points that came on `first` and are good for so many months; None for good.

    Where the month has no such day it is the month's last.
    """
    if months is None:
        return None
    count = first.month - 1 + months
    year, month = first.year + count // 12, count % 12 + 1
    return date(year, month, min(first.day, monthrange(year, month)[1]))


def lots(steps: Iterable[Step]) -> list[Lot]:
    """What is left of the points that were added, those that end soonest first.

    Whatever takes points off takes those that end soonest, of these the oldest.
    """
    found: list[Lot] = []
    for step in steps:
        if step.points > 0:
            found.append(Lot(step.points, step.expires_on))
            found.sort(key=lambda lot: lot.expires_on or date.max)
            continue
        owed = -step.points
        while owed and found:
            taken = min(owed, found[0].left)
            owed -= taken
            rest = found[0].left - taken
            found = [Lot(rest, found[0].expires_on), *found[1:]] if rest else found[1:]
    return found


def over_by(steps: Iterable[Step], day: date) -> int:
    """The points left whose last day is before `day`."""
    return sum(lot.left for lot in lots(steps) if lot.expires_on is not None and lot.expires_on < day)


def ending(steps: Iterable[Step], first: date, last: date) -> tuple[int, date | None]:
    """The points whose last day is from `first` to `last`, and the first of these days."""
    soon = [lot for lot in lots(steps) if lot.expires_on is not None and first <= lot.expires_on <= last]
    return sum(lot.left for lot in soon), min((lot.expires_on for lot in soon if lot.expires_on), default=None)
