"""Sending parcels and following them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.fulfilment.events import OrderShipped, ParcelDelivered, ParcelMoved, TrackingChanged
from ecommerce.fulfilment.models import Shipment, ShipmentLine, TrackingEvent
from ecommerce.fulfilment.rules import clean_tracking, state_of_parcel
from ecommerce.inventory.models import Warehouse
from ecommerce.orders.actions import mark_delivered, ship_lines
from ecommerce.orders.models import Order


@transaction.atomic
def ship_order(
    order: Order,
    *,
    units: Mapping[int, int] | None = None,
    carrier: str = "",
    tracking_number: str = "",
    warehouse: Warehouse | None = None,
    promised_at: datetime | None = None,
    at: datetime | None = None,
    actor: Actor,
) -> Shipment:
    """Send a parcel with units of lines (line id -> units), or with everything that is left.

    Stock leaves with it. Refuses what the order does not allow, more than is left, and stock that is not there; then
    nothing has changed.
    """
    at = at or timezone.now()
    before = order.state
    order, sent = ship_lines(order, units=units, warehouse=warehouse, at=at, actor=actor)
    shipment = Shipment.objects.create(
        order=order,
        warehouse=warehouse,
        carrier=carrier.strip()[:60],
        tracking_number=clean_tracking(tracking_number),
        shipped_at=at,
        promised_at=promised_at or order.promised_at,
    )
    ShipmentLine.objects.bulk_create(
        [ShipmentLine(shipment=shipment, order_line_id=pk, quantity=count) for pk, count in sent.items()]
    )
    record(
        OrderShipped(
            order_id=order.pk,
            number=order.number,
            shipment_id=shipment.pk,
            customer_id=order.customer_id,
            carrier=shipment.carrier,
            tracking_number=shipment.tracking_number,
            units=sum(sent.values()),
            whole=order.state == Order.State.SHIPPED,
            lines=[[pk, count] for pk, count in sent.items()],
            days=[order.merchant.day_of(order.placed_at).isoformat(), order.merchant.day_of(at).isoformat()],
        ),
        actor=actor,
        subject=order,
        changes={"state": (before, order.state)},
    )
    return shipment


@transaction.atomic
def add_tracking_event(
    shipment: Shipment,
    *,
    state: str,
    at: datetime,
    description: str = "",
    location: str = "",
    actor: Actor,
) -> TrackingEvent:
    """Write down a report of the carrier; the same one again is the same event, an old one never turns the clock back.

    The last parcel's delivery delivers the order.
    """
    now = timezone.now()
    if state not in Shipment.State.values:
        raise Refused("state_unknown", _("A parcel cannot be “%(state)s”.") % {"state": state}, state=_("Unknown."))
    if not shipment.shipped_at - timedelta(days=30) <= at <= now + timedelta(days=1):
        sentence = _("The time of a report lies between the sending of the parcel and now.")
        raise Refused("time_out_of_range", sentence, at=sentence)
    shipment = Shipment.objects.select_for_update(of=("self",)).select_related("order__merchant").get(pk=shipment.pk)
    report, is_new = TrackingEvent.objects.get_or_create(
        shipment=shipment,
        at=at,
        state=state,
        defaults={"description": description.strip()[:200], "location": location.strip()[:100]},
    )
    if not is_new:
        return report
    old = shipment.state
    new = state_of_parcel(shipment.events.values_list("at", "state"), old)
    _write(
        shipment, state=new, delivered_at=at if new == Shipment.State.DELIVERED and not shipment.delivered_at else None
    )
    order = shipment.order
    fact: dict[str, Any] = {
        "order_id": order.pk,
        "number": order.number,
        "shipment_id": shipment.pk,
        "customer_id": order.customer_id,
        "at": at.isoformat(),
    }
    if new == Shipment.State.DELIVERED and old != new:
        record(ParcelDelivered(**fact), actor=actor, subject=order, changes={"parcel": (old, new)})
        deliver_if_all_arrived(order, at=at, actor=actor)
    else:
        moved = ParcelMoved(**fact, state=new, description=report.description, location=report.location)
        record(moved, actor=actor, subject=order, changes={"parcel": (old, new)} if old != new else None)
    return report


def _write(shipment: Shipment, **fields: object) -> None:
    values = {name: value for name, value in fields.items() if value is not None}
    Shipment.objects.filter(pk=shipment.pk).update(updated_at=timezone.now(), **values)
    for name, value in values.items():
        setattr(shipment, name, value)


def mark_parcel_delivered(shipment: Shipment, *, at: datetime | None = None, actor: Actor) -> Shipment:
    """The parcel arrived, as somebody of the shop knows. Refuses one that has arrived already."""
    if shipment.state in (Shipment.State.DELIVERED, Shipment.State.RETURNED):
        sentence = _("Parcel %(parcel)s has arrived already.") % {"parcel": shipment}
        raise Refused("already_delivered", sentence)
    add_tracking_event(shipment, state=Shipment.State.DELIVERED, at=at or timezone.now(), actor=actor)
    shipment.refresh_from_db()
    return shipment


def deliver_if_all_arrived(order: Order, *, at: datetime, actor: Actor) -> bool:
    """The order is delivered once all of it was shipped and every parcel has arrived. Safe to call again."""
    order = Order.objects.select_for_update(of=("self",)).select_related("merchant").get(pk=order.pk)
    parcels = set(Shipment.objects.filter(order=order).values_list("state", flat=True))
    arrived = Shipment.State.DELIVERED in parcels and parcels <= {Shipment.State.DELIVERED, Shipment.State.RETURNED}
    if not arrived or order.state != Order.State.SHIPPED:
        return False
    mark_delivered(order, at=at, actor=actor)
    return True


@transaction.atomic
def change_tracking(shipment: Shipment, *, carrier: str, tracking_number: str, actor: Actor) -> Shipment:
    """Correct who carries the parcel and under which number."""
    shipment = Shipment.objects.select_for_update(of=("self",)).select_related("order").get(pk=shipment.pk)
    old = (shipment.carrier, shipment.tracking_number)
    new = (carrier.strip()[:60], clean_tracking(tracking_number))
    if old == new:
        return shipment
    Shipment.objects.filter(pk=shipment.pk).update(carrier=new[0], tracking_number=new[1], updated_at=timezone.now())
    shipment.carrier, shipment.tracking_number = new
    record(
        TrackingChanged(
            order_id=shipment.order_id,
            number=shipment.order.number,
            shipment_id=shipment.pk,
            customer_id=shipment.order.customer_id,
            carrier=new[0],
            tracking_number=new[1],
        ),
        actor=actor,
        subject=shipment.order,
        changes={"carrier": (old[0], new[0]), "tracking_number": (old[1], new[1])},
    )
    return shipment
