"""Whose e-mails are due, and what of that is still worth saying."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Min

from accounts.members.models import Membership
from notifications.inbox.folding import Fold, folds_of
from notifications.inbox.kinds import KINDS, Kind, kind_of
from notifications.inbox.models import Notification, Urgency, Waiting
from notifications.inbox.queries import Shown, shown
from notifications.staffbox.kinds import staff_kind
from notifications.staffbox.models import StaffNotice
from notifications.staffbox.queries import shown as staff_shown


@dataclass(frozen=True)
class Group:
    """What a digest says of one topic and urgency: the newest, folded as in the inbox, and how many more there are."""

    urgency: Any
    topic: Any
    folds: list[Fold]
    more: int


def due_people(now: datetime, *, limit: int) -> list[tuple[int, int]]:
    """(merchant, user) of those whose turn has come, who waits longest first. In the scope of every tenant."""
    due = Waiting.objects.filter(due_at__lte=now).order_by().values("merchant_id", "user_id")
    longest = due.annotate(since=Min("due_at")).order_by("since")[:limit]
    return [(row["merchant_id"], row["user_id"]) for row in longest]


def still_to_tell(member: Membership, rows: Collection[Waiting], now: datetime) -> dict[int, Shown]:
    """What of the rows the member has neither opened nor put away, may still deal with and can use; by row.

    In the active language, with the newest figures.
    """
    found = {}
    for row in rows:
        kind, note = kind_of(row.kind), row.notification
        if kind is None or (kind.word and not member.may(kind.word)):
            continue
        if note is None:
            note = Notification(kind=row.kind, key=row.key, params=row.params, urgency=kind.urgency, at=row.at)
        is_asleep = note.snoozed_until is not None and note.snoozed_until > now
        if note.state != Notification.State.UNREAD or is_asleep or note.at < now - kind.stale:
            continue
        if words := shown([note], member.merchant.slug):
            found[row.pk] = words[0]
    return found


def due_staff(now: datetime, *, limit: int) -> list[int]:
    """The users of the platform's staff whose turn has come, who waits longest first."""
    due = StaffNotice.objects.filter(mail_due_at__lte=now).order_by().values("user_id")
    return [row["user_id"] for row in due.annotate(since=Min("mail_due_at")).order_by("since")[:limit]]


def has_due_digests(now: datetime) -> bool:
    """Whether anybody's turn has come, a member's or one of the staff's. In the scope of every tenant."""
    return Waiting.objects.filter(due_at__lte=now).exists() or StaffNotice.objects.filter(mail_due_at__lte=now).exists()


def still_to_tell_staff(rows: Collection[StaffNotice], now: datetime) -> list[Shown]:
    """What of the rows, all of one person, they have neither opened nor put away, and may still deal with.

    In the active language.
    """
    fresh = [
        row
        for row in rows
        if row.state == StaffNotice.State.UNREAD
        and (row.snoozed_until is None or row.snoozed_until <= now)
        and (kind := staff_kind(row.kind)) is not None
        and row.user.may_as_staff(kind.word)
    ]
    return staff_shown(fresh)


def grouped(items: Collection[Shown], *, most: int, kinds: Sequence[Kind] = KINDS) -> list[Group]:
    """By urgency, then by topic in the order of the preferences; the newest first, at most `most` lines each."""
    topics = {kind.topic: len(kinds) - place for place, kind in enumerate(reversed(kinds))}
    by_age = sorted(items, key=lambda item: item.row.at, reverse=True)
    ordered = sorted(by_age, key=lambda item: (item.row.urgency, topics[item.kind.topic]))
    groups = []
    for (urgency, topic), of in groupby(ordered, key=lambda item: (item.row.urgency, item.kind.topic)):
        folds = folds_of(of)
        groups.append(Group(Urgency(urgency).label, topic, folds[:most], sum(fold.count for fold in folds[most:])))
    return groups
