"""A shop with a channel to a receiver on this machine."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from core import roles
from core.actors import SYSTEM
from notifications.channels.actions import add_channel
from notifications.inbox.actions import tell
from notifications.models import Channel, Dispatch
from tests.queue import run_tasks

OWNER = roles.merchant_roles()["owner"]
REVIEW = {"product": "Gaiwan", "rating": 1, "review_id": 5, "buyer": "Li", "text": "Broken"}


def channel_to(address: str, sender: str = "webhook", **given: Any) -> tuple[Channel, str]:
    values = {"name": "ERP", "language": "en", "urgency": 3, "kinds": ["token-created", "complaint-opened"]}
    values |= {"held": OWNER, "actor": SYSTEM, **given}
    return add_channel(sender, address=address, **values)


def tell_a_token(key: str = "1", name: str = "ERP") -> None:
    """Tell the shop in scope something, and work off what follows."""
    tell("token-created", key=key, params={"name": name, "by": "Ann"})
    run_tasks()


def only() -> Dispatch:
    return Dispatch.objects.select_related("channel").get()


def hurry() -> None:
    """Let the time pass that deliveries wait for."""
    now = timezone.now() - timedelta(seconds=1)
    Dispatch.objects.filter(next_try__isnull=False).update(next_try=now)
    Channel.objects.filter(free_at__isnull=False).update(free_at=now)
