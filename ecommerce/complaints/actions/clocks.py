"""What happens when a clock has run out. The schedule calls run_clocks() every few minutes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.activity.log import record
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import every_tenant, tenant
from ecommerce.complaints import rules
from ecommerce.complaints.actions.deciding import close_complaint, escalate_complaint
from ecommerce.complaints.actions.writing import facts, locked, write
from ecommerce.complaints.events import ComplaintDueSoon
from ecommerce.complaints.models import Complaint

log = logging.getLogger(__name__)


def remind_due_soon(now: datetime) -> int:
    """Announce, once each, the complaints whose shop has less than DUE_SOON left to answer. Returns how many."""
    soon = {"reminded_at": None, "due_at__gt": now, "due_at__lte": now + rules.DUE_SOON}
    return _each(_remind, state=Complaint.State.OPENED, **soon)


def escalate_overdue(now: datetime) -> int:
    """Bring before the platform what the shop has not answered in time. Returns how many."""
    return _each(
        lambda complaint: escalate_complaint(complaint, because=Complaint.Escalation.OVERDUE, actor=SYSTEM),
        state=Complaint.State.OPENED,
        due_at__lt=now,
    )


def close_silent(now: datetime) -> int:
    """Close answered complaints that the buyer left for a week, and decisions nobody can appeal against any more."""
    closings = {Complaint.State.ANSWERED: Complaint.Closing.NO_REPLY, Complaint.State.DECIDED: Complaint.Closing.FINAL}
    return sum(
        _each(partial(close_complaint, because=because, actor=SYSTEM), state=state, due_at__lt=now)
        for state, because in closings.items()
    )


def run_clocks(now: datetime | None = None) -> dict[str, int]:
    """All of it, for all shops; safe to run at any time and twice."""
    now = now or timezone.now()
    return {"reminded": remind_due_soon(now), "escalated": escalate_overdue(now), "closed": close_silent(now)}


@transaction.atomic
def _remind(complaint: Complaint) -> None:
    complaint = locked(complaint)
    if complaint.reminded_at is None and complaint.state == Complaint.State.OPENED:
        write(complaint, reminded_at=timezone.now())
        record(ComplaintDueSoon(**facts(complaint)), actor=SYSTEM, subject=complaint)


def _each(act: Callable[[Complaint], object], **which: object) -> int:
    """Do it for each, in the scope of its merchant; one that somebody else was quicker with is left out."""
    acted = 0
    with every_tenant("the clocks of all shops"):
        due = list(Complaint.objects.filter(**which).order_by("due_at", "pk"))
    for complaint in due:
        with tenant(complaint.merchant_id):
            try:
                act(complaint)
            except Refused as refusal:
                log.info("complaint %s: %s", complaint.pk, refusal.code)
            else:
                acted += 1
    return acted
