"""What lies in whose inbox of the staff, and in which words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from accounts.people.models import User
from notifications.staffbox.kinds import KINDS, StaffKind, kinds_for, staff_kind
from notifications.staffbox.models import StaffNotice, StaffNoticeQuerySet


def notices_of(user: User) -> StaffNoticeQuerySet:
    """The person's own notices, as far as their role still deals with them: a role may change after one was told."""
    rows: StaffNoticeQuerySet = StaffNotice.objects.filter(user=user, kind__in=[one.name for one in kinds_for(user)])
    return rows


def unread_count(user: User) -> int:
    return notices_of(user).unread().count()


def search_notices(rows: StaffNoticeQuerySet, words: str) -> StaffNoticeQuerySet:
    """Rows with the words in what they tell of, in the shop's name, or in the kind's in the reader's language."""
    low = words.lower()
    kinds = [kind.name for kind in KINDS if low in str(kind.label).lower()]
    return rows.filter(Q(kind__in=kinds) | Q(text__icontains=words) | Q(merchant__name__icontains=words))


@dataclass(frozen=True)
class Shown:
    """A notice in the words of the reader; built without a query."""

    row: StaffNotice
    kind: StaffKind
    title: str
    body: str
    href: str


def shown(rows: Iterable[StaffNotice]) -> list[Shown]:
    """The rows in words. A kind the product no longer has, or figures it cannot read, are left out."""
    found = []
    for row in rows:
        kind = staff_kind(row.kind)
        if kind is None:
            continue
        try:
            title, body = kind.words(row.params)
            found.append(Shown(row, kind, title, body, kind.path(row.params)))
        except (KeyError, ValueError, TypeError, ArithmeticError):
            continue
    return found
