"""Who looks after what in the main shop, who is away, and which playbooks run there."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.members.models import Membership
from accounts.merchants.models import Merchant
from accounts.people.models import User
from ecommerce.purchasing.models import Supplier
from notifications.playbooks.actions import create_playbook, switch_playbook
from notifications.playbooks.forms import Builder, shipped_as
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
    held = owner.permissions
    builder = Builder(one.trigger, shipped_as(one), held=held, is_bound=True)
    if not builder.is_valid():
        raise ValueError(f"{name}: {[form.errors for form in builder.forms if form.errors]}")
    playbook = create_playbook(builder.draft(), author=owner.user, held=held, actor=owner.user.actor, ready=one)
    if playbook.is_on != on:
        switch_playbook(playbook, on=on, actor=owner.user.actor)
