"""Facts about orders and returns."""

from __future__ import annotations

from datetime import timedelta

from accounts.activity.models import Activity
from core.events import handles
from ecommerce.fulfilment.events import OrderShipped
from ecommerce.orders.events import (
    OrderCancelled,
    OrderHeld,
    OrderPaid,
    OrderPlaced,
    OrderRanShort,
    OrderReleased,
    OrdersPlaced,
    PaymentFailed,
)
from ecommerce.orders.models import Order
from ecommerce.returns.events import (
    ReturnApproved,
    ReturnCancelled,
    ReturnDueSoon,
    ReturnEscalated,
    ReturnFact,
    ReturnOverdue,
    ReturnRated,
    ReturnRefused,
    ReturnReopened,
    ReturnRepairing,
    ReturnRequested,
    ReturnSettled,
)
from ecommerce.returns.models import Return
from notifications.inbox.actions import settle, settle_like, tell
from notifications.inbox.rules import FEW_STARS
from notifications.inbox.tasks import look_at_orders, look_soon
from notifications.inbox.watch import order_is_shipped


@handles(OrderPlaced, OrdersPlaced, OrderPaid, OrderShipped, OrderCancelled, OrderHeld, OrderReleased)
def orders_moved(event: object, activity: Activity) -> None:
    look_soon(look_at_orders)


@handles(OrderShipped)
def order_left(event: OrderShipped, activity: Activity) -> None:
    """Whoever ships what is late or due has seen it: nobody else need be called."""
    if activity.actor_kind == "user":
        ship_by = Order.objects.filter(pk=event.order_id).values_list("ship_by", flat=True).first()
        order_is_shipped(ship_by)


@handles(PaymentFailed)
def payment_failed(event: PaymentFailed, activity: Activity) -> None:
    params = {
        "number": event.number,
        "amount": event.amount,
        "currency": event.currency,
        "reason": event.reason,
        "payment": event.payment_id,
    }
    tell("payment-failed", key=str(event.order_id), params=params, activity=activity, grows="payment")


@handles(OrderRanShort)
def order_ran_short(event: OrderRanShort, activity: Activity) -> None:
    params = {"number": event.number, "units": event.units, "outcome": event.outcome}
    tell("order-short", key=f"{event.order_id}:{event.outcome}", params=params, activity=activity)


@handles(OrderReleased, OrderCancelled)
def short_order_moved(event: OrderReleased | OrderCancelled, activity: Activity) -> None:
    settle("order-short", key=f"{event.order_id}:hold", by=activity)


@handles(OrderPaid, OrderCancelled)
def payment_settled(event: OrderPaid | OrderCancelled, activity: Activity) -> None:
    if isinstance(event, OrderPaid) or event.whole:
        settle("payment-failed", key=str(event.order_id), by=activity)


@handles(ReturnRequested, ReturnDueSoon, ReturnOverdue, ReturnEscalated)
def return_waits(event: ReturnFact, activity: Activity) -> None:
    """Told while it is the shop's turn, and only to those who may do what is due: answer, or settle."""
    case = Return.objects.select_related("order").filter(pk=event.return_id, state=event.state).first()
    if case is None or case.due_at is None:
        return
    params = {
        "number": case.number,
        "order": event.order_number,
        "units": event.units,
        "due": case.due_at.isoformat(),
        "state": str(case.state),
    }
    if isinstance(event, ReturnEscalated):
        tell("return-escalated", key=f"{case.pk}:{case.state}", params=params, activity=activity)
        return
    name = "requested" if isinstance(event, ReturnRequested) else "due" if isinstance(event, ReturnDueSoon) else "late"
    kind = f"return-settle-{name}" if case.state == Return.State.RECEIVED else f"return-{name}"
    tell(kind, key=str(case.pk), params=params, activity=activity)


@handles(ReturnReopened)
def return_reopened(event: ReturnReopened, activity: Activity) -> None:
    params = {
        "number": event.number,
        "order": event.order_number,
        "replacement": event.replacement,
        "due": event.due_at,
    }
    tell("return-reopened", key=str(event.return_id), params=params, activity=activity)


@handles(ReturnApproved, ReturnRefused, ReturnCancelled, ReturnRepairing, ReturnSettled)
def return_moved(event: ReturnFact, activity: Activity) -> None:
    key = str(event.return_id)
    for state in Return.OPEN:
        settle("return-escalated", key=f"{key}:{state}", by=activity)
    settle(
        "return-requested", "return-due", "return-late", "return-settle-due", "return-settle-late", key=key, by=activity
    )
    settle("return-reopened", key=key, by=activity)


@handles(OrderHeld)
def order_held(event: OrderHeld, activity: Activity) -> None:
    """A hold for want of stock is told as that."""
    short = Activity.objects.about(activity.subject_type, event.order_id).filter(kind=OrderRanShort.kind)
    if short.filter(at__gte=activity.at - timedelta(minutes=1), pk__lt=activity.pk).exists():
        return
    params = {"number": event.number, "reason": event.reason}
    tell("order-held", key=f"{event.order_id}:{activity.pk}", params=params, activity=activity)


@handles(OrderReleased, OrderCancelled)
def held_order_moved(event: OrderReleased | OrderCancelled, activity: Activity) -> None:
    if isinstance(event, OrderReleased) or event.whole:
        settle_like("order-held", beginning=f"{event.order_id}:", by=activity)


@handles(OrderCancelled)
def order_cancelled(event: OrderCancelled, activity: Activity) -> None:
    """By the buyer or a channel: what a member cancels, the shop knows."""
    if event.whole and activity.actor_kind != "user":
        params = {"number": event.number, "units": event.units, "by": activity.actor_label, "reason": event.reason}
        tell("order-cancelled", key=str(event.order_id), params=params, activity=activity)


@handles(ReturnRated)
def return_rated(event: ReturnRated, activity: Activity) -> None:
    if event.rating <= FEW_STARS:
        params = {"number": event.number, "order": event.order_number, "rating": event.rating}
        tell("return-rated", key=str(event.return_id), params=params, activity=activity)
