"""What happens to points by itself."""

from __future__ import annotations

from django.utils import timezone

from core.actors import SYSTEM
from core.tasks import task
from ecommerce.loyalty.actions import expire_points


@task()
def expire_old_points() -> None:
    """Take off the points whose time is over. Once a day, in the time zone of the shop."""
    expire_points(timezone.localdate(), actor=SYSTEM)
