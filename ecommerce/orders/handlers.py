"""What happens after a fact about an order: it is looked at for what is unusual."""

from __future__ import annotations

from accounts.activity.models import Activity
from core.actors import SYSTEM
from core.events import handles
from ecommerce.orders.actions import assess_orders
from ecommerce.orders.events import OrderEdited, OrderPaid, OrderPlaced, OrdersPlaced


@handles(OrderPlaced, OrderPaid, OrderEdited)
def look_at_it(event: OrderPlaced | OrderPaid | OrderEdited, activity: Activity) -> None:
    assess_orders([event.order_id], actor=SYSTEM)


@handles(OrdersPlaced)
def look_at_them(event: OrdersPlaced, activity: Activity) -> None:
    assess_orders(event.order_ids, actor=SYSTEM)
