"""Decisions about days and values, without a database or a clock."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Refused

LARGEST = 1e15  # beyond it a number is an error of somebody's program, such as 1e308
MOST_AHEAD = 3 * 366  # days from today that a value or an event may lie ahead
EARLIEST = date(2000, 1, 1)
LONGEST_EVENT = 62  # days
ENDS_BEFORE = gettext_lazy("The last day lies before the first one.")


@dataclass(frozen=True)
class Vintage:
    """A value of one period as it was known from `known_on` on; a later row of the same day corrects it."""

    day: date
    value: float
    known_on: date


def name_key(name: str) -> str:
    """What two events must share to count as the same thing happening again."""
    return " ".join(name.split()).casefold()


def checked_value(kind: str, value: float) -> float:
    """A number that can be used. Refuses what is none, what is absurd, and negative advertising."""
    if math.isnan(value):
        sentence = _("This is not a number.")
    elif math.isinf(value) or abs(value) > LARGEST:
        sentence = _("No real amount is that large.")
    elif kind == "ad_spend" and value < 0:
        sentence = _("Advertising cannot cost less than nothing.")
    else:
        return value
    raise Refused("bad_value", sentence, value=sentence)


def checked_day(day: date, today: date) -> date:
    """A day within what can be meant."""
    if not EARLIEST <= day <= today + timedelta(days=MOST_AHEAD):
        sentence = _("This day is too far away to be meant.")
        raise Refused("bad_day", sentence, day=sentence)
    return day


def period_start(day: date, period: str) -> date:
    """The first day of the day, week or month that `day` is in."""
    if period == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period == "month" else day


def period_end(start: date, period: str) -> date:
    """The last day of the period that begins on `start`."""
    if period == "week":
        return start + timedelta(days=6)
    if period == "month":
        return (start.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return start


def as_known(vintages: Iterable[Vintage], as_of: date | None = None) -> dict[date, float]:
    """The newest value of each day that was known on `as_of` (None: ever). Rows in the order in which they came."""
    found: dict[date, Vintage] = {}
    for one in vintages:
        if as_of is not None and one.known_on > as_of:
            continue
        if one.day not in found or one.known_on >= found[one.day].known_on:
            found[one.day] = one
    return {day: one.value for day, one in sorted(found.items())}


def by_week(values: dict[date, float], period: str, *, summed: bool) -> dict[date, float]:
    """Values of days, weeks or months as weeks, by their Monday.

    What is `summed` (money) is spread evenly over the days of its period and added up; anything else is the mean of
    the days known. Weeks of which no day is known are left out.
    """
    sums: dict[date, float] = {}
    days: dict[date, int] = {}
    for start, value in values.items():
        span = list(_days(start, period_end(start, period)))
        for day in span:
            monday = day - timedelta(days=day.weekday())
            sums[monday] = sums.get(monday, 0.0) + (value / len(span) if summed else value)
            days[monday] = days.get(monday, 0) + 1
    return {monday: total if summed else total / days[monday] for monday, total in sorted(sums.items())}


def _days(first: date, last: date) -> Iterator[date]:
    for step in range((last - first).days + 1):
        yield first + timedelta(days=step)


def checked_event(data: dict[str, Any], today: date) -> dict[str, Any]:
    """The fields of an own event, tidied. Refuses an end before the beginning, and spans nobody can mean."""
    name = " ".join(str(data["name"]).split())
    if not name:
        sentence = _("Give the event a name.")
        raise Refused("no_name", sentence, name=sentence)
    first, last = data["first_day"], data["last_day"]
    if last < first:
        sentence = str(ENDS_BEFORE)
        raise Refused("ends_before", sentence, last_day=sentence)
    if (last - first).days >= LONGEST_EVENT:
        sentence = _("An event lasts at most %(days)s days.") % {"days": LONGEST_EVENT}
        raise Refused("too_long", sentence, last_day=sentence)
    for field in ("first_day", "last_day"):
        try:
            checked_day(data[field], today)
        except Refused as refusal:
            raise Refused(refusal.code, refusal.message, **{field: refusal.message}) from None  # type: ignore[arg-type]
    return {**data, "name": name}


def known_since(first_day: date, today: date) -> date:
    """Since when an event entered today is known: one that has begun was known the day before, a coming one today."""
    return min(today, first_day - timedelta(days=1))
