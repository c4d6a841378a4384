"""Who looks after what in the main shop, who is away, and which playbooks run there."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.members.models import Membership
from accounts.merchants.models import Merchant
from accounts.people.models import User
from ecommerce.purchasing.models import Supplier
from notifications.playbooks.actions import switch_playbook
from notifications.playbooks.beginning import take
from notifications.playbooks.shipped import shipped
from notifications.routing.actions import look_after, set_absence

RUNNING = ("stock-out", "stock-outs", "bad-review", "parcels-late", "festival-ahead")
RESTING = ("surge", "share-fall")


def arrange(merchant: Merchant, owner: User, now: datetime) -> None:
    """Put it all there, by the owner's hand."""
    actor = owner.actor
    members = {member.role: member for member in Membership.objects.select_related("user")}
    fulfilment, analyst = members["fulfilment"], members["analyst"]
    supplier = Supplier.objects.order_by("pk").first()
    if supplier is not None:
        look_after(fulfilment, "supplier", supplier, actor=actor)
    monday = merchant.day_of(now + timedelta(days=7 - now.weekday()))
    set_absence(analyst, deputy=members["owner"], first_day=monday, last_day=monday + timedelta(days=4), actor=actor)
    for name in (*RUNNING, *RESTING):
        _take(name, members["owner"], on=name in RUNNING)


def _take(name: str, owner: Membership, *, on: bool) -> None:
    """A ready playbook as it ships."""
    one = shipped(name)
    if one is None:
        raise LookupError(f"no playbook {name} ships")
    playbook = take(one, owner, actor=owner.user.actor)
    if playbook.is_on != on:
        switch_playbook(playbook, on=on, actor=owner.user.actor)
