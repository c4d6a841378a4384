"""What one of the staff does with notices of theirs, and what that means for everybody who was told the same."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.activity.log import record
from accounts.people.models import User
from core.actors import Actor
from core.errors import Refused
from notifications.inbox.models import Reason
from notifications.inbox.rules import rank_of
from notifications.staffbox.actions import locked
from notifications.staffbox.escalation import stop_watching
from notifications.staffbox.events import StaffNoticeAssigned
from notifications.staffbox.models import StaffNotice, StaffNoticeQuerySet
from notifications.staffbox.queries import colleagues

State = StaffNotice.State
TOO_LATE = gettext_lazy("Somebody was quicker: it is dealt with already.")


def open_rows(rows: StaffNoticeQuerySet) -> int:
    """Note that the person looked at these, which makes them read; the first time counts. Returns how many changed."""
    now = timezone.now()
    fresh = rows.filter(Q(opened_at=None) | Q(state=State.UNREAD, snoozed_until=None))
    read = Case(When(state=State.UNREAD, snoozed_until=None, then=Value(State.READ)), default="state")
    return fresh.update(state=read, opened_at=Coalesce("opened_at", now))


@transaction.atomic
def finish(rows: StaffNoticeQuerySet, *, by: User) -> int:
    """Mark them done, and so handled for everybody else who was told the same. Returns how many were still open."""
    now, chosen, same = timezone.now(), *_with_same(rows)
    mine = [row for row in same if row.pk in chosen and row.is_open]
    over: dict[str, Any] = {"snoozed_until": None, "mail_due_at": None}
    some = StaffNotice.objects.filter(pk__in=[row.pk for row in mine])
    some.update(state=State.DONE, opened_at=Coalesce("opened_at", now), acted_at=now, handled_by=None, **over)
    facts = {_name(row) for row in mine}
    others = [row.pk for row in same if row.pk not in chosen and row.is_open and _name(row) in facts]
    StaffNotice.objects.filter(pk__in=others).update(state=State.HANDLED, handled_by=by, **over)
    for merchant_id, kind, key in facts:
        stop_watching(Q(merchant_id=merchant_id, kind=kind, key=key))
    return len(mine)


@transaction.atomic
def take_up(rows: StaffNoticeQuerySet, *, state: str, by: User) -> int:
    """Mark those before the person read or unread, and bring back what they put off or marked done. Returns how many.

    What they had marked done comes back for everybody it was handled for by that: read where it had been opened. What
    a decision or a colleague settled stays as it is.
    """
    chosen, same = _with_same(rows)
    mine = [row for row in same if row.pk in chosen and (row.is_open or row.state == State.DONE)]
    changed = [row.pk for row in mine if row.state != state or row.snoozed_until is not None]
    values: dict[str, Any] = {"state": state, "snoozed_until": None, "acted_at": None}
    if state == State.READ:
        values["opened_at"] = Coalesce("opened_at", timezone.now())
    StaffNotice.objects.filter(pk__in=changed).update(**values)
    facts = {_name(row) for row in mine if row.state == State.DONE}
    theirs = [row.pk for row in same if row.state == State.HANDLED and row.handled_by_id == by.pk]
    before = Case(When(opened_at=None, then=Value(State.UNREAD)), default=Value(State.READ))
    for row in same:
        if row.pk in theirs and _name(row) in facts:
            StaffNotice.objects.filter(pk=row.pk).update(state=before, handled_by=None)
    return len(changed)


def _with_same(rows: StaffNoticeQuerySet) -> tuple[Collection[int], list[StaffNotice]]:
    """The keys of the rows; and the rows of everybody who was told the same, locked."""
    chosen = set(rows.order_by().values_list("pk", flat=True))
    facts = {name: OuterRef(name) for name in ("merchant_id", "kind", "key")}
    told = StaffNotice.objects.filter(pk__in=chosen, **facts).order_by()
    return chosen, locked(StaffNotice.objects.filter(Exists(told))) if chosen else []


def _name(row: StaffNotice) -> tuple[int, str, str]:
    return row.merchant_id, row.kind, row.key


def snooze(rows: StaffNoticeQuerySet, *, until: datetime) -> int:
    """Put them aside until then: who does so has looked at them. Returns how many."""
    return rows.unsettled().update(snoozed_until=until, opened_at=Coalesce("opened_at", timezone.now()))


@transaction.atomic
def assign(row: StaffNotice, *, to: User, by: User, actor: Actor) -> StaffNotice:
    """Put it, unread, into a colleague's inbox and out of one's own; the others who were told keep it.

    Refused where the colleague may not deal with it, and where it is dealt with already.
    """
    if to.pk not in {one.pk for one in colleagues(row)}:
        raise Refused("may_not_deal", _("Choose a colleague whose role lets them deal with it."), to="")
    same = locked(StaffNotice.objects.filter(**row.fact))
    if not any(one.pk == row.pk and one.is_open for one in same):
        raise Refused("dealt_with", str(TOO_LATE), status=409)
    fresh: dict[str, Any] = {
        "state": State.UNREAD,
        "rank": rank_of(row.urgency, timezone.now()),
        "assigned_by": by,
        "snoozed_until": None,
        "params": row.params,
        "text": row.text,
        "urgency": row.urgency,
        "reason": Reason.ASSIGNED,
        "acted_at": None,
        "handled_by": None,
    }
    theirs, _is_new = StaffNotice.objects.update_or_create(
        user=to, **row.fact, defaults=fresh, create_defaults={**fresh, "at": row.at}
    )
    StaffNotice.objects.filter(pk=row.pk).update(state=State.DONE, snoozed_until=None, mail_due_at=None)
    record(StaffNoticeAssigned(notice_id=theirs.pk, to_id=to.pk), actor=actor, subject=to)
    return theirs


@transaction.atomic
def take_back(row: StaffNotice, *, user: User) -> bool:
    """Take back what one passed on, as long as they have not read it; returns whether it was.

    It stays in front of the colleague as in front of everybody who was told.
    """
    same = locked(StaffNotice.objects.filter(**row.fact))
    theirs = [
        one.pk
        for one in same
        if one.assigned_by_id == user.pk and one.state == State.UNREAD and one.snoozed_until is None
    ]
    if not theirs:
        return False
    StaffNotice.objects.filter(pk__in=theirs).update(assigned_by=None, reason=Reason.ROLE)
    StaffNotice.objects.filter(pk=row.pk, state=State.DONE).update(state=State.READ)
    return True


class StaffDeeds:
    """What the pages of the staff's inbox do with its rows (inbox.marking.Deeds)."""

    states: Sequence[str] = State.values
    too_late: Any = TOO_LATE
    events: tuple[str, ...] = ("staff-inbox-changed",)

    def follow(self, rows: StaffNoticeQuerySet) -> int:
        return open_rows(rows)

    def read(self, rows: StaffNoticeQuerySet) -> int:
        return open_rows(rows.unsettled())

    def take_up(self, rows: StaffNoticeQuerySet, *, state: str, by: User) -> int:
        return take_up(rows, state=state, by=by)

    def finish(self, rows: StaffNoticeQuerySet, *, by: User) -> int:
        return finish(rows, by=by)

    def snooze(self, rows: StaffNoticeQuerySet, *, until: datetime) -> int:
        return snooze(rows, until=until)

    def set_back(self, rows: StaffNoticeQuerySet, *, state: str, by: User) -> int:
        """Only what one had marked done was in another state than read or unread by oneself."""
        return finish(rows, by=by) if state == State.DONE else 0


STAFF = StaffDeeds()
