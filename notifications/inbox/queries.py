"""Who is told what, and what lies in whose inbox."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.members.models import Membership
from accounts.people.models import User
from notifications.inbox.kinds import CHOOSABLE, Kind, kind_of
from notifications.inbox.models import MailTimes, Mute, Notification, NotificationQuerySet, Preference, Timing
from notifications.inbox.rules import Hours
from notifications.inbox.sentences import Params


@dataclass(frozen=True)
class Choice:
    """Where one member is told of one kind, and when by e-mail (models.Timing)."""

    kind: Kind
    inbox: bool
    mail: str


def members_to_tell(kind: Kind, *, only: Collection[int] | None = None) -> list[Membership]:
    """Members of the merchant in scope whose role lets them deal with it; of the users `only`, where given."""
    members = Membership.objects.select_related("user", "custom_role", "merchant").filter(user__is_active=True)
    if only is not None:
        members = members.filter(user_id__in=only)
    return [member for member in members if not kind.word or member.may(kind.word)]


def staff_who_may(word: str) -> list[User]:
    """The people of the platform's staff whose role holds the permission word."""
    return [one for one in User.objects.filter(is_active=True).exclude(staff_role="") if one.may_as_staff(word)]


def choices_of(user_id: int, kinds: Collection[Kind] = CHOOSABLE) -> list[Choice]:
    """Where the member is told of each kind, in the order of the page."""
    chosen = {row.kind: row for row in Preference.objects.filter(user_id=user_id)}
    return [_choice(kind, chosen.get(kind.name)) for kind in kinds]


def choices_for(kind: Kind, user_ids: Collection[int], params: Params | None = None) -> dict[int, Choice]:
    """Where each of these members is told of one kind; with the figures of a fact, of that part of it."""
    name = kind.like or kind.name
    chosen = {row.user_id: row for row in Preference.objects.filter(kind=name, user_id__in=user_ids)}
    deaf = _muting(kind, user_ids, kind.part_of(params or {}))
    return {
        user_id: Choice(kind, inbox=False, mail=Timing.OFF) if user_id in deaf else _choice(kind, chosen.get(user_id))
        for user_id in user_ids
    }


def _muting(kind: Kind, user_ids: Collection[int], part: str) -> set[int]:
    """Which of these members muted the part of the kind; for a kind without parts no query."""
    if not part:
        return set()
    rows = Mute.objects.filter(kind=kind.name, part=part, user_id__in=user_ids)
    return set(rows.values_list("user_id", flat=True))


@dataclass(frozen=True)
class Muted:
    """A part of a kind that a member muted alone."""

    kind: Kind
    part: str
    name: str


def muted_parts(user_id: int) -> list[Muted]:
    """What the member muted alone at the merchant in scope, by name."""
    rows = Mute.objects.filter(user_id=user_id)
    return [Muted(kind, row.part, row.name) for row in rows if (kind := kind_of(row.kind)) is not None]


def choices_at(kind: Kind, inboxes: Collection[tuple[int, int]]) -> dict[tuple[int, int], Choice]:
    """As choices_for(), for (merchant, user) of several shops. Across merchants."""
    rows = Preference.objects.filter(kind=kind.like or kind.name, user_id__in={user for _shop, user in inboxes})
    chosen = {(row.merchant_id, row.user_id): row for row in rows}
    return {inbox: _choice(kind, chosen.get(inbox)) for inbox in inboxes}


def _choice(kind: Kind, row: Preference | None) -> Choice:
    if kind.locked:
        return Choice(kind, inbox=True, mail=Timing.NOW)
    return Choice(kind, row.inbox, row.mail) if row else Choice(kind, kind.inbox, usual_timing(kind))


def usual_timing(kind: Kind) -> str:
    """When a member who chose nothing gets e-mails of this kind."""
    return Timing.NOW if kind.email else Timing.OFF


def mail_times_of(user_id: int) -> MailTimes:
    """When the person takes e-mails; a row that is not saved if they chose nothing."""
    return MailTimes.objects.filter(user_id=user_id).first() or MailTimes(user_id=user_id)


def hours_of(users: Collection[User]) -> dict[int, Hours]:
    """The hours of each of these persons, by their own clock."""
    chosen = {row.user_id: row for row in MailTimes.objects.filter(user_id__in=[user.pk for user in users])}
    return {user.pk: _hours(user, chosen.get(user.pk)) for user in users}


def _hours(user: User, row: MailTimes | None) -> Hours:
    return Hours(user.zone, row.quiet_from, row.quiet_until, row.digest_hour) if row else Hours(user.zone)


def inbox_of(user_id: int) -> NotificationQuerySet:
    """The member's notifications at the merchant in scope, as the inbox orders them."""
    rows: NotificationQuerySet = Notification.objects.filter(user_id=user_id)
    return rows


def unread_count(user_id: int, now: datetime) -> int:
    return inbox_of(user_id).unread(now).count()


@dataclass(frozen=True)
class Shown:
    """A notification in the words of the reader, one of a member or of the staff; built without a query."""

    row: Any
    kind: Kind
    title: str
    body: str
    href: str
    second_href: str = ""

    @property
    def is_snoozed(self) -> bool:
        return self.row.snoozed_until is not None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


def shown(
    rows: Collection[Notification], merchant_slug: str, may: Callable[[str], bool] = lambda word: False
) -> list[Shown]:
    """The rows in words. A kind the product no longer has, or figures it cannot read, are left out.

    `may` says which permissions the reader has; without it nobody is offered the second thing to do.
    """
    return shown_as(rows, kind_of, merchant_slug, may)


def shown_as(
    rows: Iterable[Any], named: Callable[[str], Kind | None], merchant_slug: str, may: Callable[[str], bool]
) -> list[Shown]:
    """As shown(), for rows whose kinds `named` knows by name."""
    found = []
    for row in rows:
        kind = named(row.kind)
        if kind is None:
            continue
        try:
            title, body = kind.words(row.params)
        except (KeyError, ValueError, TypeError, ArithmeticError):
            continue
        first, second = kind.path(merchant_slug, row.params), kind.second_path(merchant_slug, may)
        found.append(Shown(row, kind, title, body, first, second))
    return found


def has_sleepers_to_wake(now: datetime) -> bool:
    """Whether anything snoozed is to come back by now. In the scope of every tenant."""
    return Notification.objects.to_wake(now).exists()
