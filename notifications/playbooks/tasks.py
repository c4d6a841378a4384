"""What happens to playbooks by the clock."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from core.tasks import task
from core.tenancy import every_tenant, tenant
from notifications.playbooks.live import look, queue, take_steps
from notifications.playbooks.models import Firing, Playbook

__all__ = ["sweep_playbooks", "take_steps"]

OVERDUE = timedelta(minutes=15)
GIVEN_UP = timedelta(days=1)


@task(per_merchant=False)
def sweep_playbooks() -> None:
    """Look for facts that no handler brought, and queue the runs whose steps nobody takes; there should be neither."""
    now = timezone.now()
    with every_tenant("find the playbooks of all merchants that are on"):
        playbooks = list(Playbook.objects.on().values_list("merchant_id", "pk"))
        overdue = Firing.objects.filter(state=Firing.State.WAITING, created_at__lt=now - OVERDUE)
        stranded = list(overdue.filter(created_at__gt=now - GIVEN_UP).values_list("merchant_id", "pk")[:500])
    for merchant, pk in playbooks:
        with tenant(merchant):
            look(pk)
    for merchant, pk in stranded:
        with tenant(merchant):
            queue(pk)
