"""The views, filters, search and order of the staff's inbox."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.merchants.models import Merchant
from notifications.inbox.listing import INBOX
from notifications.staffbox.kinds import KINDS, topic_words
from notifications.staffbox.models import StaffNotice
from notifications.staffbox.queries import search_notices


class StaffNoticeFilter(django_filters.FilterSet):  # type: ignore[misc]
    topic = django_filters.ChoiceFilter(
        label=pgettext_lazy("notifications", "Topic"),
        choices=lambda: list({topic_words()[kind.name]: kind.topic for kind in KINDS}.items()),
        method="of_topic",
        empty_label=_("All topics"),
    )
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), choices=[(kind.name, kind.label) for kind in KINDS], empty_label=_("All kinds")
    )
    shop = django_filters.ModelChoiceFilter(
        field_name="merchant", label=_("Shop"), queryset=Merchant.objects.none(), empty_label=_("All shops")
    )

    class Meta:
        model = StaffNotice
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # the shops that the reader was told about, not the names of all
        told = self.queryset.order_by().values("merchant")
        self.filters["shop"].queryset = Merchant.objects.filter(pk__in=told).order_by("name", "pk")

    def of_topic(self, rows: QuerySet[StaffNotice], name: str, topic: str) -> QuerySet[StaffNotice]:
        return rows.filter(kind__in=[kind for kind, word in topic_words().items() if word == topic])


# As a member's inbox; all that staff are told asks for something, so there is no view of what does.
STAFFBOX = replace(
    INBOX,
    tabs=[tab for tab in INBOX.tabs if tab.key != "act"],
    filters=StaffNoticeFilter,
    search=search_notices,
)
