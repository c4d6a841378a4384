"""The stock list and the ledger of a variant: their views, orders and search."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.saved.lists import Column, SavedList, declare
from core.lists import Listing, Sort, Tab
from ecommerce.inventory.filters import MoveFilters, StockFilters
from ecommerce.inventory.queries import never_counted, running_low, search_stock, sold_out

STOCK = Listing(
    tabs=[
        Tab("all", _("All"), lambda rows: rows),
        Tab("low", _("Running low"), running_low),
        Tab("sold-out", _("Sold out"), sold_out),
        Tab("uncounted", _("Never counted"), never_counted),
    ],
    sorts=[
        Sort("sku", _("SKU"), "sku"),
        Sort("product", _("Product"), "product__title"),
        Sort("on_hand", _("On hand"), "on_hand", descending=True),
        Sort("available", _("Available"), "available"),
        Sort("sold", _("Shipped in 28 days"), "sold", descending=True),
        Sort("cover", _("Lasts"), "cover"),
    ],
    filters=StockFilters,
    search=search_stock,
)

LEDGER = Listing(sorts=[Sort("at", _("Time"), "at", descending=True)], filters=MoveFilters)

WAREHOUSES = Listing(sorts=[Sort("name", _("Name"), "name")])

STOCK_LIST = declare(
    SavedList(
        "stock",
        _("Inventory"),
        "stock.view",
        "stock-list",
        [
            Column("product", _("Product")),
            Column("on_hand", _("On hand")),
            Column("reserved", _("Reserved")),
            Column("available", _("Available")),
            Column("sold", _("Shipped in 28 days")),
            Column("cover", _("Lasts")),
        ],
    )
)
