"""The staff's inboxes by the clock: what wakes up, what goes further, what is forgotten."""

from __future__ import annotations

import logging

from django.utils import timezone

from core.tasks import task
from core.tenancy import every_tenant
from notifications.staffbox import escalation
from notifications.staffbox.actions import HISTORY, prune, wake

log = logging.getLogger(__name__)


@task(per_merchant=False)
def tend_staffbox() -> None:
    """Bring back what was snoozed until now, and let go further what nobody opened in its time."""
    now = timezone.now()
    wake(now)
    for pk in escalation.due_escalations(now):
        try:
            with every_tenant("what staff are told is about any shop"):
                escalation.escalate(pk, now=now)
        except Exception:
            # one fact that cannot be told must not hold up the others
            log.exception("staff escalation %s failed", pk)
            escalation.put_off(pk, now)


@task(per_merchant=False)
def prune_staffbox() -> None:
    """Delete what was dealt with longer ago than the history goes back."""
    while prune(timezone.now()):
        pass
    escalation.prune_escalations(timezone.now() - HISTORY)
