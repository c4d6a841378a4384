"""Background work on facts."""

from __future__ import annotations

from accounts.jobs.queue import enqueue
from accounts.merchants.models import Merchant
from analytics.facts.actions import keep_pace, rebuild_dirty
from analytics.facts.models import DirtyDay
from analytics.facts.queries import is_summed_up
from core.tasks import task
from core.tenancy import current_tenant_id


@task()
def rebuild_facts() -> None:
    """Count the marked days again; a second job goes on where there were more than one takes."""
    rebuild_dirty()
    if DirtyDay.objects.exists():
        queue_rebuild()


@task()
def begin_day() -> None:
    """Sum up what sold lately for the day that has begun, before a page has to."""
    today = Merchant.objects.in_scope().today()
    if not is_summed_up(today):
        keep_pace(today)


def queue_rebuild() -> None:
    """Queue the merchant's rebuild, once however many changes wait for it."""
    enqueue(rebuild_facts, key=f"facts:{current_tenant_id()}")
