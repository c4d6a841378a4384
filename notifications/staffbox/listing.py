"""The views, filters, search and order of the staff's inbox."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.merchants.models import Merchant
from core.lists import Listing, Sort, Tab
from notifications.staffbox.kinds import KINDS
from notifications.staffbox.models import StaffNotice
from notifications.staffbox.queries import search_notices


class StaffNoticeFilter(django_filters.FilterSet):  # type: ignore[misc]
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


STAFFBOX = Listing(
    sorts=[Sort("urgency", _("Urgency"), "rank")],
    tabs=[
        Tab("open", pgettext_lazy("notifications", "To do"), lambda rows: rows.open()),
        Tab("all", pgettext_lazy("notifications", "All"), lambda rows: rows, counted=False),
        Tab("done", pgettext_lazy("notifications", "Done"), lambda rows: rows.over(), counted=False),
    ],
    filters=StaffNoticeFilter,
    search=search_notices,
)
