"""What the live stream asks of the database. Each opens its own scope: there is no request around it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.models import Session
from django.db.models import Count, Max
from django.http import HttpRequest
from django.utils import timezone, translation

from accounts.members.models import Membership
from accounts.people.models import User
from accounts.people.sessions import is_over
from core.tenancy import every_tenant, tenant
from notifications.inbox.counting import UNREAD_LIMIT, Unread, unread_among
from notifications.inbox.models import Notification, Urgency
from notifications.inbox.queries import Shown, inbox_of, shown
from notifications.staffbox.models import StaffNotice
from notifications.staffbox.queries import notices_of, unread_in
from notifications.staffbox.queries import shown as staff_shown

STAFF_SIDE = ""  # in the place of a shop's slug
TOASTS = 3  # act-now items that one event tells of; the inbox has them all

Change = tuple[datetime, int]


def person_of(session_key: str) -> int | None:
    """Whose session it is; None where it is over, by the same rules as for pages."""
    request: Any = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(request)
    if not isinstance(user, User) or not user.is_active:
        return None
    return None if is_over(request.session, user, int(time.time())) else user.pk


def open_sessions(session_keys: Collection[str]) -> set[str]:
    """Those of the sessions that were not ended: one query for all."""
    rows = Session.objects.filter(session_key__in=session_keys, expire_date__gt=timezone.now())
    return set(rows.values_list("session_key", flat=True))


def changed_since(moment: datetime) -> dict[int, Change]:
    """Whose inbox changed after that moment: user id to the last change and how many. One query for everybody."""
    found: dict[int, Change] = {}
    with every_tenant("one look for all who are connected"):
        members, staff = (
            rows.filter(changed_at__gt=moment)
            .order_by()
            .values_list("user_id")
            .annotate(Max("changed_at"), Count("pk"))
            for rows in (Notification.objects.all(), StaffNotice.objects.all())
        )
        for user, last, count in members.union(staff, all=True):
            before, already = found.get(user, (last, 0))
            found[user] = max(last, before), already + count
    return found


def states_of(since: Mapping[int, datetime | None]) -> dict[int, dict[str, Any]]:
    """What the pages of these people show: per shop the unread counts and the newest ids; what is to be done at once.

    The staff's inbox is no shop's and stands under STAFF_SIDE. `since` says for each user from when on act-now items
    are told of; None tells of none.
    """
    now = timezone.now()
    states: dict[int, dict[str, Any]] = {user_id: {"shops": {}, "act": []} for user_id in since}
    with every_tenant("find out where the connected work"):
        members = list(
            Membership.objects.filter(user_id__in=since)
            .exclude(merchant__state__in=["applied", "refused"])
            .select_related("user", "merchant", "custom_role")
        )
    for member in members:
        if member.may("notifications.view"):
            _add_shop(states[member.user_id], member, since[member.user_id], now)
    for user in User.objects.filter(pk__in=since).exclude(staff_role=""):
        if user.may_as_staff("staff.inbox") and not user.owes_second_factor:
            _add_staff(states[user.pk], user, since[user.pk], now)
    return states


def _add_shop(state: dict[str, Any], member: Membership, since: datetime | None, now: datetime) -> None:
    merchant = member.merchant
    with tenant(merchant), translation.override(member.user.language), timezone.override(merchant.zone):
        mine = inbox_of(member.user_id)
        _add(state, merchant.slug, mine, now, since, unread_among, lambda rows: shown(rows, merchant.slug))


def _add_staff(state: dict[str, Any], user: User, since: datetime | None, now: datetime) -> None:
    with translation.override(user.language), timezone.override(user.zone):
        _add(state, STAFF_SIDE, notices_of(user), now, since, unread_in, staff_shown)


def _add(
    state: dict[str, Any], shop: str, mine: Any, now: datetime, since: datetime | None,
    counted: Callable[[list[str]], Unread], worded: Callable[[list[Any]], list[Shown]],
) -> None:  # fmt: skip
    rows = mine.unread(now).order_by("rank", "pk").values_list("pk", "kind", "urgency", "at")[: UNREAD_LIMIT + 1]
    found = list(rows)
    newest = sorted(found, key=lambda row: row[3], reverse=True)[:5]
    state["shops"][shop] = counted([kind for _, kind, _, _ in found]).figures | {"newest": [pk for pk, *_ in newest]}
    fresh = [pk for pk, _, urgency, at in found if urgency == Urgency.ACT and since is not None and at > since]
    if fresh:
        for note in worded(list(mine.filter(pk__in=fresh[:TOASTS]).order_by("rank"))):
            told = f"{note.row.pk}:{note.row.at.timestamp()}"
            act = {"id": told, "shop": shop, "title": note.title, "href": note.href}
            state["act"].append(act | {"verb": str(note.kind.verb)})
