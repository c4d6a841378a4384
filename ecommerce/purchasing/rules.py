"""How much a supplier lets one order. No database, no clock."""

from __future__ import annotations

MOST_UNITS = 1_000_000


def rounded_up(wanted: int, minimum: int, multiple: int) -> int:
    """The smallest number of units that is at least `wanted` and that the supplier takes an order for."""
    least = max(wanted, minimum)
    return -(-least // multiple) * multiple


def may_be_ordered(quantity: int, minimum: int, multiple: int) -> bool:
    """Whether the supplier takes an order for that many units."""
    return quantity >= minimum and quantity % multiple == 0
