"""The operations page of staff, and how far a merchant's own background work got."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.jobs.models import Job
from accounts.operations.actions import retry_jobs
from accounts.operations.health import state
from accounts.operations.queries import database_version, failed_jobs, queues, running_jobs, turns
from core.access import MerchantRequest, StaffRequest, member_view, staff_view
from core.htmx import done

SHOWN = 50


@staff_view("operations.view")
@require_safe
def index(request: StaffRequest) -> HttpResponse:
    """Is everything running, what waits, what failed, what comes next."""
    now = timezone.now()
    context = {
        "health": state(now),
        "queues": queues(now),
        "running": running_jobs()[:SHOWN],
        "failed": failed_jobs()[:SHOWN],
        "turns": turns(now),
        "database": database_version(),
        "may_retry": request.user.may_as_staff("operations.retry"),
    }
    return render(request, "accounts/operations/index.html", context)


@staff_view("operations.retry")
@require_POST
def retry(request: StaffRequest, pk: int) -> HttpResponse:
    get_object_or_404(Job, pk=pk)
    return _retry(request, [pk])


@staff_view("operations.retry")
@require_POST
def retry_all(request: StaffRequest) -> HttpResponse:
    """Everything that failed, up to 500 at a time, the newest first."""
    return _retry(request, list(failed_jobs().values_list("pk", flat=True)[:500]))


def _retry(request: StaffRequest, pks: list[int]) -> HttpResponse:
    count = retry_jobs(Job.objects.filter(pk__in=pks), actor=request.actor)
    say = ngettext("%(count)d job is tried again.", "%(count)d jobs are tried again.", count)
    return done(request, reverse("operations"), say % {"count": count})


@member_view
@require_safe
def job_progress(request: MerchantRequest, pk: int) -> HttpResponse:
    """The progress part of one of the merchant's own jobs."""
    job = get_object_or_404(Job, pk=pk, merchant=request.merchant)
    poll_url = reverse("job-progress", args=[request.merchant.slug, pk])
    return render(request, "core/progress.html", {"job": job, "poll_url": poll_url})
