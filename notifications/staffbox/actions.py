"""Telling staff in their inbox, and what they chose to be told.

Whoever changes the rows of one fact locks all of them first, in one order, so that two who deal with the same thing
wait for each other and never in a circle.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.activity.models import Activity
from accounts.merchants.models import Merchant
from accounts.people.models import User
from core.tenancy import current_tenant_id
from notifications.inbox.actions import wake_up
from notifications.inbox.deputies import Route
from notifications.inbox.mailing import passes_quiet
from notifications.inbox.models import Reason, Timing
from notifications.inbox.queries import hours_of, staff_who_may
from notifications.inbox.rules import Hours, rank_of, searched_text, slot_after
from notifications.staffbox.escalation import stop_watching, watch_over
from notifications.staffbox.kinds import StaffKind, staff_kind
from notifications.staffbox.letters import send_staff_notice
from notifications.staffbox.models import StaffChoice, StaffNotice
from notifications.staffbox.queries import choices_for
from notifications.staffbox.routes import choices_along, with_deputies

State = StaffNotice.State
HISTORY = timedelta(days=366)
PRUNED_AT_ONCE = 2000


def tell_box(kind_name: str, *, key: str, params: Mapping[str, Any], activity: Activity) -> None:
    """Put a fact about the merchant in scope before the staff who deal with it, once per key; not before its doer."""
    kind = staff_kind(kind_name)
    assert kind is not None, kind_name
    doer = activity.actor_id if activity.actor_kind == "user" else None
    put(kind, key, params, [one for one in staff_who_may(kind.word) if one.pk != doer], at=activity.at)


@transaction.atomic
def put(kind: StaffKind, key: str, params: Mapping[str, Any], people: Collection[User], *, at: datetime) -> None:
    """Write what happened `at` that moment into these people's inboxes, and mail it to those who want that.

    Where it lies already nothing changes. Whoever stands in for one who is away is told what that one would be.
    """
    now, shop = timezone.now(), Merchant.objects.in_scope()
    able = {one.pk: one for one in people}
    routes = with_deputies({pk: Route(one, Reason.ROLE) for pk, one in able.items()}, able, now)
    own, choices = choices_for(kind, list(routes)), choices_along(kind, routes)
    told = [pk for pk in sorted(routes) if choices[pk].inbox]
    if not told:
        return
    mails = _turns(kind, {pk: able[pk] for pk in told}, {pk: choices[pk].mail for pk in told}, now)
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
    reasons = {pk: routes[pk].reason if own[pk].inbox else Reason.DEPUTY for pk in told}
    rows = [StaffNotice(user_id=pk, reason=reasons[pk], mail_due_at=mails.get(pk), **same) for pk in told]
    StaffNotice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    watch_over(kind, key, shop, at=at, now=now)
    for pk in told:
        if mails.get(pk, now) is None:
            send_staff_notice(able[pk], shop, kind, key, params, kind.path("", params))


def _turns(
    kind: StaffKind, people: Mapping[int, User], timings: Mapping[int, str], now: datetime
) -> dict[int, datetime | None]:
    """When each is mailed, None for at once; without those who are not."""
    wanted = [pk for pk, timing in timings.items() if timing != Timing.OFF]
    hours = hours_of([people[pk] for pk in wanted]) if wanted else {}
    return {pk: _turn(kind, timings[pk], hours[pk], now) for pk in wanted}


def _turn(kind: StaffKind, timing: str, hours: Hours, now: datetime) -> datetime | None:
    slot = slot_after(timing, now, hours, passes=passes_quiet(kind))
    return slot.at if slot else None


@transaction.atomic
def settle(*kind_names: str, by: Activity, key: str | None = None, beginning: str = "") -> int:
    """What was told about the merchant in scope before `by` happened needs nobody any more. Returns how many.

    Of these kinds, the fact of that `key`, or those whose key begins so. It is handled by whoever did `by`, where that
    is one of the staff. What somebody marked done before stays theirs, and cannot be taken up again.
    """
    about = Q(key=key) if key is not None else Q(key__startswith=beginning)
    about &= Q(merchant_id=current_tenant_id(), kind__in=kind_names)
    waiting = locked(StaffNotice.objects.filter(about, at__lte=by.at).exclude(state=State.HANDLED))
    stop_watching(about & Q(begun_at__lte=by.at))
    who = _staff_behind(by)
    over: dict[str, Any] = {"state": State.HANDLED, "snoozed_until": None, "mail_due_at": None}
    done = [row for row in waiting if row.state == State.DONE and row.acted_at is not None]
    for row in done:
        StaffNotice.objects.filter(pk=row.pk).update(**over, handled_by_id=row.user_id)
    theirs = {row.pk for row in done}
    rest = StaffNotice.objects.filter(pk__in=[row.pk for row in waiting if row.pk not in theirs])
    return rest.update(**over, handled_by=who) + len(done)


def locked(rows: Any) -> list[StaffNotice]:
    """The rows as they are, in the one order in which rows of a fact are locked."""
    return list(rows.select_for_update().order_by("pk"))


def _staff_behind(activity: Activity) -> User | None:
    if activity.actor_kind != "user" or activity.actor_id is None:
        return None
    doer = User.objects.filter(pk=activity.actor_id).first()
    return doer if doer is not None and doer.is_platform_staff else None


@transaction.atomic
def choose(user: User, choices: Iterable[tuple[str, bool, str]]) -> None:
    """Set whether one of the staff is told of each kind, and when by e-mail: (kind, inbox, Timing).

    What waits for an e-mail already follows the new choice.
    """
    for name, inbox, mail in choices:
        StaffChoice.objects.update_or_create(user=user, kind=name, defaults={"inbox": inbox, "mail": mail})
    plan_again(user)


@transaction.atomic
def stop_mails(user: User, kinds: Iterable[StaffKind]) -> None:
    """No e-mails of these kinds to one of the staff any more; the inbox stays as it is."""
    choose(user, [(kind.name, choices_for(kind, [user.pk])[user.pk].inbox, Timing.OFF) for kind in kinds])


@transaction.atomic
def plan_again(user: User) -> None:
    """Give what waits for an e-mail to this person a turn after now, by what they chose since; what is due stays so."""
    now = timezone.now()
    rows = locked(StaffNotice.objects.filter(user=user, mail_due_at__gt=now))
    hours = hours_of([user])[user.pk]
    for row in rows:
        kind = staff_kind(row.kind)
        choice = choices_for(kind, [user.pk])[user.pk] if kind else None
        if kind is None or choice is None or not choice.inbox or choice.mail == Timing.OFF:
            row.mail_due_at = None
        else:
            row.mail_due_at = _turn(kind, choice.mail, hours, now) or now
    StaffNotice.objects.bulk_update(rows, ["mail_due_at"], batch_size=500)


@transaction.atomic
def wake(now: datetime) -> int:
    """Bring back, unread and on top of their group, the snoozed ones whose time has come. Returns how many."""
    due = locked(StaffNotice.objects.to_wake(now))
    for row in due:
        wake_up(row, now)
    StaffNotice.objects.bulk_update(due, ["snoozed_until", "at", "rank", "state"], batch_size=500)
    return len(due)


def prune(now: datetime) -> int:
    """Delete some of what is over and older than the history goes back. Returns how many."""
    rows = StaffNotice.objects.put_away().filter(at__lt=now - HISTORY)
    old = list(rows.order_by("at").values_list("pk", flat=True)[:PRUNED_AT_ONCE])
    StaffNotice.objects.filter(pk__in=old).delete()
    return len(old)
