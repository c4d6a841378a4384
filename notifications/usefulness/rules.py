"""When a notification was acted on in time, and when a kind is better muted."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_timedelta
from django.utils.translation import get_language, to_locale

from core.clocks import WorkingTime, add_business_hours
from core.figures import percent
from notifications.inbox.kinds import Kind

PERIOD = timedelta(days=90)
ENOUGH = 20  # told so often, a kind may be judged; below, it is too early
RARELY = 0.05  # this part acted on, or less
WEEK = timedelta(days=7)

# The ends of the spans in which times to act are counted, in seconds; what takes longer than the last is in one more.
SPANS: tuple[int, ...] = (300, 900, 3600, 4 * 3600, 86_400, 3 * 86_400, 7 * 86_400)


def in_time(kind: Kind, told: datetime, acted: datetime, at: WorkingTime) -> bool:
    """Whether somebody acted in the time of the kind: `within` in opening hours for what is for today, a week for the
    rest."""
    if not kind.is_for_today:
        return acted - told <= WEEK
    try:
        return acted <= add_business_hours(told, kind.within, at)
    except ValueError:  # a shop that says it never opens
        return acted - told <= kind.within


def span_of(seconds: float) -> int:
    """The place in SPANS that a time to act belongs to."""
    return bisect_left(SPANS, seconds)


def median_of(counts: Sequence[int]) -> float | None:
    """The median, in seconds, of times that are known by their span: even within it. None without any.

    The last span has no end; what lies there is given its beginning, so the median is then a lower bound.
    """
    total = sum(counts)
    if not total:
        return None
    before = 0
    for place, count in enumerate(counts):
        if before + count >= total / 2 and count:
            start = SPANS[place - 1] if place else 0
            end = SPANS[place] if place < len(SPANS) else start
            return start + (end - start) * (total / 2 - before) / count
        before += count
    return None


@dataclass(frozen=True)
class Use:
    """What became of what was told of one kind, or of its `part` of that name: counts of notifications, and the times
    to act by span.
    """

    kind: Kind
    told: int
    opened: int
    acted: int
    in_time: int
    muted: int
    spans: tuple[int, ...]
    settled: int = 0
    part: str = ""
    name: str = ""

    @property
    def asks(self) -> bool:
        """Whether the kind asks for something; the others are only good to know."""
        return self.kind.asks

    @property
    def median(self) -> float | None:
        """Seconds from being told to acting."""
        return median_of(self.spans)

    @property
    def median_words(self) -> str:
        """The median in the reader's language, "" without one."""
        if self.median is None:
            return ""
        return format_timedelta(timedelta(seconds=self.median), threshold=1.5, locale=to_locale(get_language() or "en"))

    @property
    def opened_part(self) -> float | None:
        return self.opened / self.told if self.told else None

    @property
    def acted_part(self) -> float | None:
        return self.acted / self.told if self.told else None

    @property
    def in_time_part(self) -> float | None:
        """Of those whose own reader acted: what somebody else handled has no time of its own."""
        timed = sum(self.spans)
        return self.in_time / timed if timed else None

    @property
    def opened_percent(self) -> str:
        return percent(self.opened_part)

    @property
    def acted_percent(self) -> str:
        return percent(self.acted_part)

    @property
    def in_time_percent(self) -> str:
        return percent(self.in_time_part)

    @property
    def is_idle(self) -> bool:
        """Nobody does anything about it: better muted, or told to fewer. Security is never proposed for that.

        What was done elsewhere, without the item, was done: it is no reason to mute.
        """
        if self.kind.locked or self.told < ENOUGH:
            return False
        done = self.acted + self.settled if self.asks else self.opened
        return done <= RARELY * self.told
