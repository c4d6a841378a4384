"""Parcels that were lost: given up, and the same goods sent once more."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.fulfilment.actions.returned import not_back_otherwise, not_to_send, parcel_in_place_of
from ecommerce.fulfilment.events import ParcelLost
from ecommerce.fulfilment.models import ParcelCase, Shipment, ShipmentLine
from ecommerce.inventory.actions import ship, write_off_returned
from ecommerce.inventory.bundles import hold_levels
from ecommerce.inventory.models import Warehouse
from ecommerce.orders.actions import keep_lots, lots_back
from ecommerce.orders.models import Order
from ecommerce.orders.rules import ZERO


@transaction.atomic
def replace_lost(
    case: ParcelCase,
    *,
    carrier: str = "",
    tracking_number: str = "",
    warehouse: Warehouse | None = None,
    at: datetime | None = None,
    actor: Actor,
) -> Shipment:
    """Give a parcel up as lost and send the same goods in a new one, under another tracking number.

    They leave stock a second time, from where the first ones did unless another warehouse is named; the ledger tells
    the first ones as lost. The case is closed. Refuses a parcel that has arrived or was replaced before, an order that
    is not under way, goods that were paid back or are in a return, and stock that is not there.
    """
    parcels = Shipment.objects.select_for_update(of=("self",)).select_related("warehouse")
    parcel = parcels.get(pk=case.shipment_id)
    case = ParcelCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    case.shipment = parcel
    if not case.may_be_replaced:
        sentence = _("Parcel %(parcel)s is not missing, or it is settled already.") % {"parcel": parcel}
        raise Refused("parcel_not_lost", sentence, status=409)
    order = Order.objects.select_for_update(of=("self",)).select_related("merchant").get(pk=parcel.order_id)
    if order.state not in (Order.State.SHIPPED, Order.State.PARTLY_SHIPPED):
        raise not_to_send(order)
    lines = list(parcel.lines.select_related("order_line__variant").order_by("pk"))
    not_back_otherwise(order, lines)
    _not_paid_back(order, lines)
    place = warehouse or parcel.warehouse
    _take_again(order, parcel, lines, place, actor=actor)
    Shipment.objects.filter(pk=parcel.pk).update(lost_at=timezone.now(), state=Shipment.State.EXCEPTION)
    fact = ParcelLost(
        order_id=order.pk,
        number=order.number,
        shipment_id=parcel.pk,
        customer_id=order.customer_id,
        parcel=str(parcel),
        units=sum(line.quantity for line in lines),
    )
    record(fact, actor=actor, subject=order, changes={"parcel": (parcel.state, Shipment.State.EXCEPTION)})
    return parcel_in_place_of(
        parcel, order, lines, carrier=carrier, tracking_number=tracking_number, place=place, at=at, actor=actor
    )


def _not_paid_back(order: Order, lines: list[ShipmentLine]) -> None:
    """Refuse goods that the buyer has the money of: they would get both."""
    if order.is_charged and order.refundable <= ZERO:
        raise Refused("order_refunded", _("All of order %(number)s was refunded.") % {"number": order.number})
    for line in lines:
        if line.order_line.refunded_quantity + line.quantity > line.order_line.quantity:
            sentence = _("“%(title)s” of this parcel was refunded.") % {"title": line.order_line.title}
            raise Refused("units_refunded", sentence, status=409)


def _take_again(
    order: Order, parcel: Shipment, lines: list[ShipmentLine], place: Warehouse | None, *, actor: Actor
) -> None:
    """The first goods are lost, the same ones leave once more: each in its lots."""
    hold_levels(line.order_line.variant for line in lines)
    reference = f"{order.number} / {parcel}"[:80]
    with override(order.merchant.language):
        note = _("Lost on the way")
    for line in sorted(lines, key=lambda line: line.order_line.variant_id or 0):  # the one order stock is touched in
        variant, units = line.order_line.variant, line.quantity
        if variant is None:
            continue
        lots = lots_back(line.order_line, units)
        write_off_returned(
            variant, units, warehouse=parcel.warehouse, lots=lots, reference=reference, note=note, actor=actor
        )
        keep_lots(
            line.order_line, ship(variant, units, reserved=0, reference=order.number, actor=actor, warehouse=place)
        )
