"""Telling people, and what they do with what they were told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, F, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.models import Activity
from accounts.members.models import Membership
from accounts.people.models import User
from core.actors import Actor
from core.errors import Refused
from core.tenancy import current_tenant_id, every_tenant, tenant
from notifications.inbox.ending import Settled, end_sending
from notifications.inbox.escalation import watch_over
from notifications.inbox.kinds import KINDS, Kind, kind_of
from notifications.inbox.letters import send_personal_notice
from notifications.inbox.mailing import mail_in_turn, passes_quiet
from notifications.inbox.models import (
    MailTimes,
    Notification,
    NotificationQuerySet,
    Preference,
    Timing,
    Waiting,
)
from notifications.inbox.putting import put_many
from notifications.inbox.queries import Choice, choices_of, hours_of, staff_who_may
from notifications.inbox.routes import choices_along, routes_for
from notifications.inbox.rules import Hours, Slot, rank_of, searched_text, slot_after
from notifications.inbox.told import StaffTold, Told, announce, announce_to_staff

State = Notification.State


@transaction.atomic
def tell(
    kind_name: str,
    *,
    key: str,
    params: Mapping[str, Any],
    activity: Activity | None = None,
    only: Collection[int] | None = None,
    grows: str = "",
) -> int:
    """Tell the members of the merchant in scope whom it concerns (see routes.py), once per `key`; returns to how many.

    Who did it is not told (security apart). A second call of the same key changes nothing, except that where `grows`
    names a figure, newer params take the place of the old ones and a larger figure makes it unread again. What is not
    for chosen members `only` is announced to the listeners of told.py too, and goes further where nobody opens it, as
    does what a playbook gives to chosen ones.
    """
    kind = _kind(kind_name)
    told = Notification.objects.select_for_update().filter(kind=kind.name, key=key).order_by("pk")
    known = {row.user_id: row for row in told}
    doer = activity.actor_id if activity and activity.actor_kind == "user" and not kind.locked else None
    routes = routes_for(kind, params, only=only, told=known, but=doer)
    members = [route.member for route in routes]
    reasons = {route.member.user_id: route.reason for route in routes}
    choices = choices_along(kind, routes, params)
    waited = _waited(kind, key, params, choices, grows)
    now = timezone.now()
    shop = current_tenant_id()
    fresh = [(shop, pk) for pk, choice in choices.items() if choice.inbox and pk not in known]
    written = put_many(kind, key, params, fresh, activity=activity, reasons=reasons)
    wanted = []
    for member in members:
        choice, row = choices[member.user_id], known.get(member.user_id)
        if row is not None:
            if grows:
                _refresh(row, kind, params, grows)
        elif choice.mail != Timing.OFF and member.user_id not in waited:
            wanted.append((member, choice.mail))
    mail_in_turn(kind, key, params, wanted, lying=written.rows, passes=passes_quiet(kind), now=now)
    if written.new and (only is None or kind.by_playbook):
        watch_over(kind, key, params, members[0].merchant, now=now)
    if only is None:
        announce(Told(kind, key, params))
    return len(written.new)


def _waited(
    kind: Kind, key: str, params: Mapping[str, Any], choices: Mapping[int, Choice], grows: str
) -> Collection[int]:
    """Who takes the kind by e-mail alone and was told this in another e-mail, or will be, with the newest figures."""
    alone = [user_id for user_id, choice in choices.items() if not choice.inbox and choice.mail != Timing.OFF]
    if not alone:
        return ()
    known = Waiting.objects.filter(kind=kind.name, key=key, user_id__in=alone)
    if grows:
        known.filter(due_at__isnull=False).update(params=dict(params))
    return set(known.values_list("user_id", flat=True))


def put_note(user: User, kind: Kind, *, key: str, params: Mapping[str, Any]) -> bool:
    """Put something into a member's inbox that is mailed by other means; False if it is there already."""
    return bool(put_many(kind, key, params, [(current_tenant_id(), user.pk)]).new)


def tell_person(user: User, kind_name: str, *, key: str, params: Mapping[str, Any], by_mail: bool) -> None:
    """Tell a person something about their own account: in the inbox of each of their shops, and by one mail."""
    kind = _kind(kind_name)
    with every_tenant("a person's own account belongs to no shop"), transaction.atomic():
        shops = Membership.objects.filter(user=user).values_list("merchant_id", flat=True)
        put_many(kind, key, params, [(shop, user.pk) for shop in shops])
        if by_mail:
            send_personal_notice(user, kind, key, params)


