"""The list of outside series."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.calendar.models import OutsideSeries
from core.lists import Listing, Sort, Tab


def _search(rows: QuerySet[OutsideSeries], words: str) -> QuerySet[OutsideSeries]:
    return rows.filter(Q(name__icontains=words) | Q(unit__icontains=words))


SERIES = Listing(
    sorts=[Sort("name", _("Name"), "name"), Sort("kind", pgettext_lazy("outside series", "Kind"), "kind")],
    tabs=[
        Tab("all", _("All"), lambda rows: rows),
        Tab("ads", _("Advertising spend"), lambda rows: rows.filter(kind=OutsideSeries.Kind.AD_SPEND)),
        Tab("used", _("Tried in forecasts"), lambda rows: rows.filter(in_forecasts=True)),
    ],
    search=_search,
)
