"""A case to be acted on today that nobody of the staff opened: it goes to one more, and then to the admins.

As at a shop (inbox.escalation). The staff has no opening hours of its own: the time is counted by the clock of the shop
that it is about, from nine to six.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from accounts.people.models import User
from core.actors import SYSTEM
from core.clocks import WorkingTime, add_business_hours
from notifications.inbox.deputies import Route
from notifications.inbox.escalation import AT_ONCE, FURTHER, LATER, lies_unopened
from notifications.inbox.models import Reason, Timing
from notifications.inbox.queries import staff_who_may
from notifications.inbox.rules import rank_of
from notifications.routing.queries import staff_away
from notifications.staffbox.events import StaffNoticeEscalated
from notifications.staffbox.kinds import StaffKind, staff_kind
from notifications.staffbox.letters import send_staff_notice
from notifications.staffbox.models import StaffEscalation, StaffNotice
from notifications.staffbox.queries import choices_for
from notifications.staffbox.routes import choices_along, with_deputies

ONE_MORE, ADMINS = 1, 2  # the steps


def watch_over(kind: StaffKind, key: str, shop: Merchant, *, at: datetime, now: datetime) -> None:
    """Begin the time in which one of the staff has to open what happened `at` a shop, once for each key."""
    if kind.goes_further:
        row = StaffEscalation(merchant=shop, kind=kind.name, key=key, due_at=_due(shop, kind, now), begun_at=at)
        StaffEscalation.objects.bulk_create([row], ignore_conflicts=True)


def stop_watching(about: Any) -> None:
    """What these conditions on merchant, kind and key are true of is dealt with: it goes no further."""
    StaffEscalation.objects.filter(about, due_at__isnull=False).update(due_at=None)


def due_escalations(now: datetime) -> list[int]:
    """The keys of those whose time is over, the oldest first."""
    rows = StaffEscalation.objects.filter(due_at__lte=now).order_by("due_at", "pk")
    return list(rows.values_list("pk", flat=True)[:AT_ONCE])


def put_off(pk: int, now: datetime) -> None:
    """Try it again later, so that others get their turn."""
    StaffEscalation.objects.filter(pk=pk, due_at__lte=now).update(due_at=now + LATER)


@transaction.atomic
def escalate(pk: int, *, now: datetime) -> list[int]:
    """Let a fact go one step further, across merchants; returns the users who were told by that.

    Of any number of workers that come at the same moment one takes the step: it is a conditional update, and what
    follows from it stands or falls with it.
    """
    row = StaffEscalation.objects.select_related("merchant").filter(pk=pk, due_at__lte=now).first()
    if row is None:
        return []
    if not StaffEscalation.objects.filter(pk=pk, step=row.step, due_at=row.due_at).update(due_at=None):
        return []
    kind = staff_kind(row.kind)
    same = StaffNotice.objects.select_for_update().filter(merchant=row.merchant, kind=row.kind, key=row.key)
    notes = list(same.order_by("pk"))
    if kind is None or not lies_unopened(notes):
        return []
    people = staff_who_may(kind.word)
    step, chosen = ONE_MORE, [] if row.step >= ONE_MORE else _one_more(kind, people, notes, now)
    if not chosen:
        step, chosen = ADMINS, [one for one in people if _is_admin(one)]
    if not chosen:
        return []
    told = _tell(kind, row.merchant, notes, chosen, people, now)
    further = _due(row.merchant, kind, now) if step < ADMINS else None
    StaffEscalation.objects.filter(pk=pk).update(step=step, due_at=further)
    ids = " ".join(str(user_id) for user_id in told)
    record(StaffNoticeEscalated(notice_id=notes[0].pk, step=step, to_ids=ids), actor=SYSTEM, subject=chosen[0])
    return told


def _due(shop: Merchant, kind: StaffKind, now: datetime) -> datetime:
    return add_business_hours(now, kind.within, WorkingTime(shop.zone))


def _is_admin(user: User) -> bool:
    return user.staff_role == User.StaffRole.ADMIN


def _one_more(kind: StaffKind, people: Sequence[User], notes: Sequence[StaffNotice], now: datetime) -> list[User]:
    """Who may deal with it, was not told yet, is there and wants the kind; of these who is here longest, or nobody."""
    told, away = {note.user_id for note in notes}, staff_away(now)
    free = [one for one in people if one.pk not in told and one.pk not in away and not _is_admin(one)]
    choices = choices_for(kind, [one.pk for one in free])
    return sorted((one for one in free if choices[one.pk].inbox), key=lambda one: one.pk)[:1]


def _tell(
    kind: StaffKind,
    shop: Merchant,
    notes: Sequence[StaffNotice],
    chosen: Sequence[User],
    able: Sequence[User],
    now: datetime,
) -> list[int]:
    """Put it into the inboxes of the chosen and of the deputies of those away, on top and unread, and mail it.

    Whether or not they have turned the kind off in the inbox: nobody else has opened it. E-mails stay as they chose.
    """
    picked = {one.pk: Route(one, Reason.ESCALATED) for one in chosen}
    routes = with_deputies(picked, {one.pk: one for one in able}, now)
    choices = choices_along(kind, routes)
    first = notes[0]
    fresh = {
        "state": StaffNotice.State.UNREAD,
        "rank": rank_of(first.urgency, now),
        "snoozed_until": None,
        "handled_by": None,
        "params": first.params,
        "text": first.text,
        "urgency": first.urgency,
    }
    for user_id, route in routes.items():
        values = {**fresh, "reason": route.reason}
        StaffNotice.objects.update_or_create(
            user_id=user_id, **first.fact, defaults=values, create_defaults={**values, "at": first.at}
        )
        if choices[user_id].mail != Timing.OFF:
            path = kind.path("", first.params)
            send_staff_notice(route.member, shop, kind, first.key, first.params, path, again=FURTHER)
    return sorted(routes)


def prune_escalations(before: datetime) -> None:
    """Forget what was begun before then."""
    StaffEscalation.objects.filter(begun_at__lt=before).delete()
