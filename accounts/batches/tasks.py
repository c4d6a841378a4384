"""Batches in the background."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from accounts.batches.actions import prune_batches, work
from accounts.batches.models import Batch
from accounts.jobs.queue import enqueue
from accounts.jobs.runner import report_progress
from core.tasks import task
from core.tenancy import every_tenant

STRETCH = 15.0  # seconds after which the others in the queue have their turn
GAP = 0.03  # seconds in which others may write: on SQLite those who wait look again only now and then
KEPT = timedelta(days=90)


@task(max_attempts=8, backoff=(2, 5, 10, 30, 60))
def run_batch(batch_id: int) -> None:
    """Work on a batch for a while, and queue again what is left; goes on where an earlier attempt stopped."""
    end = time.monotonic() + STRETCH

    def go_on(batch: Batch) -> bool:
        report_progress(batch.looked_at, batch.total)
        if connection.vendor == "sqlite":
            time.sleep(GAP)
        return time.monotonic() < end

    if not work(batch_id, go_on=go_on):
        queue(batch_id)


@transaction.atomic
def queue(batch_id: int, *, later: timedelta | None = None) -> None:
    """Have the batch worked on in the background, now or `later`."""
    at = timezone.now() + later if later else None
    Batch.objects.filter(pk=batch_id).update(job=enqueue(run_batch, batch_id, at=at))


@task(per_merchant=False)
def prune() -> None:
    """Forget what ended three months ago."""
    with every_tenant("old batches of all shops"):
        while prune_batches(before=timezone.now() - KEPT):
            pass
