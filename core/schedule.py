"""What is to be done regularly, and when. The table is config/schedule.py; accounts.operations.periodic acts on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

CATCH_UP = timedelta(hours=20)


@dataclass(frozen=True)
class PeriodicJob:
    """A declared task that is queued daily `at` a time or `every` so often; exactly one of the two is given.

    With `per_merchant` it is queued once for each trading merchant and `at` is that merchant's local time; otherwise
    it is queued once for the platform and `at` is UTC.

    `when` asks, in the scope of every tenant, whether there is anything to do at that moment: a turn of the platform
    for which there is not is over without a job. It is for what comes round every few minutes and is mostly idle.
    """

    name: str
    function: Callable[..., None]
    at: time | None = None
    every: timedelta | None = None
    per_merchant: bool = False
    when: Callable[[datetime], bool] | None = None

    def __post_init__(self) -> None:
        if self.when is not None and self.per_merchant:
            raise ValueError(f"{self.name}: only what is queued for the platform may be asked whether it has work")
        if (self.at is None) == (self.every is None):
            raise ValueError(f"{self.name}: give either a time of day or an interval")

    def due_slot(self, now: datetime, last: str | None) -> str | None:
        """The name of the turn that is due at `now` and comes after turn `last`, or None.

        `now` is in the zone whose calendar counts. A daily turn is a local date, so an hour that the clock skips or
        repeats neither loses nor doubles one. After an outage only the newest turn is made up for, and none that is
        more than CATCH_UP late.
        """
        slot = self._slot(now, first=last is None)
        return slot if slot is not None and (last is None or slot > last) else None

    def _slot(self, now: datetime, *, first: bool) -> str | None:
        if self.every is not None:
            seconds = int(self.every.total_seconds())
            turn = int(now.timestamp()) // seconds * seconds
            return datetime.fromtimestamp(turn, tz=UTC).strftime("%Y-%m-%dT%H:%M")
        assert self.at is not None
        if now.time() >= self.at:
            return now.date().isoformat()
        yesterday = now.date() - timedelta(days=1)
        moment = datetime.combine(yesterday, self.at, now.tzinfo)
        return None if first or now - moment > CATCH_UP else yesterday.isoformat()

    def next_at(self, now: datetime) -> datetime:
        """The moment of the next turn after `now`."""
        if self.every is not None:
            seconds = int(self.every.total_seconds())
            return datetime.fromtimestamp((int(now.timestamp()) // seconds + 1) * seconds, tz=UTC)
        assert self.at is not None
        day = now.date() if now.time() < self.at else now.date() + timedelta(days=1)
        return datetime.combine(day, self.at, now.tzinfo)


_jobs: dict[str, PeriodicJob] = {}


def define(jobs: Iterable[PeriodicJob]) -> None:
    """Set the table of periodic jobs (config does it at start)."""
    _jobs.clear()
    for job in jobs:
        if job.name in _jobs:
            raise ValueError(f"two periodic jobs are called {job.name}")
        _jobs[job.name] = job


def periodic_jobs() -> list[PeriodicJob]:
    return list(_jobs.values())
