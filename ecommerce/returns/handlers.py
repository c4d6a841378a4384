"""What happens to returns after a fact about something else."""

from __future__ import annotations

from accounts.activity.models import Activity
from core.actors import SYSTEM
from core.events import handles
from ecommerce.orders.events import OrderCancelled
from ecommerce.returns.actions import reopen_return


@handles(OrderCancelled)
def settle_again(event: OrderCancelled, activity: Activity) -> None:
    if event.whole:
        reopen_return(event.order_id, actor=SYSTEM)
