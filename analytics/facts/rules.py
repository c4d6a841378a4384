"""Which days are counted together, and how many make a pace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

BRIDGE = 14
LONGEST = 184
# A shop of so few orders is counted whole as quickly as a part of it.
SMALL_SHOP = 5_000
PACE_DAYS = 28  # full days


def spans(days: Iterable[date], *, small: bool = False) -> Iterator[tuple[date, date]]:
    """First and last day of the runs that hold all `days`, in order; one run for all of them in a `small` shop.

    Days at most BRIDGE apart share a run, for counting a few clean days again costs less than a run of its own; a run
    is at most LONGEST days, so that no transaction takes long.
    """
    if small:
        together = sorted(set(days))
        if together:
            yield together[0], together[-1]
        return
    first: date | None = None
    last = date.min
    for day in sorted(set(days)):
        if first is not None and (day - last > timedelta(days=BRIDGE) or (day - first).days >= LONGEST):
            yield first, last
            first = None
        if first is None:
            first = day
        last = day
    if first is not None:
        yield first, last