@transaction.atomic
def tell_staff(kind_name: str, *, key: str, params: Mapping[str, Any], word: str) -> int:
    """Tell the platform's staff that may do `word` about the merchant in scope, once per key; returns how many.

    Staff have no inbox of a shop: the listeners of told.py put it where they look, and mail it as each of them chose.
    """
    staff = staff_who_may(word)
    announce_to_staff(StaffTold(_kind(kind_name), key, params, staff, timezone.now()))
    return len(staff)


def _kind(name: str) -> Kind:
    kind = kind_of(name)
    assert kind is not None, name
    return kind


def _refresh(row: Notification, kind: Kind, params: Mapping[str, Any], grows: str) -> None:
    if row.params == params:
        return
    if params[grows] > row.params.get(grows, 0):
        row.state, row.at, row.handled_by, row.acted_at = State.UNREAD, timezone.now(), None, None
        row.rank = rank_of(kind.urgency, row.at)
    row.params, row.text = dict(params), searched_text(params)
    row.save()


def settle(*kind_names: str, key: str, by: Activity | None = None) -> int:
    """It needs nobody any more: take it out of every inbox it is in, as handled, and send no more of it.

    `by` is what somebody did about it: where that is a member of the shop, it is handled by them.
    """
    return _settle(Settled(kind_names, keys=(key,)), by)


def settle_each(*kind_names: str, keys: Collection[str], by: Activity | None = None) -> int:
    """As settle(), for several keys."""
    return _settle(Settled(kind_names, keys=keys), by)


def settle_like(kind_name: str, *, beginning: str, by: Activity | None = None) -> int:
    """As settle(), for every key that begins so."""
    return _settle(Settled((kind_name,), beginning=beginning), by)


def settle_others(kind_name: str, *, key: str = "", by: Activity | None = None) -> int:
    """As settle(), for every key of the kind but this one."""
    return _settle(Settled((kind_name,), but=key), by)


@transaction.atomic
def _settle(settled: Settled, by: Activity | None = None) -> int:
    end_sending(settled)
    now = timezone.now()
    values: dict[str, Any] = {"state": State.HANDLED, "snoozed_until": None, "changed_at": now}
    doer = by.actor_id if by is not None and by.actor_kind == "user" else None
    if doer is not None and Membership.objects.filter(user_id=doer).exists():
        mine = When(user_id=doer, acted_at=None, then=now)
        values |= {"handled_by": doer, "acted_at": Case(mine, default=F("acted_at"))}
    return Notification.objects.unsettled().filter(settled.about).update(**values)


def mark(rows: NotificationQuerySet, *, state: str) -> int:
    """Set the state of a person's notifications; one that is taken up again is awake. Returns how many changed.

    What concerns the person's own account changes in all their shops.
    """
    now = timezone.now()
    chosen = list(rows.exclude(state=state, snoozed_until=None).values_list("pk", "user_id", "kind", "key"))
    pks = [pk for pk, *_ in chosen]
    values: dict[str, Any] = {"state": state, "snoozed_until": None, "handled_by": None, "changed_at": now}
    if state == State.READ:
        values["opened_at"] = Coalesce("opened_at", now)
    changed = Notification.objects.filter(pk__in=pks).update(**values)
    personal = {kind.name for kind in KINDS if kind.personal}
    with every_tenant("a person's own account belongs to no shop"):
        for _pk, user_id, kind, key in chosen:
            if kind in personal:
                others = Notification.objects.filter(user_id=user_id, kind=kind, key=key).exclude(pk__in=pks)
                others.update(**values)
    return changed


def snooze(rows: NotificationQuerySet, *, until: datetime) -> int:
    """Put notifications aside until then: who does so has looked at them. Returns how many."""
    now, asleep = timezone.now(), rows.exclude(state__in=[State.ARCHIVED, State.HANDLED])
    return asleep.update(snoozed_until=until, opened_at=Coalesce("opened_at", now), changed_at=now)


@transaction.atomic
def wake(now: datetime) -> int:
    """Bring back, unread and on top of their group, the snoozed ones whose time has come."""
    due = list(Notification.objects.to_wake(now).select_for_update())
    for row in due:
        row.at, row.changed_at = now, now
        wake_up(row, now)
    Notification.objects.bulk_update(due, ["snoozed_until", "at", "rank", "state", "changed_at"], batch_size=500)
    return len(due)


