"""Running a job: take it, hold a lease on it while it works, write down how it ended."""

from __future__ import annotations

import logging
import threading
from contextlib import ExitStack
from datetime import timedelta
from time import sleep

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Min
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext
from django_q.conf import Conf
from django_q.exceptions import TimeoutException
from django_q.models import OrmQ

from accounts.jobs.models import Heartbeat, Job
from accounts.jobs.queue import send
from core.errors import Permanent, Refused, Transient
from core.tasks import Task, task_at
from core.tenancy import tenant

log = logging.getLogger(__name__)

ENDING = (0.5, 2.0, 6.0)  # seconds to wait before writing the outcome down again when the database was busy


def lease() -> timedelta:
    return timedelta(seconds=settings.JOB_LEASE)


class _Lease(threading.Thread):
    """Keeps the lease of a running job fresh; it ends with the process, so a killed worker's job is free again soon."""

    def __init__(self, job: Job) -> None:
        super().__init__(daemon=True, name=f"lease-{job.pk}")
        self.job = job
        self.over = threading.Event()

    def run(self) -> None:
        try:
            while not self.over.wait(settings.JOB_LEASE / 4):
                try:
                    mine = Job.objects.filter(pk=self.job.pk, attempts=self.job.attempts, state=Job.State.RUNNING)
                    mine.update(lease_until=timezone.now() + lease())
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
            lease_until=now + lease(),
            started_at=now,
            worker=settings.WORKER_ID[:80],
        )
    )
    if not taken:
        return
    job = Job.objects.select_related("merchant").get(pk=job_id)
    with translation.override(job.merchant.language if job.merchant else settings.LANGUAGE_CODE):
        _run(job)


def _run(job: Job) -> None:
    try:
        task = task_at(job.task)
    except KeyError:
        _end(job, Job.State.FAILED, error=f"No code runs {job.task} any more.")
        return
    if job.attempts > job.max_attempts:
        sentence = ngettext(
            "The process that worked on it died %(times)d time.",
            "The process that worked on it died %(times)d times.",
            job.max_attempts,
        )
        _end(job, Job.State.FAILED, error=sentence % {"times": job.max_attempts})
        return
    keeper = _Lease(job)
    # Within an outer transaction (tests run jobs so) another thread could not see the row; a lease is of no use there.
    if not connection.in_atomic_block:
        keeper.start()
    try:
        _work(job, task)
    except (Permanent, Refused) as refusal:
        _end(job, Job.State.FAILED, error=str(refusal))
    except TimeoutException:  # a SystemExit that the queue raises inside work that takes too long
        log.error("job %s (%s) was stopped on attempt %s: it took too long", job.pk, job.task, job.attempts)
        _again(job, task, gettext("It took longer than its queue allows and was stopped."))
    except Exception as fault:
        if isinstance(fault, Transient):
            _again(job, task, str(fault), errors=F("errors") + 1)
        else:
            log.exception("job %s (%s) failed on attempt %s", job.pk, job.task, job.attempts)
            _again(job, task, f"{type(fault).__name__}: {fault}", errors=F("errors") + 1)
    else:
        _end(job, Job.State.DONE)
    finally:
        keeper.over.set()


def _again(job: Job, task: Task, error: str, **fields: object) -> None:
    if job.attempts >= job.max_attempts:
        _end(job, Job.State.FAILED, error=error, **fields)
    else:
        due_at = timezone.now() + task.delay_after(job.attempts)
        _end(job, Job.State.QUEUED, error=error, due_at=due_at, sent_at=None, **fields)


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
    mine = Job.objects.filter(pk=job.pk, attempts=job.attempts)
    for pause in (*ENDING, None):
        try:
            mine.update(state=state, lease_until=None, error=error[:2000], **fields)
            return
        except DatabaseError:
            # The work is done: not to be able to say so would do it once more.
            if pause is None or connection.in_atomic_block:
                raise
            log.warning("could not write down how job %s ended; trying again", job.pk, exc_info=True)
            connection.close()
            sleep(pause)


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


def current_job_id() -> int | None:
    """The id of the job that runs here: under it, work that is done again finds what it did the first time."""
    job = getattr(_here, "job", None)
    return job.pk if job is not None else None


def report_progress(done: int, total: int, note: str = "") -> None:
    """Tell the page how far the running job is. Outside a job it does nothing, so actions can call it freely."""
    job = getattr(_here, "job", None)
    if job is None or total <= 0:
        return
    percent = min(99, int(100 * done / total))
    Job.objects.filter(pk=job.pk, attempts=job.attempts).update(progress=percent, progress_note=note[:200])


def sweep() -> int:
    """Hand out again what is due and not being worked on: retries, postponed jobs, jobs of dead workers.

    A job whose hand-out still waits in its queue is left alone, so a long queue is not doubled: the queue is first in,
    first out, and a job handed out later than the oldest waiting one is still in it. Returns how many were sent.
    """
    now = timezone.now()
    settled = now - timedelta(seconds=settings.JOB_RESEND)
    stranded = Job.objects.stranded(now).exclude(sent_at__gt=settled)
    waiting = dict(OrmQ.objects.filter(lock__lte=now).values_list("key").annotate(oldest=Min("lock")).order_by())
    for cluster, oldest in waiting.items():
        stranded = stranded.exclude(cluster=cluster, sent_at__gte=oldest)
    sent = 0
    for job in stranded.order_by("due_at")[:500]:
        with transaction.atomic():
            send(job)
        sent += 1
    return sent


def release(cluster: str, worker: str, *, counted: bool) -> int:
    """Free the jobs of a cluster whose processes are gone; not `counted` gives the attempt back (a planned stop)."""
    held = Job.objects.filter(state=Job.State.RUNNING, cluster=cluster, worker=worker)
    if counted:
        return held.update(lease_until=timezone.now())
    return held.update(state=Job.State.QUEUED, lease_until=None, sent_at=None, attempts=F("attempts") - 1)


def probe(supervisor: str, number: str) -> None:
    """What the watchdog sends through a queue: whichever cluster executes it shows that it is alive."""
    beat(f"{Conf.CLUSTER_NAME}@{settings.WORKER_ID}", probe=number, sent_by=supervisor)


def beat(name: str, **detail: object) -> None:
    """Write down that this part of the machinery works."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now(), "detail": detail})
