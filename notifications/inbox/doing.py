"""What one person's dealing with a notification means: for themselves, and for everybody else who was told the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import Case, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.people.models import User
from core.tenancy import every_tenant, tenant
from notifications.inbox.actions import mark, plan_again
from notifications.inbox.ending import Settled, begin_again, end_sending
from notifications.inbox.kinds import KINDS
from notifications.inbox.links import NO_SHOP, Fact
from notifications.inbox.models import Notification, NotificationQuerySet, Urgency, Waiting
from notifications.inbox.queries import inbox_of
from notifications.inbox.told import announce_followed

State = Notification.State

# One person is enough for these; what is only good to know, everybody puts away for themselves.
SHARED = frozenset(kind.name for kind in KINDS if kind.urgency != Urgency.KNOW and not kind.personal)


@transaction.atomic
def open_rows(rows: NotificationQuerySet, *, acted: bool = False) -> int:
    """Note that the person looked at these of their notifications; `acted` that they went to do what is asked for.

    Only the first time counts. Returns how many it was noted for. Somebody who acted has read it too.
    """
    now = timezone.now()
    if not acted:
        return rows.filter(opened_at=None).update(opened_at=now, changed_at=now)
    some = Notification.objects.filter(pk__in=list(rows.values_list("pk", flat=True)))
    mark(some.filter(state=State.UNREAD, snoozed_until=None), state=State.READ)
    return some.filter(acted_at=None).update(opened_at=Coalesce("opened_at", now), acted_at=now, changed_at=now)


@transaction.atomic
def follow(user: User, fact: Fact) -> None:
    """Note that the person came by a link out of a mail or chat: their notification of that fact is opened and read.

    Whoever was not told it, or has dealt with it, changes nothing.
    """
    with every_tenant("a link out of a mail may tell of any shop of a person's, or of none"):
        mine: NotificationQuerySet = inbox_of(user.pk).filter(kind__in=fact.kinds, key=fact.key)
        if fact.merchant_id != NO_SHOP:
            mine = mine.filter(merchant_id=fact.merchant_id)
        mark(mine.filter(state=State.UNREAD, snoozed_until=None), state=State.READ)
        open_rows(mine)
        announce_followed(user, fact)


@transaction.atomic
def finish(rows: NotificationQuerySet, *, by: User) -> int:
    """Mark notifications of this person done, and so archive them. Returns how many.

    Where the kind asks for something, it is handled for everybody else who was told the same and has not put it away.
    """
    now = timezone.now()
    found = list(rows.exclude(state__in=[State.ARCHIVED, State.HANDLED]).values_list("pk", "merchant", "kind", "key"))
    pks = [pk for pk, *_ in found]
    count = mark(rows, state=State.ARCHIVED)
    Notification.objects.filter(pk__in=pks).update(opened_at=Coalesce("opened_at", now), acted_at=now)
    for same in _same([(shop, kind, key) for _pk, shop, kind, key in found]):
        others = Notification.objects.unsettled().filter(same.about).exclude(user=by)
        others.update(state=State.HANDLED, handled_by=by, snoozed_until=None, changed_at=now)
        end_sending(same)
    return count


@transaction.atomic
def reopen(rows: NotificationQuerySet, *, state: str, by: User) -> int:
    """Take up what this person had put away, with that state. Returns how many.

    What they had marked done comes back for everybody it was handled for by that: read where it had been opened.
    """
    now = timezone.now()
    found = list(rows.filter(state=State.ARCHIVED).values_list("pk", "merchant", "kind", "key"))
    pks = [pk for pk, *_ in found]
    count = mark(rows, state=state)
    Notification.objects.filter(pk__in=pks, acted_at__isnull=False).update(acted_at=None)
    before = Case(When(opened_at=None, then=Value(State.UNREAD)), default=Value(State.READ))
    for same in _same([(shop, kind, key) for _pk, shop, kind, key in found]):
        theirs = Notification.objects.filter(same.about, state=State.HANDLED, handled_by=by)
        theirs.update(state=before, handled_by=None, changed_at=now)
        begin_again(same)
        _wait_again(same)
    return count


def _wait_again(settled: Settled) -> None:
    """Whose mail of this had not been due yet has it in the next turn of theirs."""
    now = timezone.now()
    gone = Waiting.objects.filter(settled.about, due_at=None, mail=None, notification__state=State.UNREAD)
    rows = list(gone.select_related("user").order_by("pk"))
    Waiting.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=now + timedelta(days=1))
    for (shop, _user_id), user in {(row.merchant_id, row.user_id): row.user for row in rows}.items():
        with tenant(shop):
            plan_again(user)


def _same(facts: Collection[tuple[int, str, str]]) -> list[Settled]:
    """These shared facts, together for each shop and kind."""
    keys: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for shop, kind, key in facts:
        if kind in SHARED:
            keys[shop, kind].add(key)
    return [Settled((kind,), keys=some, merchant_id=shop) for (shop, kind), some in keys.items()]