def wake_up(row: Any, now: datetime) -> None:
    """Bring one back before its reader, without saving it: unread, where it is not put away, and on top."""
    row.snoozed_until, row.rank = None, rank_of(row.urgency, now)
    if row.state == State.READ:
        row.state = State.UNREAD


def put_away_stale(now: datetime) -> int:
    """Archive what has stood in inboxes longer than its kind is of use; what was chosen to sleep may."""
    kinds: dict[timedelta, list[str]] = {}
    for kind in KINDS:
        kinds.setdefault(kind.stale, []).append(kind.name)
    count = 0
    for stale, names in kinds.items():
        old = Notification.objects.unsettled().filter(kind__in=names, at__lt=now - stale, snoozed_until=None)
        count += old.update(state=State.ARCHIVED, changed_at=now)
    return count


@transaction.atomic
def choose(user: User, choices: Iterable[tuple[str, bool, str]], *, actor: Actor) -> None:
    """Set where a member of the merchant in scope is told of each kind: (kind, inbox, Timing). Locked ones stay on.

    What waits for an e-mail already follows the new choice.
    """
    for name, inbox, mail in choices:
        if not _kind(name).locked:
            Preference.objects.update_or_create(user=user, kind=name, defaults={"inbox": inbox, "mail": mail})
    plan_again(user)


@transaction.atomic
def stop_mails(user_id: int, kind: Kind) -> None:
    """No e-mails of this kind to this member any more; the inbox stays as it is."""
    if not kind.locked:
        Preference.objects.update_or_create(
            user_id=user_id,
            kind=kind.name,
            defaults={"mail": Timing.OFF},
            create_defaults={"inbox": kind.inbox, "mail": Timing.OFF},
        )
        plan_again(User.objects.get(pk=user_id))


@transaction.atomic
def set_mail_times(
    user: User, *, quiet_from: int | None, quiet_until: int | None, digest_hour: int, actor: Actor
) -> MailTimes:
    """Set when a person takes e-mails (models.MailTimes), in all their shops; what waits already follows.

    Raises Refused for half a quiet time, one that never ends, and a daily summary that would come in it.
    """
    if (quiet_from is None) != (quiet_until is None):
        say = _("Give both ends of your quiet hours, or neither.")
        if quiet_from is None:
            raise Refused("quiet_half", say, quiet_from=say)
        raise Refused("quiet_half", say, quiet_until=say)
    if quiet_from is not None and quiet_from == quiet_until:
        say = _("Quiet hours end at another hour than they begin.")
        raise Refused("quiet_endless", say, quiet_until=say)
    if Hours(user.zone, quiet_from, quiet_until).is_quiet(digest_hour):
        say = _("The daily summary would come in your quiet hours. Choose another hour.")
        raise Refused("digest_quiet", say, digest_hour=say)
    values = {"quiet_from": quiet_from, "quiet_until": quiet_until, "digest_hour": digest_hour}
    times, _is_new = MailTimes.objects.update_or_create(user=user, defaults=values)
    with every_tenant("a person has the same hours in all their shops"):
        shops = set(Waiting.objects.filter(user=user, due_at__isnull=False).values_list("merchant_id", flat=True))
    for shop in shops:
        with tenant(shop):
            plan_again(user)
    return times


def plan_again(user: User, *, slot: str = "") -> None:
    """Give what waits for an e-mail to this member, or for that turn alone, a turn after now by what they chose since.

    What is due already stays so, unless the turn is named. What is to be mailed at once by now waits for the next look
    at what is due.
    """
    now = timezone.now()
    waiting = Waiting.objects.select_for_update().filter(user=user, due_at__isnull=False)
    rows = list(waiting.filter(slot=slot) if slot else waiting)
    if not rows:
        return
    hours = hours_of([user])[user.pk]
    timings = {choice.kind.name: choice.mail for choice in choices_of(user.pk)}
    for row in rows:
        kind = kind_of(row.kind)
        timing = timings.get(kind.like or kind.name, Timing.OFF) if kind else Timing.OFF
        if kind is None or timing == Timing.OFF:
            row.due_at = None
            continue
        if not slot and row.due_at is not None and row.due_at <= now:
            continue
        turn = slot_after(timing, now, hours, passes=passes_quiet(kind)) or Slot(f"at:{now:%Y-%m-%dT%H:%M:%SZ}", now)
        row.slot, row.due_at = turn.name, turn.at
    Waiting.objects.bulk_update(rows, ["slot", "due_at"], batch_size=500)
