"""The columns of exported orders: read as plain values, many at a time, so that a year of orders streams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.exports import clock
from ecommerce.orders.models import Channel, Order, OrderLine, OrderQuerySet

BLOCK = 2000


def head() -> list[str]:
    """The names of the columns, in the language of the reader."""
    return [
        _("Order"), _("Channel"), _("Id on the channel"), _("Placed"), _("State"), _("Payment"), _("Buyer"),
        _("E-mail"), _("Phone"), _("City"), _("Region"), _("Country"), _("Items"), _("Lines"), _("Subtotal"),
        _("Discount"), _("Shipping"), _("Tax"), _("Total"), _("Paid"), _("Refunded"), _("Currency"), _("Ship by"),
        _("Shipped"), _("Delivered"), _("Cancelled"), _("Reason"),
    ]  # fmt: skip


def rows(orders: OrderQuerySet, zone: ZoneInfo) -> Iterator[list[Any]]:
    """One row an order, in the order of `orders`, times as clocks in `zone` have them."""
    channels = {key: str(label) for key, label in Channel.choices}
    states = {key: str(label) for key, label in Order.State.choices}
    payments = {key: str(label) for key, label in Order.PaymentState.choices}
    time = clock(zone)
    found = orders.values_list(
        "pk", "number", "channel", "external_id", "placed_at", "state", "payment_state",
        "buyer_name", "buyer_email", "buyer_phone", "ship_city", "ship_region", "ship_country", "units",
        "subtotal", "discount", "shipping_fee", "tax", "total", "paid_total", "refunded_total", "currency",
        "ship_by", "shipped_at", "delivered_at", "cancelled_at", "cancel_reason",
    ).iterator(chunk_size=BLOCK)  # fmt: skip
    while block := list(islice(found, BLOCK)):
        bought = _bought([row[0] for row in block])
        for pk, number, channel, external_id, placed_at, state, payment, *rest in block:
            ship_by, shipped_at, delivered_at, cancelled_at, reason = rest[-5:]
            yield [
                number, channels.get(channel, channel), external_id, time(placed_at), states.get(state, state),
                payments.get(payment, payment), *rest[:7], bought.get(pk, ""), *rest[7:-5], time(ship_by),
                time(shipped_at), time(delivered_at), time(cancelled_at), reason,
            ]  # fmt: skip


def _bought(orders: list[int]) -> dict[int, str]:
    """What is in each order: "SKU × 2; Title × 1"."""
    lines = OrderLine.objects.filter(order__in=orders).order_by("order", "position", "pk")
    found: dict[int, list[str]] = defaultdict(list)
    for order, sku, title, quantity in lines.values_list("order_id", "sku", "title", "quantity"):
        found[order].append(f"{sku or title} × {quantity}")
    return {order: "; ".join(texts) for order, texts in found.items()}
