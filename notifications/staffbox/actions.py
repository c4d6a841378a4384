"""Telling staff in their inbox, and what one of them doing something about it means for all who were told the same.

Whoever changes the rows of one fact locks all of them first, in one order, so that two who deal with the same thing
wait for each other and never in a circle.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.activity.models import Activity
from accounts.people.models import User
from core.tenancy import current_tenant_id
from notifications.inbox.queries import staff_who_may
from notifications.inbox.rules import rank_of, searched_text
from notifications.staffbox.kinds import StaffKind, staff_kind
from notifications.staffbox.models import StaffNotice

State = StaffNotice.State
HISTORY = timedelta(days=366)
PRUNED_AT_ONCE = 2000


def tell_box(kind_name: str, *, key: str, params: Mapping[str, Any], activity: Activity) -> None:
    """Put a fact about the merchant in scope before the staff who deal with it, once per key; not before its doer."""
    kind = _kind(kind_name)
    doer = activity.actor_id if activity.actor_kind == "user" else None
    put(kind, key, params, [one for one in staff_who_may(kind.word) if one.pk != doer], at=activity.at)


def put(kind: StaffKind, key: str, params: Mapping[str, Any], people: Collection[User], *, at: datetime) -> None:
    """Write what happened `at` that moment into these people's inboxes; where it lies already nothing changes."""
    same: dict[str, Any] = {
        "merchant_id": current_tenant_id(),
        "kind": kind.name,
        "key": key,
        "params": dict(params),
        "text": searched_text(params),
        "urgency": kind.urgency,
        "rank": rank_of(kind.urgency, at),
        "at": at,
    }
    rows = [StaffNotice(user_id=pk, **same) for pk in sorted(one.pk for one in people)]
    StaffNotice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


@transaction.atomic
def settle(*kind_names: str, by: Activity, key: str | None = None, beginning: str = "") -> int:
    """What was told about the merchant in scope before `by` happened needs nobody any more. Returns how many.

    Of these kinds, the fact of that `key`, or those whose key begins so. It is handled by whoever did `by`, where that
    is one of the staff. What somebody marked done before stays theirs, and cannot be taken up again.
    """
    about = Q(key=key) if key is not None else Q(key__startswith=beginning)
    rows = StaffNotice.objects.filter(about, merchant_id=current_tenant_id(), kind__in=kind_names, at__lte=by.at)
    waiting = _locked(rows.exclude(state=State.HANDLED))
    who = _staff_behind(by)
    done = [row for row in waiting if row.state == State.DONE]
    for row in done:
        StaffNotice.objects.filter(pk=row.pk).update(state=State.HANDLED, handled_by_id=row.user_id)
    rest = StaffNotice.objects.filter(pk__in=[row.pk for row in waiting if row.state != State.DONE])
    return rest.update(state=State.HANDLED, handled_by=who) + len(done)


def open_notice(row: StaffNotice) -> None:
    """Note that the person looked at it; the first time counts."""
    unread = Case(When(state=State.UNREAD, then=Value(State.READ)), default="state")
    StaffNotice.objects.filter(pk=row.pk).update(state=unread, opened_at=Coalesce("opened_at", timezone.now()))


def close_again(row: StaffNotice) -> None:
    """Mark one that was read as unread."""
    StaffNotice.objects.filter(pk=row.pk, state=State.READ).update(state=State.UNREAD)


@transaction.atomic
def finish(row: StaffNotice) -> bool:
    """Mark it done, and so handled for everybody else who was told the same; False where somebody was quicker."""
    now = timezone.now()
    same = _locked(StaffNotice.objects.filter(**row.fact))
    if not any(one.pk == row.pk and one.is_open for one in same):
        return False
    mine = StaffNotice.objects.filter(pk=row.pk)
    mine.update(state=State.DONE, opened_at=Coalesce("opened_at", now), acted_at=now, handled_by=None)
    others = StaffNotice.objects.filter(pk__in=[one.pk for one in same if one.pk != row.pk and one.is_open])
    others.update(state=State.HANDLED, handled_by=row.user_id)
    return True


@transaction.atomic
def reopen(row: StaffNotice) -> bool:
    """Take up what the person had marked done, for everybody it was handled for by that; False where it is decided."""
    same = _locked(StaffNotice.objects.filter(**row.fact))
    if not any(one.pk == row.pk and one.state == State.DONE for one in same):
        return False
    StaffNotice.objects.filter(pk=row.pk).update(state=State.READ, acted_at=None)
    theirs = [one.pk for one in same if one.state == State.HANDLED and one.handled_by_id == row.user_id]
    before = Case(When(opened_at=None, then=Value(State.UNREAD)), default=Value(State.READ))
    StaffNotice.objects.filter(pk__in=theirs).update(state=before, handled_by=None)
    return True


def prune(now: datetime) -> int:
    """Delete some of what is over and older than the history goes back. Returns how many."""
    rows = StaffNotice.objects.over().filter(at__lt=now - HISTORY)
    old = list(rows.order_by("at").values_list("pk", flat=True)[:PRUNED_AT_ONCE])
    StaffNotice.objects.filter(pk__in=old).delete()
    return len(old)


def _locked(rows: Any) -> list[StaffNotice]:
    return list(rows.select_for_update().order_by("pk"))


def _staff_behind(activity: Activity) -> User | None:
    if activity.actor_kind != "user" or activity.actor_id is None:
        return None
    doer = User.objects.filter(pk=activity.actor_id).first()
    return doer if doer is not None and doer.is_platform_staff else None


def _kind(name: str) -> StaffKind:
    kind = staff_kind(name)
    assert kind is not None, name
    return kind
