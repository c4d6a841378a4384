"""The views, filters and order of the delivery log."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.filters import Choices
from core.lists import Listing, Sort, Tab
from notifications.channels.models import Channel, Dispatch

State = Dispatch.State


class DispatchFilter(django_filters.FilterSet):
    channel = django_filters.ChoiceFilter(
        label=pgettext_lazy("notification", "Channel"),
        choices=Choices(lambda: Channel.objects.order_by("name"), lambda row: (str(row.pk), row.name)),
        empty_label=_("All channels"),
    )

    class Meta:
        model = Dispatch
        fields: list[str] = []


DISPATCHES = Listing(
    sorts=[
        Sort("created", pgettext_lazy("channel", "Time"), "created_at", descending=True),
        Sort("attempts", _("Attempts"), "attempts", descending=True),
    ],
    tabs=[
        Tab("all", pgettext_lazy("channel", "All"), lambda rows: rows),
        Tab("sent", pgettext_lazy("channel", "Delivered"), lambda rows: rows.filter(state=State.SENT)),
        Tab(
            "waiting",
            pgettext_lazy("channel", "Waiting"),
            lambda rows: rows.filter(state__in=[State.QUEUED, State.SENDING]),
        ),
        Tab("failed", pgettext_lazy("channel", "Failed"), lambda rows: rows.filter(state=State.FAILED)),
    ],
    filters=DispatchFilter,
)
