"""Who is told what, and what lies in whose inbox."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.members.models import Membership
from notifications.inbox.kinds import CHOOSABLE, Kind, kind_of
from notifications.inbox.models import Notification, NotificationQuerySet, Preference


@dataclass(frozen=True)
class Choice:
    """Where one member is told of one kind."""

    kind: Kind
    inbox: bool
    email: bool


def members_to_tell(kind: Kind, *, only: Collection[int] | None = None) -> list[Membership]:
    """Members of the merchant in scope whose role lets them deal with it; of the users `only`, where given."""
    members = Membership.objects.select_related("user", "custom_role", "merchant").filter(user__is_active=True)
    if only is not None:
        members = members.filter(user_id__in=only)
    return [member for member in members if not kind.word or member.may(kind.word)]


def choices_of(user_id: int, kinds: Collection[Kind] = CHOOSABLE) -> list[Choice]:
    """Where the member is told of each kind, in the order of the page."""
    chosen = {row.kind: row for row in Preference.objects.filter(user_id=user_id)}
    return [_choice(kind, chosen.get(kind.name)) for kind in kinds]


def choices_for(kind: Kind, user_ids: Collection[int]) -> dict[int, Choice]:
    """Where each of these members is told of one kind."""
    name = kind.like or kind.name
    chosen = {row.user_id: row for row in Preference.objects.filter(kind=name, user_id__in=user_ids)}
    return {user_id: _choice(kind, chosen.get(user_id)) for user_id in user_ids}


def _choice(kind: Kind, row: Preference | None) -> Choice:
    if kind.locked:
        return Choice(kind, inbox=True, email=True)
    return Choice(kind, row.inbox, row.email) if row else Choice(kind, kind.inbox, kind.email)


def inbox_of(user_id: int) -> NotificationQuerySet:
    """The member's notifications at the merchant in scope, as the inbox orders them."""
    rows: NotificationQuerySet = Notification.objects.filter(user_id=user_id)
    return rows


def unread_count(user_id: int, now: datetime) -> int:
    return inbox_of(user_id).unread(now).count()


@dataclass(frozen=True)
class Shown:
    """A notification in the words of the reader; built without a query."""

    row: Notification
    kind: Kind
    title: str
    body: str
    href: str

    @property
    def is_snoozed(self) -> bool:
        return self.row.snoozed_until is not None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


def shown(rows: Collection[Notification], merchant_slug: str) -> list[Shown]:
    """The rows in words. A kind the product no longer has, or figures it cannot read, are left out."""
    found = []
    for row in rows:
        kind = kind_of(row.kind)
        if kind is None:
            continue
        try:
            title, body = kind.words(row.params)
        except (KeyError, ValueError, TypeError, ArithmeticError):
            continue
        found.append(Shown(row, kind, title, body, kind.path(merchant_slug, row.params)))
    return found
