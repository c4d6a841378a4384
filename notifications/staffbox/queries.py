"""What lies in whose inbox of the staff, in which words, and what each of them chose to be told."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q

from accounts.people.models import User
from notifications.inbox.counting import UNREAD_LIMIT, Unread, unread_among
from notifications.inbox.models import Timing
from notifications.inbox.queries import Choice, Shown, shown_as, staff_who_may
from notifications.staffbox.kinds import KINDS, StaffKind, kinds_for, staff_kind, topic_words
from notifications.staffbox.models import StaffChoice, StaffEscalation, StaffNotice, StaffNoticeQuerySet


def notices_of(user: User) -> StaffNoticeQuerySet:
    """The person's own notices, as far as their role still deals with them: a role may change after one was told."""
    rows: StaffNoticeQuerySet = StaffNotice.objects.filter(user=user, kind__in=[one.name for one in kinds_for(user)])
    return rows


def unread_of(user: User, now: datetime) -> Unread:
    """What is unread of it: one walk along an index, at most 100 rows long."""
    rows = notices_of(user).unread(now).order_by("rank", "pk")
    return unread_in(list(rows.values_list("kind", flat=True)[: UNREAD_LIMIT + 1]))


def unread_in(kinds: Collection[str]) -> Unread:
    """How much is unread, as badges show it, of rows of these kinds."""
    return unread_among(kinds, topic_words())


def search_notices(rows: StaffNoticeQuerySet, words: str) -> StaffNoticeQuerySet:
    """Rows with the words in what they tell of, in the shop's name, or in the kind's in the reader's language."""
    low = words.lower()
    kinds = [kind.name for kind in KINDS if low in str(kind.label).lower()]
    return rows.filter(Q(kind__in=kinds) | Q(text__icontains=words) | Q(merchant__name__icontains=words))


def shown(rows: Iterable[StaffNotice]) -> list[Shown]:
    """The rows in words. A kind the product no longer has, or figures it cannot read, are left out."""
    return shown_as(rows, staff_kind, "", lambda word: False)


def choices_of(user: User) -> list[Choice]:
    """Where the person is told of each kind that their role deals with."""
    chosen = {row.kind: row for row in StaffChoice.objects.filter(user=user)}
    return [_choice(kind, chosen.get(kind.name)) for kind in kinds_for(user)]


def choices_for(kind: StaffKind, user_ids: Collection[int]) -> dict[int, Choice]:
    """Where each of these people is told of one kind."""
    chosen = {row.user_id: row for row in StaffChoice.objects.filter(kind=kind.name, user_id__in=user_ids)}
    return {user_id: _choice(kind, chosen.get(user_id)) for user_id in user_ids}


def _choice(kind: StaffKind, row: StaffChoice | None) -> Choice:
    usual = Choice(kind, inbox=True, mail=Timing.NOW if kind.email else Timing.OFF)
    return usual if row is None else Choice(kind, row.inbox, row.mail)


def colleagues(row: StaffNotice) -> list[User]:
    """Who else of the staff may deal with it."""
    kind = staff_kind(row.kind)
    return [] if kind is None else [one for one in staff_who_may(kind.word) if one.pk != row.user_id]


def has_work_for_the_clock(now: datetime) -> bool:
    """Whether anything of the staff's inboxes wakes up or goes further by now."""
    return StaffNotice.objects.to_wake(now).exists() or StaffEscalation.objects.filter(due_at__lte=now).exists()
