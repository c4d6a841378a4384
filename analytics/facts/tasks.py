"""Background work on facts."""

from __future__ import annotations

from accounts.jobs.queue import enqueue
from analytics.facts.actions import rebuild_dirty
from analytics.facts.models import DirtyDay
from core.tasks import task
from core.tenancy import current_tenant_id


@task()
def rebuild_facts() -> None:
    """Count the marked days again; a second job goes on where there were more than one takes."""
    rebuild_dirty()
    if DirtyDay.objects.exists():
        queue_rebuild()


def queue_rebuild() -> None:
    """Queue the merchant's rebuild, once however many changes wait for it."""
    enqueue(rebuild_facts, key=f"facts:{current_tenant_id()}")
