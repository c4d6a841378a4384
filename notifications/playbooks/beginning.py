"""Ready playbooks taken as they ship, and those that a new shop begins with."""

from __future__ import annotations

from django.db import transaction
from django.utils import translation

from accounts.members.models import Membership
from core.actors import SYSTEM, Actor
from notifications.inbox.letters import language_of
from notifications.playbooks.actions import create_playbook
from notifications.playbooks.forms import Builder, shipped_as
from notifications.playbooks.models import Playbook
from notifications.playbooks.shipped import SHIPPED, Shipped


@transaction.atomic
def install_first_playbooks() -> list[Playbook]:
    """Give the shop in scope the ready playbooks that begin on, in its owner's language and with the owner's rights.

    One that the shop has or had, under whatever name, is not made again, so what was switched off or removed stays so.
    """
    owner = Membership.objects.owners().select_related("user", "merchant").filter(user__is_active=True).first()
    if owner is None:
        return []
    known = set(Playbook.objects.values_list("template", flat=True))
    with translation.override(language_of(owner.user)):
        return [take(ready, owner, actor=SYSTEM) for ready in SHIPPED if ready.on and ready.name not in known]


def take(ready: Shipped, author: Membership, *, actor: Actor) -> Playbook:
    """Make a ready playbook the shop's own with nothing changed, its words in the active language."""
    held = author.permissions
    builder = Builder(ready.trigger, shipped_as(ready), held=held, is_bound=True)
    if not builder.is_valid():
        raise ValueError(f"{ready.name}: {[form.errors for form in builder.forms if form.errors]}")
    return create_playbook(builder.draft(), author=author.user, held=held, actor=actor, ready=ready)
