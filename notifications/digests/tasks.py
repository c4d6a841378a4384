"""The clock of what is mailed together."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.utils import timezone

from core.tasks import task
from core.tenancy import every_tenant, tenant
from notifications.digests.actions import forget_waited, mail_due, mail_staff_due
from notifications.digests.queries import due_people, due_staff

log = logging.getLogger(__name__)

MOST_PEOPLE = 5000


@task(per_merchant=False)
def mail_digests() -> None:
    """Mail to everybody whose turn has come; whom there is no time for has it with the next call."""
    now = timezone.now()
    with every_tenant("find the due mails of all merchants"):
        people = due_people(now, limit=MOST_PEOPLE)
    for merchant_id, user_id in people:
        try:
            with tenant(merchant_id):
                mail_due(user_id, now)
        except Exception:  # the others must have theirs; this one comes again with the next call
            log.exception("could not mail what is due to user %s of merchant %s", user_id, merchant_id)
    for user_id in due_staff(now, limit=MOST_PEOPLE):
        try:
            mail_staff_due(user_id, now)
        except Exception:  # as above
            log.exception("could not mail what is due to user %s of the staff", user_id)


@task(per_merchant=False)
def prune_waiting() -> None:
    """Forget what waited 400 days ago, as its mail is."""
    with every_tenant("keep what waited for mails no longer than the mails"):
        forget_waited(timezone.now(), after=timedelta(days=400))
