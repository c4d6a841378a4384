"""The stock list and the ledger of a variant: their views, orders and search."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.saved.lists import Column, SavedList, declare
from core.lists import Listing, Sort, Tab
from ecommerce.inventory.filters import CountFilters, LotFilters, MoveFilters, StockFilters, TransferFilters
from ecommerce.inventory.ledger import search_moves
from ecommerce.inventory.lots import search_lots
from ecommerce.inventory.models import StockCount, Transfer
from ecommerce.inventory.queries import (
    differing,
    never_counted,
    running_low,
    search_lines,
    search_stock,
    search_transfers,
    sold_out,
    to_count,
)

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

MOVES = Listing(sorts=[Sort("at", _("Time"), "at", descending=True)], filters=MoveFilters, search=search_moves)

WAREHOUSES = Listing(sorts=[Sort("name", _("Name"), "name")])

TRANSFERS = Listing(
    tabs=[
        Tab("all", _("All"), lambda rows: rows),
        Tab("draft", pgettext_lazy("transfers", "Drafts"), lambda rows: rows.filter(state=Transfer.State.DRAFT)),
        Tab("sent", pgettext_lazy("transfer", "In transit"), lambda rows: rows.filter(state=Transfer.State.SENT)),
    ],
    sorts=[
        Sort("created", _("Newest"), "created_at", descending=True),
        Sort("units", _("Units"), "units", descending=True),
    ],
    filters=TransferFilters,
    search=search_transfers,
)

LOTS = Listing(
    tabs=[
        Tab("stock", pgettext_lazy("lots", "In stock"), lambda rows: rows.filter(units__gt=0)),
        Tab("gone", pgettext_lazy("lots", "Used up"), lambda rows: rows.filter(units=0)),
        Tab("all", _("All"), lambda rows: rows),
    ],
    sorts=[
        Sort("expires", _("Expiry date"), "keeps_until"),
        Sort("received", _("Received on"), "lot__received_on", descending=True),
        Sort("units", _("Units"), "units", descending=True),
    ],
    filters=LotFilters,
    search=search_lots,
)

LOT_MOVES = Listing(sorts=[Sort("at", _("Time"), "at", descending=True)])

COUNTS = Listing(
    tabs=[
        Tab("all", _("All"), lambda rows: rows),
        Tab("open", pgettext_lazy("stock count", "Counting"), lambda rows: rows.filter(state=StockCount.State.OPEN)),
    ],
    sorts=[Sort("created", _("Newest"), "created_at", descending=True)],
    filters=CountFilters,
    search=lambda rows, words: rows.filter(number__icontains=words),
)

COUNT_LINES = Listing(
    tabs=[
        Tab("todo", pgettext_lazy("stock count", "To count"), to_count),
        Tab("differing", pgettext_lazy("stock count", "Differences"), differing),
        Tab("all", _("All"), lambda rows: rows),
    ],
    sorts=[
        Sort("sku", _("SKU"), "variant__sku"),
        Sort("off", pgettext_lazy("stock count", "Difference"), "off_by", descending=True),
    ],
    search=search_lines,
)

# Of the counters of a blind count, who must not learn the differences.
BLIND_LINES = Listing(tabs=[COUNT_LINES.tabs[0], COUNT_LINES.tabs[2]], sorts=COUNT_LINES.sorts[:1], search=search_lines)
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
            Column("class", _("Class")),
        ],
    )
)
