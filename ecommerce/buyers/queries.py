"""What buyers see of their orders."""

from __future__ import annotations

from django.db.models import Prefetch

from ecommerce.catalog.models import Product
from ecommerce.fulfilment.models import Shipment, ShipmentLine
from ecommerce.orders.models import Order


def order_of_buyer(pk: int) -> Order | None:
    """The order with its lines, parcels and what carriers reported of them, or None."""
    parcels = Shipment.objects.order_by("shipped_at", "pk").prefetch_related(
        Prefetch("lines", ShipmentLine.objects.select_related("order_line")), "events"
    )
    orders = Order.objects.select_related("merchant", "customer")
    return orders.prefetch_related("lines", Prefetch("shipments", parcels)).filter(pk=pk).first()


def products_of(order: Order) -> list[Product]:
    """What the order holds, each product once, in the order of its lines."""
    lines = order.lines.filter(variant__isnull=False).select_related("variant__product")
    return list({line.variant.product_id: line.variant.product for line in lines if line.variant}.values())
