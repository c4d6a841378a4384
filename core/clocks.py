"""Deadlines: how much of the time for something is gone, when it is over on working days, a length of time in words."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True)
class Clock:
    """`used` is the percentage of the time that is gone, `left` what remains (negative when late).

    `tone` is "ok", "soon" when less than a quarter is left, or "late".
    """

    used: int
    left: timedelta
    tone: Literal["ok", "soon", "late"]

    @property
    def is_late(self) -> bool:
        return self.tone == "late"


def clock(whole: timedelta, *, due: datetime, now: datetime) -> Clock:
    """The clock of something that has `whole` from its beginning and whose time is over at `due`."""
    whole = whole or timedelta(seconds=1)
    left = due - now
    used = round(100 * (1 - left / whole))
    if left < timedelta(0):
        return Clock(100, left, "late")
    return Clock(max(0, min(100, used)), left, "soon" if left < whole / 4 else "ok")


# So many days ahead somebody is at work again; a plan that has no working day until then has none.
FURTHEST = timedelta(days=3660)


@dataclass(frozen=True)
class WorkingTime:
    """When somebody is at work: on `weekdays` (ISO, Monday is 1) that are not `closed`, from `opens` to `closes`.

    Days and hours are those of `zone`, where a day has 23 to 25 hours; instants go in and come out with a time zone.
    """

    zone: ZoneInfo
    weekdays: frozenset[int] = frozenset(range(1, 8))
    opens: time = time(9)
    closes: time = time(18)
    closed: Container[date] = frozenset()

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= frozenset(range(1, 8)) or self.opens >= self.closes:
            raise ValueError("working time needs a weekday from 1 to 7, and opens before it closes")

    def is_working_day(self, day: date) -> bool:
        return day.isoweekday() in self.weekdays and day not in self.closed

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def opening(self, day: date) -> datetime:
        return datetime.combine(day, self.opens, self.zone).astimezone(UTC)

    def closing(self, day: date) -> datetime:
        return datetime.combine(day, self.closes, self.zone).astimezone(UTC)

    def midnight(self, day: date) -> datetime:
        """The first instant of the day."""
        return datetime.combine(day, time.min, self.zone).astimezone(UTC)


def next_working_day(day: date, at: WorkingTime) -> date:
    """The first working day after `day`. Raises ValueError where ten years bring none."""
    return _working_day_from(day + timedelta(days=1), at)


def _working_day_from(day: date, at: WorkingTime) -> date:
    last = day + FURTHEST
    while not at.is_working_day(day):
        day += timedelta(days=1)
        if day > last:
            raise ValueError("no working day in ten years")
    return day


def add_working_days(day: date, days: int, at: WorkingTime) -> date:
    """The working day that is `days` (0 or more) working days after `day`; a day off counts as the next one at work."""
    day = _working_day_from(day, at)
    for _step in range(days):
        day = next_working_day(day, at)
    return day


def add_business_hours(since: datetime, hours: timedelta, at: WorkingTime) -> datetime:
    """When `hours` of opening time have gone by after `since`: the deadline of what is done while the shop is open.

    What comes in while it is closed begins at the next opening; none at all (0 hours) is over where it begins.
    """
    return _add(since, hours, at, whole_days=False)


def add_working_time(since: datetime, hours: timedelta, at: WorkingTime) -> datetime:
    """When `hours` have gone by after `since` on a clock that runs day and night, but stands still on days off.

    "Within 48 hours", said on a Friday by a shop that is closed at weekends, is Tuesday at the same time.
    """
    return _add(since, hours, at, whole_days=True)


def _add(since: datetime, hours: timedelta, at: WorkingTime, *, whole_days: bool) -> datetime:
    since, left = since.astimezone(UTC), max(hours, timedelta(0))
    day = _working_day_from(at.day_of(since), at)
    while True:
        start = max(since, at.midnight(day) if whole_days else at.opening(day))
        end = at.midnight(day + timedelta(days=1)) if whole_days else at.closing(day)
        if start < end and start + left <= end:
            return start + left
        left -= max(end - start, timedelta(0))
        day = next_working_day(day, at)


def business_time(since: datetime, until: datetime, at: WorkingTime) -> timedelta:
    """How much opening time lies between two instants; nothing when `until` is not after `since`."""
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    total, day, last = timedelta(0), at.day_of(since), at.day_of(until)
    while day <= last:
        if at.is_working_day(day):
            total += max(min(until, at.closing(day)) - max(since, at.opening(day)), timedelta(0))
        day += timedelta(days=1)
    return total


def working_time(since: datetime, until: datetime, at: WorkingTime) -> timedelta:
    """How much of a clock that stands still on days off lies between two instants, as `add_working_time` counts it."""
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    total, day, last = timedelta(0), at.day_of(since), at.day_of(until)
    while day <= last:
        if at.is_working_day(day):
            begins, ends = at.midnight(day), at.midnight(day + timedelta(days=1))
            total += max(min(until, ends) - max(since, begins), timedelta(0))
        day += timedelta(days=1)
    return total


def span(length: timedelta) -> str:
    """A length of time in its two largest units: "3 d 4 h", "1 h 52 min", "6 min"."""
    minutes = int(abs(length).total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        whole = ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
        return _("%(days)s %(hours)s h") % {"days": whole, "hours": hours} if hours else whole
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    return _("%(minutes)s min") % {"minutes": minutes}
