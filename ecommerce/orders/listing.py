"""The list of orders: its views, sorts and search."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.saved.lists import Column, SavedList, declare
from core.lists import Listing, Sort, Tab
from ecommerce.orders.filters import OrderFilters
from ecommerce.orders.finding import found_orders
from ecommerce.orders.models import Order
from ecommerce.orders.queries import search_lot_orders
from ecommerce.orders.rows import COLUMNS

HELD, CANCELLED = Order.State.ON_HOLD, Order.State.CANCELLED

ORDERS = Listing(
    sorts=[
        Sort("placed", _("Placed"), "placed_at", descending=True),
        Sort("ship_by", _("Ship by"), "deadline"),
        Sort("total", _("Total"), "total", descending=True),
        Sort("items", _("Items"), "units", descending=True),
    ],
    tabs=[
        Tab("all", pgettext_lazy("orders", "All"), lambda rows: rows, steady=True),
        Tab("to_ship", pgettext_lazy("orders", "To ship"), lambda rows: rows.to_ship(), sort="ship_by", steady=True),
        Tab("unpaid", pgettext_lazy("orders", "Unpaid"), lambda rows: rows.unpaid(), steady=True),
        Tab("late", pgettext_lazy("orders", "Late"), lambda rows: rows.late(now=timezone.now()), sort="ship_by"),
        Tab("on_hold", pgettext_lazy("orders", "On hold"), lambda rows: rows.filter(state=HELD), steady=True),
        Tab("cancelled", pgettext_lazy("orders", "Cancelled"), lambda rows: rows.filter(state=CANCELLED), steady=True),
    ],
    filters=OrderFilters,
    find=found_orders,
    columns=COLUMNS,
)

LOT_ORDERS = Listing(
    sorts=[Sort("shipped", _("Shipped"), "at", descending=True), Sort("units", _("Units"), "units", descending=True)],
    search=search_lot_orders,
)

ORDER_LIST = declare(
    SavedList(
        "orders",
        _("Orders"),
        "orders.view",
        "order-list",
        [
            Column("placed", _("Placed")),
            Column("customer", _("Customer")),
            Column("destination", _("Destination")),
            Column("channel", _("Channel")),
            Column("items", _("Items")),
            Column("total", _("Total")),
            Column("payment", _("Payment")),
            Column("delivery", pgettext_lazy("orders", "Delivery")),
            Column("ship_by", _("Ship by")),
            Column("tags", _("Tags"), shown=False),
        ],
    )
)
