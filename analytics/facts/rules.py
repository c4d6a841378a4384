"""Which days are counted together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

BRIDGE = 14
LONGEST = 184


def spans(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """First and last day of the runs that hold all `days`, in order.

    Days at most BRIDGE apart share a run, for counting a few clean days again costs less than a run of its own; a run
    is at most LONGEST days, so that no transaction takes long.
    """
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
