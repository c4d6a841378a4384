"""Whose e-mails are due, and what of that is still worth saying."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Min

from accounts.members.models import Membership
from notifications.inbox.folding import Fold, folds_of
from notifications.inbox.kinds import KINDS, kind_of
from notifications.inbox.models import Notification, Urgency, Waiting
from notifications.inbox.queries import Shown, shown

_PLACE = {kind.name: place for place, kind in enumerate(KINDS)}


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


def grouped(items: Collection[Shown], *, most: int) -> list[Group]:
    """By urgency, then by topic in the order of the preferences; the newest first, at most `most` lines each."""
    topics = {kind.topic: _PLACE[kind.name] for kind in reversed(KINDS)}
    by_age = sorted(items, key=lambda item: item.row.at, reverse=True)
    ordered = sorted(by_age, key=lambda item: (item.row.urgency, topics[item.kind.topic]))
    groups = []
    for (urgency, topic), of in groupby(ordered, key=lambda item: (item.row.urgency, item.kind.topic)):
        folds = folds_of(of)
        groups.append(Group(Urgency(urgency).label, topic, folds[:most], sum(fold.count for fold in folds[most:])))
    return groups
