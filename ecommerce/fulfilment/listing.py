"""The list of parcels: its views, sorts and search."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.lists import Listing, Sort, Tab
from ecommerce.fulfilment.filters import ShipmentFilters
from ecommerce.fulfilment.models import Shipment
from ecommerce.fulfilment.queries import search_shipments

SHIPMENTS = Listing(
    sorts=[
        Sort("shipped", _("Shipped"), "shipped_at", descending=True),
        Sort("promised", _("Promised"), "promised"),
    ],
    tabs=[
        Tab("all", pgettext_lazy("shipments", "All"), lambda rows: rows),
        Tab("under_way", pgettext_lazy("shipments", "Under way"), lambda rows: rows.under_way()),
        Tab(
            "overdue",
            pgettext_lazy("shipments", "Overdue"),
            lambda rows: rows.overdue(now=timezone.now()),
            sort="promised",
        ),
        Tab(
            "problem",
            pgettext_lazy("shipments", "Problem"),
            lambda rows: rows.filter(state=Shipment.State.EXCEPTION),
        ),
        Tab(
            "delivered",
            pgettext_lazy("shipments", "Delivered"),
            lambda rows: rows.filter(state=Shipment.State.DELIVERED),
            counted=False,
        ),
    ],
    filters=ShipmentFilters,
    search=search_shipments,
)
