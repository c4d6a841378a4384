"""What a change of an order means for its parcels."""

from __future__ import annotations

from django.utils import timezone

from accounts.activity.models import Activity
from core.actors import SYSTEM
from core.events import handles
from ecommerce.fulfilment.actions import deliver_if_all_arrived
from ecommerce.fulfilment.events import OrderShipped, ParcelCaseClosed, ParcelMoved
from ecommerce.fulfilment.models import ParcelCase
from ecommerce.fulfilment.tasks import foretell_soon
from ecommerce.orders.events import OrderCancelled
from ecommerce.orders.models import Order


@handles(OrderCancelled)
def close_an_order_whose_rest_was_called_off(event: OrderCancelled, activity: Activity) -> None:
    """What was left is called off and what was sent has arrived: the order is delivered."""
    order = Order.objects.filter(pk=event.order_id).first()
    if order is not None and not event.whole:
        deliver_if_all_arrived(order, at=timezone.now(), actor=SYSTEM)


@handles(ParcelCaseClosed)
def end_an_order_whose_last_parcel_is_settled(event: ParcelCaseClosed, activity: Activity) -> None:
    """A parcel that came back holds its order up until its case is closed."""
    order = Order.objects.filter(pk=event.order_id).first()
    if order is not None and event.reason == ParcelCase.Reason.RETURNED:
        deliver_if_all_arrived(order, at=timezone.now(), actor=SYSTEM)


@handles(OrderShipped, ParcelMoved)
def tell_anew_when_parcels_arrive(event: OrderShipped | ParcelMoved, activity: Activity) -> None:
    foretell_soon()
