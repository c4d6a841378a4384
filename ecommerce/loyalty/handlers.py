"""What orders do to the points of their buyers."""

from __future__ import annotations

from accounts.activity.models import Activity
from core.actors import SYSTEM
from core.events import handles
from ecommerce.loyalty.actions import earn_points, take_back_points
from ecommerce.orders.events import OrderRefunded, OrdersCompleted


@handles(OrdersCompleted)
def earn(event: OrdersCompleted, activity: Activity) -> None:
    earn_points(event.order_ids, actor=SYSTEM)


@handles(OrderRefunded)
def take_back(event: OrderRefunded, activity: Activity) -> None:
    take_back_points(event.order_id, actor=SYSTEM)
