"""What a person does with one notification beyond reading it: pass it on, hear no more of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.members.models import Membership
from accounts.people.models import User
from core.actors import Actor
from core.errors import Refused
from notifications.inbox.actions import choose, mark
from notifications.inbox.events import NotificationAssigned
from notifications.inbox.kinds import Kind, kind_of
from notifications.inbox.models import Mute, Notification, Reason, Waiting
from notifications.inbox.queries import choices_for, members_to_tell
from notifications.inbox.rules import rank_of

HISTORY = timedelta(days=366)
PRUNED_AT_ONCE = 2000

State = Notification.State


def colleagues(row: Notification) -> list[Membership]:
    """Who else may deal with it at the merchant in scope; nobody for what concerns one's own account."""
    kind = kind_of(row.kind)
    if kind is None or kind.personal:
        return []
    return [member for member in members_to_tell(kind) if member.user_id != row.user_id]


@transaction.atomic
def assign(row: Notification, *, to: Membership, by: User, actor: Actor) -> Notification:
    """Put it, unread, into a colleague's inbox and out of one's own. Refused where they may not deal with it."""
    if to.pk not in {member.pk for member in colleagues(row)}:
        raise Refused("may_not_deal", _("Choose a colleague whose role lets them deal with it."), to="")
    now = timezone.now()
    fresh = {
        "state": State.UNREAD,
        "at": now,
        "rank": rank_of(row.urgency, now),
        "assigned_by": by,
        "snoozed_until": None,
        "params": row.params,
        "text": row.text,
        "urgency": row.urgency,
        "reason": Reason.ASSIGNED,
        "acted_at": None,
        "handled_by": None,
    }
    theirs, _is_new = Notification.objects.update_or_create(
        user=to.user, kind=row.kind, key=row.key, defaults=fresh, create_defaults={**fresh, "activity": row.activity}
    )
    mark(Notification.objects.filter(pk=row.pk), state=State.ARCHIVED)
    record(NotificationAssigned(notification_id=theirs.pk, to_id=to.user_id), actor=actor, subject=theirs)
    return theirs


@transaction.atomic
def take_back(row: Notification, *, user: User) -> bool:
    """Take back what one passed on, as long as they have not read it; returns whether it was."""
    theirs = Notification.objects.filter(
        kind=row.kind, key=row.key, assigned_by=user, state=State.UNREAD, snoozed_until=None
    ).exclude(user=user)
    if not theirs.update(state=State.ARCHIVED, changed_at=timezone.now()):
        return False
    mark(Notification.objects.filter(pk=row.pk), state=State.READ)
    return True


def is_muted(user_id: int, kind: Kind) -> bool:
    """Whether the member does not find this kind in the inbox any more."""
    return not choices_for(kind, [user_id])[user_id].inbox


def is_part_muted(user_id: int, kind: Kind, params: Mapping[str, Any]) -> bool:
    """Whether the member muted the part of the kind that these figures name; without such no query."""
    part = kind.part_of(params)
    return bool(part) and Mute.objects.filter(user_id=user_id, kind=kind.name, part=part).exists()


def mute(user: User, kind: Kind, *, muted: bool, actor: Actor) -> None:
    """No more of this kind in the member's inbox, or again; mails stay as they are. Refused for locked kinds."""
    if kind.locked:
        raise Refused("locked", _("This is about security and cannot be turned off."))
    mail = choices_for(kind, [user.pk])[user.pk].mail
    choose(user, [(kind.like or kind.name, not muted, mail)], actor=actor)


@transaction.atomic
def mute_part(user: User, kind: Kind, params: Mapping[str, Any], *, muted: bool, actor: Actor) -> None:
    """No more of the part of the kind that these figures name, in inbox and e-mail, or again. What waits for an e-mail
    is left out of it. Refused where they name none.
    """
    part = kind.part_of(params)
    if not part:
        raise no_part()
    if not muted:
        hear_again(user, kind, part, actor=actor)
        return
    Mute.objects.get_or_create(user=user, kind=kind.name, part=part, defaults={"name": kind.part_name(params)[:120]})
    waiting = Waiting.objects.filter(user=user, kind=kind.name, due_at__isnull=False)
    waiting.filter(**{f"params__{kind.part}": params[kind.part]}).update(due_at=None)


def no_part() -> Refused:
    """What is said where a kind has no parts."""
    return Refused("no_part", _("This cannot be muted by itself. Mute its kind."))


def hear_again(user: User, kind: Kind, part: str, *, actor: Actor) -> bool:
    """The member hears of the part again; whether they had muted it."""
    return bool(Mute.objects.filter(user=user, kind=kind.name, part=part).delete()[0])


def prune(now: datetime) -> int:
    """Delete some of what was not touched for longer than the history goes back. Returns how many."""
    old = list(Notification.objects.filter(changed_at__lt=now - HISTORY).values_list("pk", flat=True)[:PRUNED_AT_ONCE])
    Notification.objects.filter(pk__in=old).delete()
    return len(old)
