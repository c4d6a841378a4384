"""What happens when a clock runs out. The schedule calls run_clocks() every few minutes."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.activity.log import record
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import every_tenant, tenant
from ecommerce.returns import rules
from ecommerce.returns.actions.writing import facts, locked, write
from ecommerce.returns.events import ReturnDueSoon, ReturnEscalated, ReturnOverdue
from ecommerce.returns.models import Return

Told = ReturnDueSoon | ReturnOverdue | ReturnEscalated
log = logging.getLogger(__name__)


def remind_due_soon(now: datetime) -> int:
    """Announce, once for each clock, the returns whose shop has less than DUE_SOON left. Returns how many."""
    return _each("reminded_at", ReturnDueSoon, {"due_at__gt": now, "warn_at__lte": now})


def announce_overdue(now: datetime) -> int:
    """Announce, once for each clock, the returns whose clock has run out. Returns how many."""
    return _each("late_at", ReturnOverdue, {"due_at__lt": now})


def escalate(now: datetime) -> int:
    """Announce, once for each clock, the returns that are late by ESCALATE_AFTER, for the owner. Returns how many."""
    return _each("escalated_at", ReturnEscalated, {"due_at__lt": now - rules.ESCALATE_AFTER})


def run_clocks(now: datetime | None = None) -> dict[str, int]:
    """All of it, for all shops; safe to run at any time and twice."""
    now = now or timezone.now()
    return {"reminded": remind_due_soon(now), "overdue": announce_overdue(now), "escalated": escalate(now)}


def _each(told: str, event: type[Told], which: dict[str, datetime]) -> int:
    """Announce it for each that was not told yet; one that somebody else was quicker with is left out."""
    announced = 0
    with every_tenant("the clocks of all shops"):
        due = list(Return.objects.filter(**{told: None}, **which).order_by("due_at", "pk"))
    for case in due:
        with tenant(case.merchant_id):
            try:
                announced += _tell(case, told, event, which)
            except Refused as refusal:
                log.info("return %s: %s", case.pk, refusal.code)
    return announced


@transaction.atomic
def _tell(case: Return, told: str, event: type[Told], which: dict[str, datetime]) -> bool:
    case = locked(case)
    if not Return.objects.filter(pk=case.pk, **{told: None}, **which).exists():
        return False
    write(case, **{told: timezone.now()})
    record(event(**facts(case)), actor=SYSTEM, subject=case)
    return True
