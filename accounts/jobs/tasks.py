"""Housekeeping of the background machinery itself."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone
from django_q.models import Failure, Success

from accounts.jobs.models import Heartbeat, Job
from core.tasks import task

KEEP_DONE = timedelta(days=7)
KEEP_FAILED = timedelta(days=30)


@task(per_merchant=False)
def prune() -> None:
    """Delete what nobody looks at any more: old jobs, ended sessions, the queue's own records, beats of dead hosts."""
    now = timezone.now()
    Job.objects.filter(state=Job.State.DONE, finished_at__lt=now - KEEP_DONE).delete()
    Job.objects.filter(state=Job.State.FAILED, finished_at__lt=now - KEEP_FAILED).delete()
    Success.objects.filter(stopped__lt=now - timedelta(days=1)).delete()
    Failure.objects.filter(stopped__lt=now - timedelta(days=14)).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    Heartbeat.objects.filter(at__lt=now - timedelta(days=1)).delete()
