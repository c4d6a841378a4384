"""The list of forecast runs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.forecasts.models import ForecastRun, Measure
from core.lists import Listing, Sort, Tab

RUNS = Listing(
    sorts=[
        Sort("made", _("Made"), "made_at", descending=True),
        Sort("by", pgettext_lazy("forecast run", "By"), "actor_label"),
    ],
    tabs=[
        Tab("all", _("All"), lambda rows: rows),
        Tab("sales", Measure.SALES_VALUE.label, lambda rows: rows.filter(measure=Measure.SALES_VALUE)),
        Tab("orders", Measure.ORDERS.label, lambda rows: rows.filter(measure=Measure.ORDERS)),
        Tab("refused", _("Not possible"), lambda rows: rows.filter(outcome=ForecastRun.Outcome.REFUSED)),
    ],
)
