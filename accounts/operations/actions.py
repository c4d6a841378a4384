"""What staff may do to background work."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.jobs.models import Job
from accounts.jobs.queue import send
from accounts.operations.events import JobsRetried
from core.actors import Actor
from core.errors import Refused


@transaction.atomic
def retry_jobs(jobs: QuerySet[Job], *, actor: Actor) -> int:
    """Queue failed jobs once more with all their attempts. Returns how many; refuses where none is failed any more."""
    failed = list(jobs.filter(state=Job.State.FAILED).select_for_update().order_by("pk"))
    retried = []
    for job in failed:
        again = Job.objects.filter(pk=job.pk, state=Job.State.FAILED)
        fields = {"state": Job.State.QUEUED, "attempts": 0, "due_at": timezone.now(), "progress": 0, "error": ""}
        if again.update(**fields, lease_until=None, finished_at=None):
            send(job)
            retried.append(job.pk)
    if not retried:
        raise Refused("not_failed", _("There is no failed work to try again."), status=409)
    record(JobsRetried(count=len(retried), job_ids=retried[:100]), actor=actor)
    return len(retried)
