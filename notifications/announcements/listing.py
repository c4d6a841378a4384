"""The views and order of the list of notices."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.filters import DayRangeFilter
from core.lists import Listing, Sort, Tab
from notifications.announcements.models import Announcement
from notifications.announcements.queries import search_announcements
from notifications.inbox.models import Urgency

State = Announcement.State


class AnnouncementFilter(django_filters.FilterSet):
    written = DayRangeFilter(field_name="created_at", label=pgettext_lazy("announcement", "Written"))
    urgency = django_filters.ChoiceFilter(label=_("Urgency"), choices=Urgency.choices, empty_label=_("Any urgency"))

    class Meta:
        model = Announcement
        fields: list[str] = []


ANNOUNCEMENTS = Listing(
    sorts=[
        Sort("written", pgettext_lazy("announcement", "Written"), "created_at", descending=True),
        Sort("told", _("Told"), "told", descending=True),
    ],
    tabs=[
        Tab("all", pgettext_lazy("announcement", "All"), lambda rows: rows),
        Tab("draft", _("Drafts"), lambda rows: rows.filter(state=State.DRAFT)),
        Tab("coming", _("On the way"), lambda rows: rows.filter(state__in=[State.SCHEDULED, State.SENDING])),
        Tab("sent", State.SENT.label, lambda rows: rows.filter(state=State.SENT)),
        Tab("withdrawn", State.WITHDRAWN.label, lambda rows: rows.filter(state=State.WITHDRAWN)),
    ],
    filters=AnnouncementFilter,
    search=search_announcements,
)
