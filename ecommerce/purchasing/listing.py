"""The lists of buying: their views, orders and search."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.lists import Listing, Sort, Tab
from ecommerce.purchasing import rules
from ecommerce.purchasing.filters import PurchaseFilters, ScoreFilters, SupplierFilters
from ecommerce.purchasing.queries import search_prices, search_purchases, search_suppliers

TABS = [
    Tab("in-use", pgettext_lazy("suppliers", "In use"), lambda rows: rows.in_use()),
    Tab("archived", _("Archived"), lambda rows: rows.archived()),
    Tab("all", _("All"), lambda rows: rows),
]

SUPPLIERS = Listing(
    tabs=TABS,
    sorts=[
        Sort("name", _("Name"), "name"),
        Sort("code", _("Short name"), "code"),
        Sort("created", _("Newest"), "created_at", descending=True),
    ],
    filters=SupplierFilters,
    search=search_suppliers,
)

# What is worth a look stands first: late, short and dear ones, and those that much hangs on.
SCORES = Listing(
    tabs=TABS,
    sorts=[
        Sort("name", _("Name"), "name"),
        Sort("receipts", _("Receipts"), "receipts", descending=True),
        Sort("on-time", pgettext_lazy("supplier", "On time"), "on_time"),
        Sort("complete", pgettext_lazy("supplier", "Complete"), "complete"),
        Sort("passed", _("Pass rate"), "passed"),
        Sort("lead", _("Lead time"), "lead"),
        Sort("prices", _("Price moves"), "price_move", descending=True),
        Sort("share", _("Share of buying"), "share", descending=True),
        Sort("sole", _("No other source"), "sole", descending=True),
    ],
    filters=ScoreFilters,
    search=search_suppliers,
)

PRICES = Listing(
    tabs=[
        Tab("all", pgettext_lazy("prices", "All"), lambda rows: rows),
        Tab("sole", pgettext_lazy("prices", "No other source"), lambda rows: rows.filter(has_other=False)),
    ],
    sorts=[
        Sort("sku", _("SKU"), "variant__sku"),
        Sort("product", _("Product"), "variant__product__title"),
        Sort("price", _("Price"), "price"),
    ],
    search=search_prices,
)


def _late(rows: Any) -> Any:
    """By the day it is where the merchant is."""
    return rows.late(timezone.localdate())


PURCHASES = Listing(
    tabs=[
        Tab("all", _("All"), lambda rows: rows),
        Tab("draft", pgettext_lazy("purchase orders", "Drafts"), lambda rows: rows.filter(state=rules.DRAFT)),
        Tab("sent", pgettext_lazy("purchase orders", "Sent"), lambda rows: rows.filter(state=rules.SENT), sort="due"),
        Tab(
            "partly",
            pgettext_lazy("purchase orders", "Partly received"),
            lambda rows: rows.filter(state=rules.PARTLY),
            sort="due",
        ),
        Tab("late", pgettext_lazy("purchase orders", "Late"), _late, sort="due"),
        Tab("closed", pgettext_lazy("purchase orders", "Closed"), lambda rows: rows.filter(state=rules.CLOSED)),
        Tab(
            "cancelled", pgettext_lazy("purchase orders", "Cancelled"), lambda rows: rows.filter(state=rules.CANCELLED)
        ),
    ],
    sorts=[
        Sort("created", _("Newest"), "created_at", descending=True),
        Sort("due", _("Expected on"), "due"),
        Sort("supplier", _("Supplier"), "supplier__name"),
        Sort("units", _("Units"), "units", descending=True),
    ],
    filters=PurchaseFilters,
    search=search_purchases,
)
