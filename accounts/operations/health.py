"""Whether background work works, from what is in the database: any web process can say it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from accounts.jobs.models import Heartbeat, Job

CLUSTERS = ("default", "long")
SUPERVISOR_SILENCE = timedelta(seconds=60)


@dataclass(frozen=True)
class Part:
    """One part of the machinery. `at` is its last sign of life; None where there never was one."""

    name: str
    is_well: bool
    at: datetime | None


@dataclass(frozen=True)
class State:
    worker: Part
    queues: tuple[Part, ...]

    @property
    def is_well(self) -> bool:
        return self.worker.is_well and all(queue.is_well for queue in self.queues)


def state(now: datetime | None = None) -> State:
    """The worker and its queues. A queue lives when a probe went through it, or while it takes and ends jobs."""
    now = now or timezone.now()
    beats = list(Heartbeat.objects.values_list("name", "at"))
    supervisor = _newest(at for name, at in beats if name.startswith("supervisor@"))
    worker = Part("worker", supervisor is not None and now - supervisor <= SUPERVISOR_SILENCE, supervisor)
    stale = timedelta(seconds=settings.JOB_STALE)
    queues = []
    for cluster in CLUSTERS:
        at = _newest(at for name, at in beats if name.startswith(f"{cluster}@"))
        if at is None or now - at > stale:
            at = _newest(moment for moment in (at, _worked_at(cluster, now, stale)) if moment)
        queues.append(Part(cluster, at is not None and now - at <= stale, at))
    return State(worker, tuple(queues))


def _newest(moments: Iterable[datetime]) -> datetime | None:
    return max(moments, default=None)


def _worked_at(cluster: str, now: datetime, stale: timedelta) -> datetime | None:
    jobs = Job.objects.filter(cluster=cluster)
    if jobs.filter(state=Job.State.RUNNING, lease_until__gt=now).exists():
        return now
    over = jobs.filter(state__in=[Job.State.DONE, Job.State.FAILED], finished_at__gt=now - stale)
    newest: datetime | None = over.aggregate(at=Max("finished_at"))["at"]
    return newest
