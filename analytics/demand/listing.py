"""The lists of outlooks and of runs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.demand.filters import OutlookFilters
from analytics.demand.models import DemandResult
from analytics.demand.queries import VISIBLE, search_outlooks
from core.lists import Listing, Sort, Tab

OUTLOOKS = Listing(
    tabs=[
        Tab("all", _("All"), lambda rows: rows),
        Tab("order", _("To order"), lambda rows: rows.to_order()),
        Tab("out", _("Running out"), lambda rows: rows.running_out()),
        Tab("moved", _("Moved most"), lambda rows: rows.filter(moved__gte=VISIBLE), sort="moved"),
        Tab("without", _("Without a forecast"), lambda rows: rows.without()),
    ],
    sorts=[
        Sort("lasts", _("Lasts until"), "lasts"),
        Sort("mean", _("Next 28 days"), "mean", descending=True),
        Sort("moved", _("Change"), "moved", descending=True),
    ],
    filters=OutlookFilters,
    search=search_outlooks,
)

RUNS = Listing(
    tabs=[
        Tab("all", _("All"), lambda rows: rows),
        Tab("live", _("Of every day"), lambda rows: rows.filter(live=True)),
        Tab("one-off", _("One-off"), lambda rows: rows.filter(live=False)),
        Tab("refused", _("Not possible"), lambda rows: rows.filter(result__outcome=DemandResult.Outcome.REFUSED)),
    ],
    sorts=[
        Sort("made", _("Made"), "made_at", descending=True),
        Sort("by", pgettext_lazy("forecast run", "By"), "actor_label"),
    ],
)
