"""What carriers report of parcels: one report at a time, each kept once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.fulfilment.actions.cases import cases_after
from ecommerce.fulfilment.events import ParcelDelivered, ParcelMoved
from ecommerce.fulfilment.models import ParcelCase, Shipment, TrackingEvent
from ecommerce.fulfilment.rules import STATE_OF_KIND, kind_of_report, state_of_parcel
from ecommerce.orders.actions import end_unreached, mark_delivered
from ecommerce.orders.models import Order


@transaction.atomic
def add_tracking_event(
    shipment: Shipment,
    *,
    state: str = "",
    kind: str = "",
    at: datetime,
    description: str = "",
    location: str = "",
    actor: Actor,
) -> TrackingEvent:
    """Write down a report of the carrier, named by its `kind`, or only by the parcel's `state` after it.

    The same one again is the same event, an old one never turns the clock back. The last parcel's delivery delivers
    the order; a report that tells of trouble opens a case, unless a later one has overtaken it.
    """
    return take_report(
        shipment, state=state, kind=kind, at=at, description=description, location=location, actor=actor
    )[0]


@transaction.atomic
def take_report(
    shipment: Shipment,
    *,
    state: str = "",
    kind: str = "",
    at: datetime,
    description: str = "",
    location: str = "",
    actor: Actor,
) -> tuple[TrackingEvent, bool]:
    """As add_tracking_event(); also whether the report was new."""
    now = timezone.now()
    named = kind_of_report(kind, state)
    if named not in STATE_OF_KIND:
        raise Refused(
            "state_unknown", _("A parcel cannot be “%(state)s”.") % {"state": kind or state}, state=_("Unknown.")
        )
    state = STATE_OF_KIND[named]
    if not shipment.shipped_at - timedelta(days=30) <= at <= now + timedelta(days=1):
        sentence = _("The time of a report lies between the sending of the parcel and now.")
        raise Refused("time_out_of_range", sentence, at=sentence)
    shipment = Shipment.objects.select_for_update(of=("self",)).select_related("order__merchant").get(pk=shipment.pk)
    # Rows from before there were kinds carry none; the same report sent again must find them.
    same = TrackingEvent.objects.filter(shipment=shipment, at=at, state=state, kind__in=["", named]).first()
    if same is not None:
        return same, False
    report = TrackingEvent.objects.create(
        shipment=shipment,
        at=at,
        state=state,
        kind=named,
        description=description.strip()[:200],
        location=location.strip()[:100],
    )
    old = shipment.state
    # What is reported of a parcel whose goods are in stock or in another one by now is kept and changes nothing.
    stays = shipment.is_settled and not shipment.may_turn_up
    new = old if stays else state_of_parcel(shipment.events.values_list("at", "state"), old)
    is_latest = shipment.moved_at is None or at >= shipment.moved_at
    _write(
        shipment,
        state=new,
        moved_at=at if is_latest else None,
        delivered_at=at if new == Shipment.State.DELIVERED and not shipment.delivered_at else None,
    )
    cases_after(shipment, kind=named if is_latest and new == state else "", at=at)
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
    return report, True


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
    """The order is delivered once all of it was shipped and every parcel has arrived. Safe to call again.

    One that came back holds it up until it is decided what becomes of its goods (its case is closed), and counts no
    more once they left again in another parcel. Where all came back, the order is called off. Returns whether it ended.
    """
    order = Order.objects.select_for_update(of=("self",)).select_related("merchant").get(pk=order.pk)
    parcels = set(Shipment.objects.filter(order=order, sent_again_as=None).values_list("state", flat=True))
    if order.state != Order.State.SHIPPED or not parcels or not parcels <= set(Shipment.ARRIVED):
        return False
    waiting = ParcelCase.objects.open().filter(shipment__order=order, reason=ParcelCase.Reason.RETURNED)
    if waiting.exists():
        return False
    if Shipment.State.DELIVERED in parcels:
        mark_delivered(order, at=at, actor=actor)
    else:
        with override(order.merchant.language):
            reason = _("Returned to sender")
        end_unreached(order, reason=reason, actor=actor)
    return True
