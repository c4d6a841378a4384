"""What happens to deliveries by the clock."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from core.tasks import task
from core.tenancy import every_tenant, tenant
from notifications.channels.models import Dispatch
from notifications.channels.queries import overdue_dispatches
from notifications.channels.sending import deliver, queue

__all__ = ["deliver", "prune_dispatches", "sweep_dispatches"]

KEEP = timedelta(days=90)


@task(per_merchant=False)
def sweep_dispatches() -> None:
    """Queue the deliveries that are overdue and that no job looks after; there should be none."""
    with every_tenant("find overdue deliveries of all merchants"):
        found = list(overdue_dispatches(timezone.now()).order_by("next_try")[:500])
    for dispatch in found:
        with tenant(dispatch.merchant_id):
            queue(dispatch)


@task(per_merchant=False)
def prune_dispatches() -> None:
    """Forget deliveries after 90 days."""
    with every_tenant("keep the deliveries of all merchants no longer than needed"):
        old = Dispatch.objects.filter(created_at__lt=timezone.now() - KEEP, next_try=None)
        old.delete()
