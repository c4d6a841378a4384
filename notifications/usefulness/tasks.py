"""The figures of the night."""

from __future__ import annotations

from django.utils import timezone

from core.tasks import task
from notifications.usefulness.actions import measure


@task(cluster="long")
def nightly_usefulness() -> None:
    """What became of what the merchant's team was told."""
    measure(timezone.now())
