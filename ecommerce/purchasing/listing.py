"""The lists of buying: their views, orders and search."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.lists import Listing, Sort, Tab
from ecommerce.purchasing.filters import SupplierFilters
from ecommerce.purchasing.queries import search_prices, search_suppliers

SUPPLIERS = Listing(
    tabs=[
        Tab("in-use", pgettext_lazy("suppliers", "In use"), lambda rows: rows.in_use()),
        Tab("archived", _("Archived"), lambda rows: rows.archived()),
        Tab("all", _("All"), lambda rows: rows),
    ],
    sorts=[
        Sort("name", _("Name"), "name"),
        Sort("code", _("Short name"), "code"),
        Sort("created", _("Newest"), "created_at", descending=True),
    ],
    filters=SupplierFilters,
    search=search_suppliers,
)

PRICES = Listing(
    sorts=[
        Sort("sku", _("SKU"), "variant__sku"),
        Sort("product", _("Product"), "variant__product__title"),
        Sort("price", _("Price"), "price"),
    ],
    search=search_prices,
)
