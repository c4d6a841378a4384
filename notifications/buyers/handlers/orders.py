"""What buyers are told of their orders."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.activity.models import Activity
from accounts.jobs.queue import enqueue
from core.events import handles, moved_from
from ecommerce.fulfilment.events import OrderShipped, ParcelCasesFound, ParcelMoved
from ecommerce.fulfilment.models import ParcelCase, Shipment
from ecommerce.fulfilment.queries import last_reports
from ecommerce.orders.events import OrderConfirmed, OrderDelivered, OrderRefunded, OrdersConfirmed
from ecommerce.orders.models import Order
from ecommerce.returns.models import Return
from notifications.buyers.letters import count_invitation, may_invite, write_to_buyer
from notifications.buyers.tasks import STRETCH, write_confirmations, write_of_overdue
from notifications.texts import telling

NEWS = timedelta(days=1)  # how old a carrier's report may be to be told at all
TROUBLE = {reason.value for reason in ParcelCase.Reason}


def _order(pk: int) -> Order | None:
    found: Order | None = Order.objects.select_related("customer", "merchant").filter(pk=pk).first()
    return found


@handles(OrderConfirmed)
def confirmed(event: OrderConfirmed, activity: Activity) -> None:
    write_confirmations([event.order_id])


@handles(OrdersConfirmed)
def confirmed_together(event: OrdersConfirmed, activity: Activity) -> None:
    for start in range(0, len(event.order_ids), STRETCH):
        ids = event.order_ids[start : start + STRETCH]
        enqueue(write_confirmations, ids, key=f"buyers-confirmed:{activity.pk}:{start}")


@moved_from("notifications.buyers.handlers.shipped")
@handles(OrderShipped)
def shipped(event: OrderShipped, activity: Activity) -> None:
    order = _order(event.order_id)
    parcel = Shipment.objects.filter(pk=event.shipment_id).first()
    if order is None or parcel is None:
        return
    name = f"buyer:{activity.pk}:shipped"
    case = Return.objects.select_related("order").filter(replacement=order).first()
    if case is not None:
        write_to_buyer(order, "exchange_sent", values=telling.of_exchange(parcel, case), dedupe=name)
    else:
        write_to_buyer(order, "shipped", values=telling.of_parcel(parcel, is_whole=event.whole), dedupe=name)


@handles(ParcelMoved)
def moved(event: ParcelMoved, activity: Activity) -> None:
    """Out for delivery, once a day at most, or in trouble, once for a parcel; what is old or overtaken is no news."""
    at = datetime.fromisoformat(event.at)
    if at < timezone.now() - NEWS or event.state not in (Shipment.State.OUT_FOR_DELIVERY, Shipment.State.EXCEPTION):
        return
    order = _order(event.order_id)
    parcel = Shipment.objects.filter(pk=event.shipment_id, state=event.state).first()
    if order is None or parcel is None:
        return
    if event.state == Shipment.State.OUT_FOR_DELIVERY:
        name = f"buyer:parcel:{parcel.pk}:out_for_delivery:{order.merchant.day_of(at)}"
        write_to_buyer(order, "out_for_delivery", values=telling.of_parcel(parcel), dedupe=name)
    else:
        kind = last_reports([parcel.pk]).get(parcel.pk, ("", at))[0]
        values = telling.of_trouble(parcel, kind if kind in TROUBLE else ParcelCase.Reason.PROBLEM.value)
        write_to_buyer(order, "delayed", values=values, dedupe=f"buyer:parcel:{parcel.pk}:delayed")


@handles(ParcelCasesFound)
def found_overdue(event: ParcelCasesFound, activity: Activity) -> None:
    since = (activity.at - NEWS).isoformat()
    enqueue(write_of_overdue, event.carrier_id, since, key=f"buyers-overdue:{activity.pk}")


@moved_from("notifications.buyers.handlers.delivered")
@handles(OrderDelivered)
def delivered(event: OrderDelivered, activity: Activity) -> None:
    """News of the arrival, with the invitation to review; the invitation alone for who wants only that."""
    order = _order(event.order_id)
    if order is None:
        return
    name = f"buyer:{activity.pk}:review_invitation"
    with transaction.atomic():
        invites = may_invite(order, fact=name)
        values = telling.of_arrival(order, invites=invites)
        mail = write_to_buyer(order, "delivered", values=values, dedupe=f"buyer:{activity.pk}:delivered")
        if invites and mail is not None:
            count_invitation(order, mail, fact=name)
        elif invites:
            write_to_buyer(order, "review_invitation", values={}, dedupe=name)


@moved_from("notifications.buyers.handlers.refunded")
@handles(OrderRefunded)
def refunded(event: OrderRefunded, activity: Activity) -> None:
    order = _order(event.order_id)
    if order is not None:
        values = telling.of_refund(Decimal(event.amount), event.currency)
        write_to_buyer(order, "refunded", values=values, dedupe=f"buyer:{activity.pk}:refunded")
