"""What is to be acted on today and lies unopened: it goes to the next member, and then to the owners.

The first look of anybody stops it for good, as does what settles the fact. The time is the kind's `within`, counted in
opening hours of the shop, anew for each step. What must be done by a moment and is not is told again to whoever has it,
opened or not, and to the owners.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.activity.log import record
from accounts.members.models import Membership
from accounts.merchants.models import Merchant
from core.actors import SYSTEM
from core.clocks import add_business_hours
from notifications.inbox.deputies import Route
from notifications.inbox.events import NotificationEscalated, NotificationOverdue
from notifications.inbox.kinds import Kind, kind_of
from notifications.inbox.letters import send_notice
from notifications.inbox.models import Notification, Reason, Timing
from notifications.inbox.queries import Choice, choices_for, members_to_tell
from notifications.inbox.routes import choices_along, with_deputies
from notifications.inbox.rules import rank_of
from notifications.inbox.sentences import Params
from notifications.routing.models import Escalation
from notifications.routing.queries import away_on

State = Notification.State

ONE_MORE, OWNERS = 1, 2  # the steps
FURTHER, OVERDUE = ":further", ":overdue"  # what further mails of a fact are known by
MAILS = ("", FURTHER, OVERDUE)
AT_ONCE = 500
LATER = timedelta(hours=1)  # until what went wrong is tried again


def watch_over(kind: Kind, key: str, params: Params, shop: Merchant, *, now: datetime) -> None:
    """Begin the time in which somebody at the merchant in scope has to open a fact, once for each key, and note by when
    it must be done.
    """
    if kind.goes_further:
        done_by = datetime.fromisoformat(params[kind.done_by]) if kind.done_by else None
        row = Escalation(kind=kind.name, key=key, due_at=_due(shop, kind, now), done_by=done_by, begun_at=now)
        Escalation.objects.bulk_create([row], ignore_conflicts=True)


def stop_watching(about: Q) -> None:
    """What these conditions on kind and key are true of is settled: it goes no further."""
    Escalation.objects.filter(about, due_at__isnull=False).update(due_at=None)


def due_escalations(now: datetime) -> list[tuple[int, int]]:
    """(key, merchant) of those whose time is over, the oldest first. In the scope of every tenant."""
    rows = Escalation.objects.filter(due_at__lte=now).order_by("due_at", "pk")
    return list(rows.values_list("pk", "merchant_id")[:AT_ONCE])


def overdue_tasks(now: datetime) -> list[tuple[int, int]]:
    """(key, merchant) of those that had to be done by now, the oldest first. In the scope of every tenant."""
    rows = Escalation.objects.filter(done_by__lte=now).order_by("done_by", "pk")
    return list(rows.values_list("pk", "merchant_id")[:AT_ONCE])


def has_due_escalations(now: datetime) -> bool:
    """Whether anything goes further by now. In the scope of every tenant."""
    return bool(due_escalations(now) or overdue_tasks(now))


def put_off(pk: int, now: datetime) -> None:
    """Try it again later, so that others get their turn."""
    Escalation.objects.filter(pk=pk, due_at__lte=now).update(due_at=now + LATER)
    Escalation.objects.filter(pk=pk, done_by__lte=now).update(done_by=now + LATER)


@transaction.atomic
def escalate(pk: int, *, now: datetime) -> list[int]:
    """Let a fact go one step further; returns the users who were told by that.

    Of any number of workers that come at the same moment one takes the step: it is a conditional update, and what
    follows from it stands or falls with it.
    """
    row = Escalation.objects.filter(pk=pk, due_at__lte=now).first()
    if row is None:
        return []
    if not Escalation.objects.filter(pk=pk, step=row.step, due_at=row.due_at).update(due_at=None):
        return []
    kind, shop = kind_of(row.kind), Merchant.objects.in_scope()
    notes = list(Notification.objects.select_for_update().filter(kind=row.kind, key=row.key).order_by("pk"))
    if kind is None or shop.is_closed or not lies_unopened(notes):
        return []
    members = [member for member in members_to_tell(kind) if not _did_it(member, notes[0])]
    step, chosen = ONE_MORE, [] if row.step >= ONE_MORE else _one_more(kind, members, notes, shop)
    if not chosen:
        step, chosen = OWNERS, [member for member in members if member.is_owner]
    if not chosen:
        return []
    routes = {member.user_id: Route(member, Reason.ESCALATED) for member in chosen}
    told = _tell(kind, notes, routes, members, now)
    Escalation.objects.filter(pk=pk).update(step=step, due_at=_due(shop, kind, now) if step < OWNERS else None)
    ids = _ids(told)
    record(NotificationEscalated(notification_id=notes[0].pk, step=step, to_ids=ids), actor=SYSTEM, subject=notes[0])
    return told


@transaction.atomic
def tell_overdue(pk: int, *, now: datetime) -> list[int]:
    """Tell whoever still has what had to be done by now, and the owners; returns the users who were told by that.

    Of any number of workers that come at the same moment one does it. It goes no further after that.
    """
    row = Escalation.objects.filter(pk=pk, done_by__lte=now).first()
    if row is None:
        return []
    if not Escalation.objects.filter(pk=pk, done_by=row.done_by).update(done_by=None, due_at=None, step=OWNERS):
        return []
    kind, shop = kind_of(row.kind), Merchant.objects.in_scope()
    notes = list(Notification.objects.select_for_update().filter(kind=row.kind, key=row.key).order_by("pk"))
    having = {note.user_id: note.reason for note in notes if note.state in (State.UNREAD, State.READ)}
    if kind is None or shop.is_closed or not having:
        return []
    members = members_to_tell(kind)
    routes = {
        member.user_id: Route(member, having.get(member.user_id, Reason.ESCALATED))
        for member in members
        if member.user_id in having or member.is_owner
    }
    told = _tell(kind, notes, routes, members, now, again=OVERDUE, figures={"overdue": True})
    record(NotificationOverdue(notification_id=notes[0].pk, to_ids=_ids(told)), actor=SYSTEM, subject=notes[0])
    return told


def _ids(told: Collection[int]) -> str:
    return " ".join(str(user_id) for user_id in told)


def _due(shop: Merchant, kind: Kind, now: datetime) -> datetime:
    try:
        return add_business_hours(now, kind.within, shop.working_time)
    except ValueError:  # a shop that says it never opens
        return now + kind.within


def lies_unopened(notes: Sequence[Any]) -> bool:
    """Whether somebody still has it before them, and nobody of all has looked."""
    waits = any(note.state in (State.UNREAD, State.READ) for note in notes)
    return waits and not any(note.opened_at or note.acted_at for note in notes)


def _did_it(member: Membership, note: Notification) -> bool:
    fact = note.activity
    return fact is not None and fact.actor_kind == "user" and fact.actor_id == member.user_id


def _one_more(
    kind: Kind, members: Sequence[Membership], notes: Sequence[Notification], shop: Merchant
) -> list[Membership]:
    """Who may deal with it, was not told yet, is there and wants the kind; of these who is here longest, or nobody."""
    told, away = {note.user_id for note in notes}, away_on(shop.today())
    free = [one for one in members if one.user_id not in told and one.user_id not in away and not one.is_owner]
    if kind.by_playbook:  # its author picked whose work it is
        roles = {(one.role, one.custom_role_id) for one in members if one.user_id in told}
        free = [one for one in free if (one.role, one.custom_role_id) in roles]
    choices = choices_for(kind, [member.user_id for member in free], notes[0].params)
    wanting = [member for member in free if choices[member.user_id].inbox]
    return sorted(wanting, key=lambda member: member.pk)[:1]


def _tell(
    kind: Kind,
    notes: Sequence[Notification],
    routes: Mapping[int, Route[Membership]],
    able: Collection[Membership],
    now: datetime,
    *,
    again: str = FURTHER,
    figures: Mapping[str, Any] | None = None,
) -> list[int]:
    """Put it into the inboxes along these routes and of the deputies of those away, on top and unread, and mail it.

    Whether or not they have turned the kind off in the inbox: nobody else has opened it. E-mails stay as they chose.
    """
    routes = with_deputies(routes, {member.user_id: member for member in able})
    first = notes[0]
    params = {**first.params, **(figures or {})}
    choices: dict[int, Choice] = choices_along(kind, list(routes.values()), params)
    fresh = {
        "state": State.UNREAD,
        "at": now,
        "rank": rank_of(first.urgency, now),
        "snoozed_until": None,
        "params": params,
        "text": first.text,
        "urgency": first.urgency,
    }
    for user_id, route in routes.items():
        values = {**fresh, "reason": route.reason}
        Notification.objects.update_or_create(
            user=route.member.user,
            kind=first.kind,
            key=first.key,
            defaults=values,
            create_defaults={**values, "activity_id": first.activity_id},
        )
        if choices[user_id].mail != Timing.OFF:
            send_notice(route.member, kind, first.key, params, again=again)
    return sorted(routes)


def prune_escalations(before: datetime) -> None:
    """Forget what was begun before then."""
    Escalation.objects.filter(begun_at__lt=before).delete()
