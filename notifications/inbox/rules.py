"""The order of the inbox, what is found in it, and when a person's e-mails are due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

_LATEST = 10**11
FEW_STARS = 2  # of five: a buyer who is not content

NOW, HOURLY, DAILY, OFF = "now", "hourly", "daily", "off"


def rank_of(urgency: int, at: datetime) -> int:
    """A number that sorts ascending as the inbox reads: by urgency, then newest first. Good until the year 5138."""
    return urgency * _LATEST + (_LATEST - 1 - int(at.timestamp()))


def searched_text(params: Mapping[str, Any]) -> str:
    """The names and numbers in what is told, in one line of at most 300 signs: what one searches for."""
    return " ".join(value for value in params.values() if isinstance(value, str) and len(value) <= 120)[:300]


def drift_key(subject: str, category: str, since: str) -> str:
    """What names a drift of forecasts, for those who are told that it began and that it is over."""
    return f"{subject}:{category}:{since}"[:100]


@dataclass(frozen=True)
class Hours:
    """The hours of a person, by the clock of their own `zone`.

    From `quiet_from` until before `quiet_until` (full hours, past midnight where the first is the later one) only what
    must be acted on is mailed; None for no such time. At `digest_hour` the daily summary is due.
    """

    zone: tzinfo
    quiet_from: int | None = None
    quiet_until: int | None = None
    digest_hour: int = 8

    def is_quiet(self, hour: int) -> bool:
        """Whether this hour of the day lies in the quiet time."""
        begin, end = self.quiet_from, self.quiet_until
        if begin is None or end is None:
            return False
        return begin <= hour < end if begin < end else hour >= begin or hour < end

    def quiet_end(self, now: datetime) -> datetime | None:
        """When the quiet time that `now` lies in is over, in UTC; None when it lies in none."""
        local = now.astimezone(self.zone)
        if self.quiet_until is None or not self.is_quiet(local.hour):
            return None
        return self._next(self.quiet_until, now)

    def next_digest(self, now: datetime) -> tuple[date, datetime]:
        """The local day of the next daily summary after `now`, and its moment in UTC."""
        moment = self._next(self.digest_hour, now)
        return moment.astimezone(self.zone).date(), moment

    def _next(self, hour: int, now: datetime) -> datetime:
        """The first moment after `now` at which the local clock begins that hour.

        Each local day has exactly one: where the clock skips the hour it is the moment after the gap, where it repeats
        the hour it is the first of the two.
        """
        day = now.astimezone(self.zone).date()
        while True:
            moment = datetime.combine(day, time(hour), self.zone).astimezone(UTC)
            if moment > now:
                return moment
            day += timedelta(days=1)


@dataclass(frozen=True)
class Slot:
    """A turn of a person's e-mails: its name, which no other turn at the shop has, and its moment in UTC."""

    name: str
    at: datetime


def slot_after(timing: str, now: datetime, hours: Hours, *, passes: bool) -> Slot | None:
    """The turn in which something told at `now` is mailed; None when it goes at once.

    What `passes` the quiet time does not wait for its end. The daily summary comes at its hour in any case, for the
    person chose that too.
    """
    if timing == DAILY:
        day, moment = hours.next_digest(now)
        return Slot(f"daily:{day.isoformat()}", moment)
    due = now
    if timing == HOURLY:
        due = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    end = None if passes else hours.quiet_end(due)
    if timing == NOW and end is None:
        return None
    due = end or due
    return Slot(f"at:{due:%Y-%m-%dT%H:%MZ}", due)
