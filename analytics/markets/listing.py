"""The list of a market's forecasts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from analytics.markets.models import Measure
from core.lists import Listing, Sort, Tab

SHARE_RUNS = Listing(
    sorts=[
        Sort("made", _("Made"), "made_at", descending=True),
        Sort("week", _("Sales known up to"), "last_week", descending=True),
    ],
    tabs=[
        Tab("all", _("All"), lambda rows: rows),
        Tab("value", Measure.VALUE.label, lambda rows: rows.filter(measure=Measure.VALUE)),
        Tab("units", Measure.UNITS.label, lambda rows: rows.filter(measure=Measure.UNITS)),
        Tab("planned", _("With your plan"), lambda rows: rows.exclude(player=None)),
        Tab("refused", _("Not possible"), lambda rows: rows.exclude(refusal="")),
    ],
)
