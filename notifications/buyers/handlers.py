"""Facts about an order that its buyer is told. Each may be handled twice: a mail is written once per fact."""

from __future__ import annotations

from decimal import Decimal

from accounts.activity.models import Activity
from core.events import handles
from ecommerce.fulfilment.events import OrderShipped
from ecommerce.fulfilment.models import Shipment
from ecommerce.orders.events import OrderDelivered, OrderRefunded
from ecommerce.orders.models import Order
from notifications.buyers.letters import write_to_buyer


def _order(pk: int) -> Order | None:
    found: Order | None = Order.objects.select_related("customer", "merchant").filter(pk=pk).first()
    return found


@handles(OrderShipped)
def shipped(event: OrderShipped, activity: Activity) -> None:
    order = _order(event.order_id)
    parcel = Shipment.objects.prefetch_related("lines__order_line").filter(pk=event.shipment_id).first()
    if order is None or parcel is None:
        return
    values = {"parcel": parcel, "lines": list(parcel.lines.all()), "is_whole": event.whole}
    write_to_buyer(order, "shipped", values=values, dedupe=f"buyer:{activity.pk}:shipped")


@handles(OrderDelivered)
def delivered(event: OrderDelivered, activity: Activity) -> None:
    order = _order(event.order_id)
    if order is not None:
        write_to_buyer(order, "delivered", values={}, dedupe=f"buyer:{activity.pk}:delivered")


@handles(OrderRefunded)
def refunded(event: OrderRefunded, activity: Activity) -> None:
    order = _order(event.order_id)
    if order is None:
        return
    values = {"amount": Decimal(event.amount), "currency": event.currency}
    write_to_buyer(order, "refunded", values=values, dedupe=f"buyer:{activity.pk}:refunded")
