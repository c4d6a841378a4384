"""Running a job: take it, hold a lease on it while it works, write down how it ended."""

from __future__ import annotations

import logging
import threading
from contextlib import ExitStack
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts.jobs.models import Heartbeat, Job
from accounts.jobs.queue import send
from core.errors import Permanent, Refused, Transient
from core.tasks import Task, task_at
from core.tenancy import tenant

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=45)
RENEW_EVERY = 10.0  # seconds


class _Lease(threading.Thread):
    """Keeps the lease of a running job fresh; it ends with the process, so a killed worker's job is free again soon."""

    def __init__(self, job: Job) -> None:
        super().__init__(daemon=True, name=f"lease-{job.pk}")
        self.job = job
        self.over = threading.Event()

    def run(self) -> None:
        try:
            while not self.over.wait(RENEW_EVERY):
                try:
                    mine = Job.objects.filter(pk=self.job.pk, attempts=self.job.attempts, state=Job.State.RUNNING)
                    mine.update(lease_until=timezone.now() + LEASE)
                except Exception:  # the database may be busy for a moment; the next turn tries again
                    log.warning("could not renew the lease of job %s", self.job.pk, exc_info=True)
        finally:
            connection.close()


def run(job_id: int) -> None:
    """Take the job if it is free and work on it. Never raises: the outcome is in the row."""
    now = timezone.now()
    taken = (
        Job.objects.stranded(now)
        .filter(pk=job_id)
        .update(
            state=Job.State.RUNNING,
            attempts=F("attempts") + 1,
            lease_until=now + LEASE,
            started_at=now,
        )
    )
    if not taken:
        return
    job = Job.objects.select_related("merchant").get(pk=job_id)
    try:
        task = task_at(job.task)
    except KeyError:
        _end(job, Job.State.FAILED, error=f"No code runs {job.task} any more.")
        return
    if job.attempts > job.max_attempts:
        _end(job, Job.State.FAILED, error=f"Its worker died {job.max_attempts} times while it ran.")
        return
    lease = _Lease(job)
    # Within an outer transaction (tests run jobs so) another thread could not see the row; a lease is of no use there.
    if not connection.in_atomic_block:
        lease.start()
    try:
        _work(job, task)
    except (Permanent, Refused) as refusal:
        _end(job, Job.State.FAILED, error=str(refusal))
    except Exception as fault:
        if not isinstance(fault, Transient):
            log.exception("job %s (%s) failed on attempt %s", job.pk, job.task, job.attempts)
        if job.attempts >= job.max_attempts:
            _end(job, Job.State.FAILED, error=f"{type(fault).__name__}: {fault}")
        else:
            _end(job, Job.State.QUEUED, error=str(fault), due_at=timezone.now() + task.delay_after(job.attempts))
    else:
        _end(job, Job.State.DONE)
    finally:
        lease.over.set()


def _work(job: Job, task: Task) -> None:
    with ExitStack() as scope:
        if task.per_merchant:
            assert job.merchant is not None
            scope.enter_context(tenant(job.merchant))
            scope.enter_context(timezone.override(job.merchant.zone))
        scope.enter_context(current_job(job))
        task.function(*job.args)


def _end(job: Job, state: str, *, error: str = "", **fields: object) -> None:
    now = timezone.now()
    over = state in (Job.State.DONE, Job.State.FAILED)
    if over:
        fields["finished_at"] = now
    if state == Job.State.DONE:
        fields["progress"] = 100
    Job.objects.filter(pk=job.pk, attempts=job.attempts).update(
        state=state, lease_until=None, error=error[:2000], **fields
    )


_here = threading.local()


class current_job:
    """Makes the job known to report_progress() while its function runs."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def __enter__(self) -> Job:
        _here.job = self.job
        return self.job

    def __exit__(self, *exc: object) -> None:
        _here.job = None


def report_progress(done: int, total: int, note: str = "") -> None:
    """Tell the page how far the running job is. Outside a job it does nothing, so actions can call it freely."""
    job = getattr(_here, "job", None)
    if job is None or total <= 0:
        return
    percent = min(99, int(100 * done / total))
    Job.objects.filter(pk=job.pk, attempts=job.attempts).update(progress=percent, progress_note=note[:200])


def sweep() -> int:
    """Hand out again what is due and not being worked on: retries, postponed jobs, jobs of dead workers.

    A job is handed out at most every 30 seconds, so a long queue is not doubled. Returns how many were sent.
    """
    now = timezone.now()
    sent = 0
    stranded = Job.objects.stranded(now).exclude(sent_at__gt=now - timedelta(seconds=30)).order_by("due_at")
    for job in stranded[:500]:
        with transaction.atomic():
            send(job)
        sent += 1
    return sent


def beat(name: str, **detail: object) -> None:
    """Write down that this part of the machinery works."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now(), "detail": detail})
