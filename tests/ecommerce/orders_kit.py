"""Orders for tests, made by the actions themselves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.actors import Actor
from ecommerce.inventory.actions import set_opening_stock
from ecommerce.models import Order, StockLevel, StockMove, Variant
from ecommerce.orders.actions import (
    cancel_order,
    complete_orders,
    hold_order,
    mark_delivered,
    pack_order,
    place_order,
    ship_lines,
    take_payment,
)
from ecommerce.orders.rules import BuyerIn, LineIn, OrderIn
from tests import factories

ANN = Actor("user", 1, "Ann")


def stocked(on_hand: int = 10, **fields: Any) -> Variant:
    """A variant with units on the shelf."""
    variant = factories.VariantFactory(**fields)
    set_opening_stock(variant, on_hand, actor=ANN)
    return variant


def given(*lines: tuple[Variant | str, int], **fields: Any) -> OrderIn:
    """What comes in for an order of (variant or SKU, quantity)."""
    fields.setdefault("buyer", BuyerIn(name="Chen Yuhan", email="yuhan@example.com", city="Shanghai"))
    return OrderIn(lines=[LineIn(sku=str(one), quantity=quantity) for one, quantity in lines], **fields)


def placed(*lines: tuple[Variant | str, int], **fields: Any) -> Order:
    return place_order(given(*lines, **fields), actor=ANN)


def order_in(state: str, variant: Variant | None = None, quantity: int = 2) -> Order:
    """An order that came to `state` by the actions, with one line."""
    variant = variant or stocked()
    now = None
    order = placed((variant, quantity), paid=state not in ("placed", "cancelled"))
    if state == "packed":
        order = pack_order(order, actor=ANN)
    elif state == "partly_shipped":
        order, _, _ = ship_lines(order, units={order.lines.get().pk: 1}, at=order.placed_at, actor=ANN)
    elif state in ("shipped", "delivered", "completed"):
        order, _, _ = ship_lines(order, at=order.placed_at, actor=ANN)
        if state != "shipped":
            now = order.placed_at
            order = mark_delivered(order, at=now, actor=ANN)
        if state == "completed":
            complete_orders(delivered_before=order.updated_at, actor=ANN)
    elif state == "on_hold":
        order = hold_order(order, reason="Address unclear", actor=ANN)
    elif state == "cancelled":
        order = cancel_order(order, reason="Out of stock", actor=ANN)
    order = Order.objects.get(pk=order.pk)
    assert order.state == state
    return order


def snapshot(order: Order) -> dict[str, Any]:
    """Everything about an order and its stock that a refused action must leave as it was."""
    return {
        "order": Order.objects.filter(pk=order.pk).values().get(),
        "lines": list(order.lines.values()),
        "payments": list(order.payments.values()),
        "notes": list(order.notes.values()),
        "shipments": list(order.shipments.values()),
        "levels": list(StockLevel.objects.order_by("pk").values("variant_id", "on_hand", "reserved")),
        "moves": StockMove.objects.count(),
    }


def level_of(variant: Variant) -> tuple[int, int]:
    """(on hand, reserved)."""
    level = StockLevel.objects.get(variant=variant)
    return level.on_hand, level.reserved


def pay(order: Order) -> Order:
    take_payment(order, method="alipay", actor=ANN)
    return Order.objects.get(pk=order.pk)


CENT = Decimal("0.01")
