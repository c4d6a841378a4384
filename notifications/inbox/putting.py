"""Writing one fact into many inboxes: a few statements for two thousand people, and each is told it once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.activity.models import Activity
from core.bulk import fresh_keys, insert_missing
from notifications.inbox.kinds import Kind
from notifications.inbox.models import Notification, Reason
from notifications.inbox.rules import rank_of, searched_text

AT_ONCE = 2000  # rows a statement

Inbox = tuple[int, int]  # merchant, user


@dataclass
class Written:
    """What lies in the inboxes now: the row of each, whoever wrote it, and which of them were written just now."""

    rows: dict[Inbox, int] = field(default_factory=dict)
    new: set[Inbox] = field(default_factory=set)


@transaction.atomic
def put_many(
    kind: Kind,
    key: str,
    params: Mapping[str, Any],
    inboxes: Collection[Inbox],
    *,
    activity: Activity | None = None,
    reasons: Mapping[int, str] | None = None,
    urgency: int | None = None,
) -> Written:
    """Write a fact into these inboxes of the merchant in scope, or of several inside every_tenant().

    `reasons` says by user id why somebody is told; without one it is their role.
    Where it lies already nothing changes, also if somebody else writes it at the same moment: the database lets the
    second one wait for the first. `urgency` is the kind's own unless given. Four queries at most for each AT_ONCE.
    """
    now, written, why = timezone.now(), Written(), reasons or {}
    urgency = urgency or kind.urgency
    same = {
        "kind": kind.name,
        "key": key,
        "params": dict(params),
        "activity_id": activity.pk if activity else None,
        "urgency": urgency,
        "rank": rank_of(urgency, now),
        "at": now,
        "text": searched_text(params),
    }
    # All writers go through the inboxes in one order, so two that meet wait for each other and never in a circle.
    for some in _pieces(sorted(set(inboxes))):
        keys = fresh_keys(Notification, len(some))
        shops, people = [shop for shop, _ in some], [user for _, user in some]
        told_because = [why.get(user, Reason.ROLE) for user in people]
        rows = {"id": keys, "merchant_id": shops, "user_id": people, "reason": told_because}
        insert_missing(Notification, rows, **same)
        ours = dict(zip(keys, some, strict=True))
        for pk in Notification.objects.filter(pk__in=keys).values_list("pk", flat=True):
            written.rows[ours[pk]] = pk
            written.new.add(ours[pk])
        if others := set(some) - written.new:
            written.rows |= _known(kind, key, others)
    return written


def _known(kind: Kind, key: str, inboxes: Collection[Inbox]) -> dict[Inbox, int]:
    """Found by shop and fact, for which there is an index; shops and people together would be tried in all pairs."""
    there = Notification.objects.filter(kind=kind.name, key=key, merchant_id__in={shop for shop, _ in inboxes})
    rows = there.values_list("merchant_id", "user_id", "pk")
    return {(shop, user): pk for shop, user, pk in rows if (shop, user) in inboxes}


def _pieces(inboxes: list[Inbox]) -> Iterator[list[Inbox]]:
    for start in range(0, len(inboxes), AT_ONCE):
        yield inboxes[start : start + AT_ONCE]
