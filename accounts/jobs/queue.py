"""Putting work into the background."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

from accounts.jobs.models import Job
from core.tasks import task_of
from core.tenancy import current_tenant_id

RUN = "accounts.jobs.runner.run"


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
    merchant_id = current_tenant_id() if task.per_merchant else None
    with transaction.atomic():
        if key is not None:
            waiting = Job.objects.select_for_update().filter(key=key).first()
            if waiting is not None and waiting.state == Job.State.QUEUED:
                return waiting
            if waiting is not None:
                # A running or finished job keeps its row for the record; the name moves on to the new one.
                Job.objects.filter(pk=waiting.pk).update(key=None)
        job = Job.objects.create(
            merchant_id=merchant_id,
            task=task.path,
            args=list(args),
            key=key,
            cluster=task.cluster,
            max_attempts=max_attempts or task.max_attempts,
            due_at=at or now,
        )
        if job.due_at <= now:
            send(job)
    return job


def send(job: Job) -> None:
    """Hand a job to the queue of its cluster. Handing it out twice is harmless: the runner takes it once."""
    Job.objects.filter(pk=job.pk).update(sent_at=timezone.now())
    async_task(RUN, job.pk, cluster=job.cluster)
