"""Returns for tests, made by the actions themselves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.actors import Actor
from ecommerce.fulfilment.actions import mark_parcel_delivered, ship_order
from ecommerce.models import Order, Return, Variant
from ecommerce.orders.actions import place_order
from ecommerce.returns.actions import LineIn, approve_return, receive_return, request_return
from ecommerce.returns.rules import Inspection
from tests.ecommerce.orders_kit import given, stocked

ANN = Actor("user", 1, "Ann")
BUYER = Actor("buyer", None, "Buyer")


def arrived(quantity: int = 2, variant: Variant | None = None, **fields: Any) -> Order:
    """A paid order of one line that was shipped and delivered."""
    variant = variant or stocked(price=Decimal("168.00"))
    order = place_order(given((variant, quantity), paid=True, payment_method="wechat", **fields), actor=ANN)
    parcel = ship_order(order, carrier="SF", tracking_number="SF1", actor=ANN)
    mark_parcel_delivered(parcel, actor=ANN)
    return Order.objects.get(pk=order.pk)


def wanted(order: Order, quantity: int = 1, reason: str = "damaged", details: str = "") -> list[LineIn]:
    return [LineIn(order.lines.get().pk, quantity, reason, details)]


def requested(order: Order | None = None, quantity: int = 1, *, actor: Actor = ANN, **fields: Any) -> Return:
    order = order or arrived()
    return request_return(order, lines=wanted(order, quantity), actor=actor, **fields)


def received(order: Order | None = None, quantity: int = 1, **found: int) -> Return:
    """A return that came back; all of it for the shelf unless something else was found."""
    case = approve_return(requested(order, quantity), actor=ANN)
    what = Inspection(**found) if found else Inspection(restock=quantity)
    return receive_return(case, inspected={case.lines.get().pk: what}, actor=ANN)
