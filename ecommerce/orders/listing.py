"""The list of orders: its views, sorts and search."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.lists import Listing, Sort, Tab
from ecommerce.orders.filters import OrderFilters
from ecommerce.orders.models import Order
from ecommerce.orders.queries import search_orders
from ecommerce.orders.rows import COLUMNS

ORDERS = Listing(
    sorts=[
        Sort("placed", _("Placed"), "placed_at", descending=True),
        Sort("ship_by", _("Ship by"), "deadline"),
        Sort("total", _("Total"), "total", descending=True),
        Sort("items", _("Items"), "units", descending=True),
    ],
    tabs=[
        Tab("all", pgettext_lazy("orders", "All"), lambda rows: rows),
        Tab("to_ship", pgettext_lazy("orders", "To ship"), lambda rows: rows.to_ship(), sort="ship_by"),
        Tab("unpaid", pgettext_lazy("orders", "Unpaid"), lambda rows: rows.unpaid()),
        Tab("late", pgettext_lazy("orders", "Late"), lambda rows: rows.late(now=timezone.now()), sort="ship_by"),
        Tab("on_hold", pgettext_lazy("orders", "On hold"), lambda rows: rows.filter(state=Order.State.ON_HOLD)),
        Tab("cancelled", pgettext_lazy("orders", "Cancelled"), lambda rows: rows.filter(state=Order.State.CANCELLED)),
    ],
    filters=OrderFilters,
    search=search_orders,
    columns=COLUMNS,
)
