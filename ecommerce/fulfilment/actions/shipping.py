"""Sending parcels, and correcting who carries them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.activity.log import record
from core.actors import Actor
from ecommerce.fulfilment.events import OrderShipped, TrackingChanged
from ecommerce.fulfilment.models import Shipment, ShipmentLine
from ecommerce.fulfilment.queries import carrier_called, promised_days
from ecommerce.fulfilment.rules import clean_tracking
from ecommerce.inventory.models import Warehouse
from ecommerce.orders.actions import ship_lines
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
    """Send a parcel with units of lines (line id -> units), or with everything that is left (ship_lines).

    Stock leaves with it. Refuses what the order does not allow, more than is left, and stock that is not there; then
    nothing has changed.
    """
    at = at or timezone.now()
    before = order.state
    order, sent, place = ship_lines(order, units=units, warehouse=warehouse, at=at, actor=actor)
    known = carrier_called(carrier)
    promised_at = promised_at or order.promised_at
    if promised_at is None and known is not None and (days := promised_days(known, order.ship_region)):
        promised_at = at + timedelta(days=days)
    shipment = Shipment.objects.create(
        order=order,
        warehouse_id=place,
        carrier=carrier.strip()[:60],
        tracking_number=clean_tracking(tracking_number),
        shipped_at=at,
        carried_by=known,
        promised_at=promised_at,
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
def change_tracking(shipment: Shipment, *, carrier: str, tracking_number: str, actor: Actor) -> Shipment:
    """Correct who carries the parcel and under which number."""
    shipment = Shipment.objects.select_for_update(of=("self",)).select_related("order").get(pk=shipment.pk)
    old = (shipment.carrier, shipment.tracking_number)
    new = (carrier.strip()[:60], clean_tracking(tracking_number))
    if old == new:
        return shipment
    shipment.carried_by = carrier_called(new[0])
    Shipment.objects.filter(pk=shipment.pk).update(
        carrier=new[0], tracking_number=new[1], carried_by=shipment.carried_by, updated_at=timezone.now()
    )
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
