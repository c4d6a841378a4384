"""The history of the staff's inboxes."""

from __future__ import annotations

from django.utils import timezone

from core.tasks import task
from notifications.staffbox.actions import prune


@task(per_merchant=False)
def prune_staffbox() -> None:
    """Delete what was dealt with longer ago than the history goes back."""
    while prune(timezone.now()):
        pass
