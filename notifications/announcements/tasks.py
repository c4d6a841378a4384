"""Telling everybody, in the background."""

from __future__ import annotations

import time

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.jobs.queue import enqueue
from accounts.jobs.runner import report_progress
from core.tasks import task
from notifications.announcements.actions import fix_figures, spread
from notifications.announcements.models import Announcement

STRETCH = 15.0  # seconds after which the others in the queue have their turn


@task(per_merchant=False, max_attempts=8, backoff=(2, 5, 10, 30, 60))
def send_out(announcement_id: int) -> None:
    """Go on with a notice for a while, and queue again what is left; goes on where an earlier attempt stopped."""
    end = time.monotonic() + STRETCH

    def go_on(announcement: Announcement) -> bool:
        done = announcement.inbox_done_at is not None
        report_progress(announcement.passed, announcement.people, _("Writing e-mails") if done else "")
        return time.monotonic() < end

    if not spread(announcement_id, go_on=go_on):
        queue(Announcement.objects.get(pk=announcement_id))


@task(per_merchant=False)
def fix_opened() -> None:
    """Keep the figures of notices that soon go from inboxes by themselves."""
    fix_figures(timezone.now())


def queue(announcement: Announcement) -> None:
    """Have it sent in the background when its time has come; one job a notice, however often this is called."""
    job = enqueue(send_out, announcement.pk, key=f"announcement:{announcement.pk}", at=announcement.send_at)
    Announcement.objects.filter(pk=announcement.pk).update(job=job)
