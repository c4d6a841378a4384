"""Who is to be told of a notice and where, and what became of it. All within every_tenant()."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When
from django.utils import translation

from accounts.members.models import BuiltInRole, Membership, MembershipQuerySet
from accounts.merchants.models import Merchant
from notifications.announcements.models import Announcement
from notifications.inbox.kinds import Kind, kind_of
from notifications.inbox.models import Notification, NotificationQuerySet

LANGUAGES = (("en", "English"), ("zh-hans", "简体中文"))


def platform_kind() -> Kind:
    """The kind that all notices of the platform have."""
    kind = kind_of("platform-notice")
    assert kind is not None
    return kind


def announcement_list() -> QuerySet[Announcement]:
    return Announcement.objects.select_related("created_by", "job")


def search_announcements(rows: QuerySet[Announcement], words: str) -> QuerySet[Announcement]:
    return rows.filter(
        Q(title_en__icontains=words)
        | Q(title_zh__icontains=words)
        | Q(text_en__icontains=words)
        | Q(text_zh__icontains=words)
    )


def audience(announcement: Announcement) -> MembershipQuerySet:
    """The memberships that make a person belong to it. Roles that a shop made itself belong to all members only."""
    rows: MembershipQuerySet = Membership.objects.filter(user__is_active=True)
    if announcement.who == Announcement.Who.OWNERS:
        rows = rows.owners()
    elif announcement.who == Announcement.Who.ROLES:
        rows = rows.filter(role__in=announcement.roles, custom_role=None)
    if announcement.shop_states:
        rows = rows.filter(merchant__state__in=announcement.shop_states)
    return rows


def people_count(announcement: Announcement) -> int:
    return audience(announcement).order_by().values("user_id").distinct().count()


def people_after(announcement: Announcement, user_id: int, *, limit: int) -> list[tuple[int, int]]:
    """(merchant, user) of the next people by their id: of several shops the open one where they have been longest."""
    rows = audience(announcement).filter(user_id__gt=user_id).order_by("user_id")
    found = list(rows.values_list("user_id", flat=True).distinct()[:limit])
    if not found:
        return []
    shut = [Merchant.State.APPLIED, Merchant.State.REFUSED, Merchant.State.SUSPENDED]
    last = Case(When(merchant__state__in=shut, then=Value(1)), default=Value(0))
    rows = rows.filter(user_id__lte=found[-1]).order_by("user_id", last, "pk")
    shops: dict[int, int] = {}
    for user, merchant in rows.values_list("user_id", "merchant_id"):
        shops.setdefault(user, merchant)
    return [(merchant, user) for user, merchant in shops.items()]


def members_at(inboxes: Iterable[tuple[int, int]]) -> list[Membership]:
    """The memberships of these people at these shops, with both, in the order of the people's ids."""
    wanted = set(inboxes)
    rows = Membership.objects.filter(user_id__in={user for _shop, user in wanted})
    rows = rows.select_related("user", "merchant", "custom_role").order_by("user_id", "pk")
    return [row for row in rows if (row.merchant_id, row.user_id) in wanted]


def notices_of(announcement: Announcement) -> NotificationQuerySet:
    """Its notifications in the inboxes of all shops."""
    rows: NotificationQuerySet = Notification.objects.filter(kind=platform_kind().name, key=announcement.key)
    return rows


def opened_count(announcement: Announcement) -> int:
    """How many opened it or put it away."""
    if announcement.opened is not None:
        return announcement.opened
    return notices_of(announcement).filter(opened_at__isnull=False).count()


@dataclass(frozen=True)
class Preview:
    """The notice as readers of one language see it."""

    language: str
    name: str
    title: str
    text: str


def previews(announcement: Announcement) -> list[Preview]:
    """The notice in each language, through the sentence that makes it in the inbox."""
    found = []
    for code, name in LANGUAGES:
        with translation.override(code):
            found.append(Preview(code, name, *platform_kind().words(announcement.params)))
    return found


def audience_words(announcement: Announcement) -> dict[str, Any]:
    """The audience in words: who, their roles, the states of their shops."""
    roles = dict(BuiltInRole.choices)
    states = dict(Merchant.State.choices)
    return {
        "who": announcement.get_who_display(),
        "roles": [roles[name] for name in announcement.roles if name in roles],
        "states": [states[name] for name in announcement.shop_states if name in states],
    }
