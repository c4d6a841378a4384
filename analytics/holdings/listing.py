"""The list of figures of stock."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from analytics.holdings.filters import HoldingFilters
from analytics.holdings.queries import search_holdings
from core.lists import Listing, Sort, Tab

HOLDINGS = Listing(
    tabs=[
        Tab("all", _("All"), lambda rows: rows),
        Tab("dead", _("Dead stock"), lambda rows: rows.dead()),
        Tab("out", _("Stock-outs"), lambda rows: rows.missed(), sort="missed"),
        Tab("unpriced", _("Cost unknown"), lambda rows: rows.filter(on_hand__gt=0, worth=None), sort="sku"),
    ],
    sorts=[
        Sort("worth", _("Stock value"), "by_worth", descending=True),
        Sort("sku", _("SKU"), "variant__sku"),
        Sort("cover", _("Days of cover"), "cover"),
        Sort("turnover", _("Turnover a year"), "by_turnover"),
        Sort("idle", _("Last sale"), "idle_days", descending=True),
        Sort("out", _("Stock-out days"), "out_days", descending=True),
        Sort("missed", _("Missed margin"), "by_missed", descending=True),
    ],
    filters=HoldingFilters,
    search=search_holdings,
)
