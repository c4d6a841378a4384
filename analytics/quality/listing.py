"""The list of listings by what mending them would be worth."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from analytics.quality.filters import QualityFilters
from analytics.quality.queries import search_quality
from core.lists import Listing, Sort, Tab
from ecommerce.catalog.models import Product

POOR, GOOD = 60, 85

QUALITIES = Listing(
    tabs=[
        Tab("all", _("All"), lambda rows: rows),
        Tab("sale", _("For sale"), lambda rows: rows.filter(product__state__in=Product.FOR_SALE)),
        Tab("poor", _("Below 60"), lambda rows: rows.filter(score__lt=POOR)),
        Tab("good", _("85 and more"), lambda rows: rows.filter(score__gte=GOOD), sort="score"),
    ],
    sorts=[
        Sort("worth", _("Worth mending"), "worth", descending=True),
        Sort("score", _("Score"), "score"),
        Sort("sales", _("Sales"), "sales", descending=True),
    ],
    filters=QualityFilters,
    search=search_quality,
)
