"""Putting work into the background."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django_q.tasks import async_task

from accounts.jobs.models import Job
from core.tasks import task_of
from core.tenancy import current_tenant_id

RUN = "accounts.jobs.runner.run"
ATTEMPTS = 5


def enqueue(
    function: Callable[..., None],
    *args: Any,
    key: str | None = None,
    at: datetime | None = None,
    max_attempts: int | None = None,
) -> Job:
    """Queue a declared task, in the caller's transaction: rolled back with it, visible to workers after its commit.

    `key` names the work: while a job of that key waits, no second one is queued and the waiting one is returned; one
    that is over is replaced. `at` postpones it. A per-merchant task takes the merchant in scope.
    """
    task = task_of(function)
    now = timezone.now()
    job = Job(
        merchant_id=current_tenant_id() if task.per_merchant else None,
        task=task.path,
        args=list(args),
        key=key,
        cluster=task.cluster,
        max_attempts=max_attempts or task.max_attempts,
        due_at=at or now,
    )
    with transaction.atomic():
        if key is None:
            job.save()
        elif waiting := _save_or_find(job, key):
            return waiting
        if job.due_at <= now:
            send(job)
    return job


def _save_or_find(job: Job, key: str) -> Job | None:
    """Save `job` under its key, or return the one that waits under it already.

    The waiting job's row stays locked until the caller commits, so it cannot run before what it is to work on is
    there. Two that queue the same key at once: the database lets the second one wait for the first, then look again.
    """
    for attempt in range(ATTEMPTS):
        known = Job.objects.select_for_update().filter(key=key).first()
        if known is not None and known.state == Job.State.QUEUED:
            return known
        if known is not None:
            # A running or finished job keeps its row for the record; the name moves on to the new one.
            Job.objects.filter(pk=known.pk).update(key=None)
        try:
            with transaction.atomic():
                job.save(force_insert=True)
            return None
        except IntegrityError:
            if attempt == ATTEMPTS - 1:
                raise
    return None


def send(job: Job) -> None:
    """Hand a job to the queue of its cluster. Handing it out twice is harmless: the runner takes it once."""
    async_task(RUN, job.pk, cluster=job.cluster)
    Job.objects.filter(pk=job.pk).update(sent_at=timezone.now())
