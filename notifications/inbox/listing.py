"""The views, filters, search and order of the inbox."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import django_filters
from django import forms
from django.db import connections
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.lists import Listing, Sort, Tab
from core.namesearch import Either, NameSearch
from notifications.inbox.counting import UNREAD_LIMIT, kinds_of, topics
from notifications.inbox.kinds import KINDS, Kind, group_named
from notifications.inbox.models import Notification

PERIODS = [
    ("1", _("Last 24 hours")),
    ("7", _("Last 7 days")),
    ("30", _("Last 30 days")),
    ("365", _("Last 12 months")),
]
TEXTS = NameSearch("notifications_notification", "text")


@dataclass(frozen=True)
class Group:
    """Kinds that are folded into one line, of one carrier or supplier where `figure` names one."""

    kinds: tuple[Kind, ...]
    figure: str
    value: str

    def __str__(self) -> str:
        return pgettext("list", ", ").join(str(kind.label) for kind in self.kinds)


class GroupField(forms.CharField):
    """What a folded line leads to (Kind.group_of); not for people to type."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> Any:
        words = super().clean(value)
        found = group_named(words) if words else None
        is_key = found is not None and (
            not found[1] or (found[2].isascii() and found[2].isdigit() and len(found[2]) < 19)
        )
        if words and not is_key:
            raise forms.ValidationError(gettext("There is no such group."), code="group")
        return Group(tuple(found[0]), found[1], found[2]) if found else None


class GroupFilter(django_filters.Filter):  # type: ignore[misc]
    field_class = GroupField

    def filter(self, rows: QuerySet[Notification], group: Group | None) -> QuerySet[Notification]:
        if group is None:
            return rows
        rows = rows.filter(kind__in=[kind.name for kind in group.kinds])
        return rows.filter(**{f"params__{group.figure}": int(group.value)}) if group.figure else rows


class InboxFilter(django_filters.FilterSet):  # type: ignore[misc]
    topic = django_filters.ChoiceFilter(
        label=pgettext_lazy("notifications", "Topic"),
        choices=lambda: list(topics().items()),
        method="of_topic",
        empty_label=_("All topics"),
    )
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), choices=[(kind.name, kind.label) for kind in KINDS], empty_label=_("All kinds")
    )
    group = GroupFilter(label=pgettext_lazy("notifications", "Group"))
    period = django_filters.ChoiceFilter(
        label=_("Period"), choices=PERIODS, method="newer_than", empty_label=_("Any time")
    )

    class Meta:
        model = Notification
        fields: list[str] = []

    def of_topic(self, rows: QuerySet[Notification], name: str, topic: str) -> QuerySet[Notification]:
        return rows.filter(kind__in=kinds_of(topic))

    def newer_than(self, rows: QuerySet[Notification], name: str, days: str) -> QuerySet[Notification]:
        return rows.filter(at__gte=timezone.now() - timedelta(days=int(days)))


def _search(rows: QuerySet[Notification], words: str, *, merchants: Collection[int]) -> QuerySet[Notification]:
    """Rows with the words in what they tell of, or in the name of their kind or topic in the reader's language."""
    low = words.lower()
    kinds = [kind.name for kind in KINDS if low in str(kind.label).lower() or low in str(kind.topic).lower()]
    vendor = connections[rows.db].vendor
    return rows.filter(Q(kind__in=kinds) | Either([TEXTS.by_name(words, merchant, vendor) for merchant in merchants]))


INBOX = Listing(
    sorts=[Sort("urgency", _("Urgency"), "rank")],
    tabs=[
        Tab("all", _("Everything"), lambda rows: rows.open(timezone.now())),
        Tab("act", _("Needs action"), lambda rows: rows.to_act_on(timezone.now())),
        Tab("unread", _("Unread"), lambda rows: rows.unread(timezone.now())),
        Tab("snoozed", _("Snoozed"), lambda rows: rows.snoozed(timezone.now())),
        Tab("archive", _("Archive"), lambda rows: rows.put_away(), counted=False),
    ],
    filters=InboxFilter,
    count_limit=UNREAD_LIMIT,
)


def inbox_at(merchants: Collection[int]) -> Listing:
    """The inbox of these shops, whose texts are searched."""
    search: Any = partial(_search, merchants=merchants)
    return replace(INBOX, search=search)
