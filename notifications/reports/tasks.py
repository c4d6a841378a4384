"""The clock of the weekly reports."""

from __future__ import annotations

import logging

from django.utils import timezone

from core.tasks import task
from core.tenancy import every_tenant, tenant
from notifications.reports.actions import give_report
from notifications.reports.queries import readers_due
from notifications.reports.rules import may_be_due

log = logging.getLogger(__name__)


@task(per_merchant=False)
def mail_reports() -> None:
    """Give the report of the week to everybody whose Monday has come; safe to run as often as one likes."""
    now = timezone.now()
    if not may_be_due(now):
        return
    with every_tenant("find the readers of all merchants"):
        due = readers_due(now)
    for member, monday in due:
        try:
            with tenant(member.merchant_id):
                give_report(member, monday, now)
        except Exception:  # the others must have theirs; this one is tried again with the next call
            log.exception("could not report to user %s of merchant %s", member.user_id, member.merchant_id)
