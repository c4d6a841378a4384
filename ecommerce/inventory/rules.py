"""What may be done to a number of units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from core.errors import Refused

DRAFT, SENT, RECEIVED, CANCELLED = "draft", "sent", "received", "cancelled"
OPEN, BOOKED = "open", "booked"
SOLD, MOVED, DAMAGED = "sale", "transfer", "damage"  # reasons of moves that say which lot their units come from
STEPS: dict[str, frozenset[str]] = {
    "change": frozenset({DRAFT}),
    "send": frozenset({DRAFT}),
    "cancel": frozenset({DRAFT, SENT}),
    "receive": frozenset({SENT}),
}
MOST_LINES = 200
LONGEST_HOLD = 7 * 24 * 60  # minutes
USUAL_DEAD_DAYS, LONGEST_DEAD_DAYS = 90, 730
USUAL_EXPIRY_DAYS, LONGEST_EXPIRY_DAYS = 30, 730
MOST = 10_000_000  # units in one place; keeps every sum within the database's integers


def positive_units(quantity: int) -> int:
    """The quantity, if it is a number of units that can move at once. Refuses zero, less and more than MOST."""
    if quantity < 1:
        message = _("Enter a quantity of 1 or more.")
        raise Refused("bad_quantity", message, quantity=message)
    if quantity > MOST:
        message = _("Enter a quantity of at most %(most)s.") % {"most": f"{MOST:,}"}
        raise Refused("bad_quantity", message, quantity=message)
    return quantity


def change_wanted(on_hand: int, *, change: int | None, counted: int | None) -> int:
    """The change that is asked for, either directly or by the number somebody counted.

    Refuses none or both of them, a count below zero, a change that leaves less than nothing or more than MOST.
    """
    if (change is None) == (counted is None):
        raise Refused("bad_quantity", _("Say either how many units you counted or by how many the stock changes."))
    if counted is not None:
        if not 0 <= counted <= MOST:
            message = _("Enter a count between 0 and %(most)s.") % {"most": f"{MOST:,}"}
            raise Refused("bad_quantity", message, quantity=message)
        return counted - on_hand
    assert change is not None
    if abs(change) > MOST or on_hand + change > MOST:
        message = _("Enter a change that leaves at most %(most)s units.") % {"most": f"{MOST:,}"}
        raise Refused("bad_quantity", message, quantity=message)
    if on_hand + change < 0:
        message = _("Only %(on_hand)d units are there, so %(change)d cannot be taken away.") % {
            "on_hand": on_hand,
            "change": -change,
        }
        raise Refused("not_enough_stock", message, quantity=message)
    return change


def days_of_cover(available: int, sold: int, *, days: int = 28) -> float | None:
    """How many days the available units last at the pace of the last `days`; None when nothing was sold."""
    return available * days / sold if sold > 0 else None


def can(step: str, state: str) -> bool:
    """Whether a transfer in this state may be taken through the step."""
    return state in STEPS[step]


def offered(available: int, *, units: int, percent: int) -> int:
    """Units a channel may offer of those that are free: `percent` of them, rounded up, and `units` are kept back."""
    kept = units + -(-max(available, 0) * percent // 100)
    return max(0, available - kept)


def allotted(
    lines: Sequence[Mapping[int, int]], free: dict[tuple[int, int], int], places: Sequence[int]
) -> list[int | None]:
    """The place that each line of an order is served from; None where there is no place at all.

    `lines` are units by variant, `free` units by (place, variant), `places` in the merchant's order. The first place
    that has everything serves everything. Where none has, each line comes from the first place that has all of it, else
    from the first with something of it, else from the first. What is allotted is taken out of `free`.
    """
    whole: dict[int, int] = {}
    for line in lines:
        for variant, units in line.items():
            whole[variant] = whole.get(variant, 0) + units
    together = next((place for place in places if _has(whole, free, place)), None)
    found = []
    for line in lines:
        place = together if together is not None else _first(line, free, places)
        if place is not None:
            for variant, units in line.items():
                free[place, variant] = max(0, free.get((place, variant), 0) - units)
        found.append(place)
    return found


def _has(wanted: Mapping[int, int], free: Mapping[tuple[int, int], int], place: int) -> bool:
    return all(free.get((place, variant), 0) >= units for variant, units in wanted.items())


def _first(line: Mapping[int, int], free: Mapping[tuple[int, int], int], places: Sequence[int]) -> int | None:
    all_of_it = (place for place in places if _has(line, free, place))
    some = (place for place in places if all(free.get((place, variant), 0) > 0 for variant in line))
    return next(all_of_it, next(some, next(iter(places), None)))


EXPIRED = "expired lots"  # holder of what is held back of them


def has_expired(expires_on: date | None, today: date) -> bool:
    """Whether a lot may not be sold any more: it may on its expiry date itself."""
    return expires_on is not None and expires_on < today


@dataclass(frozen=True)
class OnShelf:
    """Units of a lot in one place."""

    lot: int
    units: int
    expires_on: date | None


def picked(
    wanted: int, shelf: Sequence[OnShelf], without_lot: int, *, why: str, today: date
) -> tuple[dict[int, int], int]:
    """Units to take of each lot of a `shelf`, which lies in the order of expiry, and those to take that have no lot.

    Why they leave decides: what is sold never comes from an expired lot, what is moved does so last; both take the lot
    that expires first, then what has no lot. What is damaged is taken in the order of expiry, expired lots included.
    Where the books are put right, what has no lot goes first: whoever counts does not say which lot is missing. All
    found together may be less than wanted.
    """
    good = [(one.lot, one.units) for one in shelf if not has_expired(one.expires_on, today)]
    bad = [(one.lot, one.units) for one in shelf if has_expired(one.expires_on, today)]
    rest: list[tuple[int | None, int]] = [(None, without_lot)]
    in_turn: dict[str, list[tuple[int | None, int]]] = {
        SOLD: [*good, *rest],
        MOVED: [*good, *rest, *bad],
        DAMAGED: [*bad, *good, *rest],
    }
    found: dict[int | None, int] = {}
    for lot, units in in_turn.get(why, [*rest, *bad, *good]):
        if (part := min(units, wanted)) > 0:
            found[lot] = part
            wanted -= part
    loose = found.pop(None, 0)
    return {lot: units for lot, units in found.items() if lot is not None}, loose
