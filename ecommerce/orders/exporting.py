"""The columns of exported orders: read as plain values, many at a time, so that a year of orders streams."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from core.exports import Clock, clock
from core.tags import tags_of
from ecommerce.orders.models import Channel, Order, OrderLine, OrderQuerySet

BLOCK = 2000
# In the order of the columns; "pk" stands where the lines go.
_READ = (
    "number", "channel", "external_id", "placed_at", "state", "payment_state", "buyer_name", "buyer_email",
    "buyer_phone", "ship_city", "ship_region", "ship_country", "units", "pk", "subtotal", "discount", "shipping_fee",
    "tax", "total", "paid_total", "refunded_total", "currency", "ship_by", "shipped_at", "delivered_at",
    "cancelled_at", "cancel_reason", "tag_names",
)  # fmt: skip
_TIMES = ("placed_at", "ship_by", "shipped_at", "delivered_at", "cancelled_at")


def head() -> list[str]:
    """The names of the columns, in the language of the reader."""
    return [
        _("Order"), _("Channel"), _("Id on the channel"), _("Placed"), _("State"), _("Payment"), _("Buyer"),
        _("E-mail"), _("Phone"), _("City"), _("Region"), _("Country"), _("Items"), _("Lines"), _("Subtotal"),
        _("Discount"), _("Shipping"), _("Tax"), _("Total"), _("Paid"), _("Refunded"), _("Currency"), _("Ship by"),
        _("Shipped"), _("Delivered"), _("Cancelled"), _("Reason"), _("Tags"),
    ]  # fmt: skip


def rows(orders: OrderQuerySet, zone: ZoneInfo) -> Iterator[list[Any]]:
    """One row an order of order_list(), in the order of `orders`, times as clocks in `zone` have them."""
    labels = {
        _READ.index(name): {key: str(label) for key, label in choices}
        for name, choices in (
            ("channel", Channel.choices), ("state", Order.State.choices), ("payment_state", Order.PaymentState.choices)
        )
    }  # fmt: skip
    lines, tags, times = _READ.index("pk"), _READ.index("tag_names"), [_READ.index(name) for name in _TIMES]
    columns: list[Any] = list(_READ)
    shown = clock(zone)
    if connection.vendor == "postgresql":
        for place in times:
            columns[place] = Clock(_READ[place], zone)
        times = []
    found = orders.values_list(*columns).iterator(chunk_size=BLOCK)
    while block := list(islice(found, BLOCK)):
        bought = _bought([row[lines] for row in block])
        for values in block:
            row = list(values)
            for place, words in labels.items():
                row[place] = words.get(row[place], row[place])
            for place in times:
                row[place] = shown(row[place])
            row[lines] = bought.get(row[lines], "")
            row[tags] = ", ".join(tags_of(row[tags]))
            yield row


def _bought(orders: list[int]) -> dict[int, str]:
    """What is in each order: "SKU × 2; Title × 1"."""
    lines = OrderLine.objects.order_by("order_id", "position", "pk")
    if connection.vendor == "postgresql":
        # one array is read many times as quickly as thousands of parameters
        lines = lines.filter(RawSQL("order_id = ANY(%s)", [orders], output_field=BooleanField()))
    else:
        lines = lines.filter(order__in=orders)
    found: dict[int, str] = {}
    for order, sku, title, quantity in lines.values_list("order_id", "sku", "title", "quantity"):
        text = f"{sku or title} × {quantity}"
        found[order] = f"{found[order]}; {text}" if order in found else text
    return found
