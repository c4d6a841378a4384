"""Facts on which playbooks run."""

from __future__ import annotations

from accounts.activity.models import Activity
from core.events import Event, handles
from notifications.playbooks.live import look
from notifications.playbooks.models import Playbook
from notifications.playbooks.triggers import TRIGGERS


@handles(*(trigger.event for trigger in TRIGGERS))
def fact_came(event: Event, activity: Activity) -> None:
    """Let every playbook that waits for such facts look at what came, this one included."""
    waiting = Playbook.objects.on().filter(versions__trigger=activity.kind, read_to__lt=activity.pk)
    for pk in waiting.order_by("pk").distinct().values_list("pk", flat=True):
        look(pk)
