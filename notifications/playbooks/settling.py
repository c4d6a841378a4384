"""What playbooks gave people to do about something that is done."""

from __future__ import annotations

from accounts.activity.models import Activity
from core.events import Event
from notifications.inbox.actions import settle_each
from notifications.playbooks.models import Firing

TOLD, TASK = "playbook-told", "playbook-task"


def settle_what_came_of(*facts: type[Event], by: Activity) -> None:
    """Settle what runs on these facts about the subject of `by` told people and gave them to do."""
    if not by.subject_id:
        return
    runs = Firing.objects.filter(
        activity__subject_type=by.subject_type,
        activity__subject_id=by.subject_id,
        activity__kind__in=[fact.kind for fact in facts],
    )
    keys = [
        f"{run.pk}:{index}"
        for run in runs.select_related("version").order_by("pk")
        for index, _step in enumerate(run.version.steps)
    ]
    if keys:
        settle_each(TOLD, TASK, keys=keys, by=by)
