"""The lists of products and of the prices they had: their views, orders and search."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.saved.lists import Column, SavedList, declare
from core.lists import Listing, Sort, Tab
from ecommerce.catalog.filters import PriceFilters, ProductFilters
from ecommerce.catalog.models import Product
from ecommerce.catalog.queries import found_products, search_price_changes, sold_out
from ecommerce.catalog.rows import COLUMNS

NOT_YET = [Product.State.DRAFT, Product.State.REVIEW]

PRODUCTS = Listing(
    tabs=[
        Tab("all", _("All"), lambda rows: rows, steady=True),
        Tab("live", _("Live"), lambda rows: rows.filter(state=Product.State.LIVE), steady=True),
        Tab("drafts", _("Drafts"), lambda rows: rows.filter(state__in=NOT_YET), steady=True),
        Tab("ageing", _("Ageing"), lambda rows: rows.filter(state=Product.State.AGEING), steady=True),
        Tab("retired", _("Retired"), lambda rows: rows.filter(state=Product.State.RETIRED), steady=True),
        Tab("sold-out", _("Sold out"), sold_out, steady=True),
    ],
    sorts=[
        Sort("created", _("Newest"), "created_at", descending=True),
        Sort("title", _("Product"), "title"),
        Sort("price", _("Price"), "price_low"),
        Sort("stock", _("Available"), "stock"),
        Sort("updated", _("Last change"), "updated_at", descending=True),
    ],
    filters=ProductFilters,
    find=found_products,
    columns=COLUMNS,
)

PRODUCT_LIST = declare(
    SavedList(
        "products",
        _("Products"),
        "products.view",
        "product-list",
        [
            Column("sku", _("SKU")),
            Column("category", _("Category")),
            Column("state", _("State")),
            Column("price", _("Price")),
            Column("available", _("Available")),
            Column("updated", _("Last change")),
            Column("tags", _("Tags"), shown=False),
        ],
    )
)

PRICES = Listing(
    sorts=[
        Sort("at", _("From"), "at", descending=True),
        Sort("price", _("Price"), "price", descending=True),
    ],
    filters=PriceFilters,
    search=search_price_changes,
)
