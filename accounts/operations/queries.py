"""What the operations page shows. Across merchants: call it in every_tenant()."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min, Q, QuerySet

from accounts.jobs.models import Job, PeriodicMark
from accounts.merchants.models import Merchant
from accounts.operations.health import CLUSTERS
from core.schedule import PeriodicJob, periodic_jobs


@dataclass(frozen=True)
class Queue:
    """`waiting` are due and not begun, the oldest of them since `since`; `later` are put off."""

    name: str
    waiting: int
    later: int
    running: int
    failed: int
    since: datetime | None


@dataclass(frozen=True)
class Turn:
    """A periodic job: when some merchant or the platform last had its turn, and when the next one comes."""

    job: PeriodicJob
    last_at: datetime | None
    next_at: datetime | None
    failed: int


def queues(now: datetime) -> list[Queue]:
    due = Q(state=Job.State.QUEUED, due_at__lte=now)
    rows: Any = (
        Job.objects.exclude(state=Job.State.DONE)
        .order_by()
        .values("cluster")
        .annotate(
            waiting=Count("pk", filter=due),
            later=Count("pk", filter=Q(state=Job.State.QUEUED, due_at__gt=now)),
            running=Count("pk", filter=Q(state=Job.State.RUNNING)),
            failed=Count("pk", filter=Q(state=Job.State.FAILED)),
            since=Min("due_at", filter=due),
        )
    )
    found = {row.pop("cluster"): row for row in rows}
    nothing = {"waiting": 0, "later": 0, "running": 0, "failed": 0, "since": None}
    return [Queue(name, **found.get(name, nothing)) for name in (*CLUSTERS, *sorted(set(found) - set(CLUSTERS)))]


def running_jobs() -> QuerySet[Job]:
    return Job.objects.filter(state=Job.State.RUNNING).select_related("merchant").order_by("started_at")


def failed_jobs() -> QuerySet[Job]:
    return Job.objects.filter(state=Job.State.FAILED).select_related("merchant").order_by("-finished_at", "-pk")


def turns(now: datetime) -> list[Turn]:
    """The schedule, the next turn first. A per-merchant job's next turn is that of the first merchant to have it."""
    marks: Any = PeriodicMark.objects.order_by().values("name")
    marks = marks.annotate(last=Max("last_at"), failed=Count("pk", filter=Q(job__state=Job.State.FAILED)))
    known = {row["name"]: row for row in marks}
    zones = {name: Merchant(time_zone=name).zone for name in _time_zones()}
    found = []
    for job in periodic_jobs():
        moments = (
            [job.next_at(now.astimezone(zone)) for zone in zones.values()] if job.per_merchant else [job.next_at(now)]
        )
        row = known.get(job.name, {"last": None, "failed": 0})
        found.append(Turn(job, row["last"], min(moments, default=None), row["failed"]))
    return sorted(found, key=lambda turn: (turn.next_at is None, turn.next_at, turn.job.name))


def _time_zones() -> list[str]:
    return list(Merchant.objects.trading().order_by().values_list("time_zone", flat=True).distinct())


def database_version() -> str:
    """The product and version of the database, as the operator must know them."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT sqlite_version()")
            return f"SQLite {cursor.fetchone()[0]}"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0]}"
