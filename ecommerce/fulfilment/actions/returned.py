"""Parcels that came back to the shop: to another address, off again in a new parcel, or back into stock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.fulfilment.actions.cases import end_cases
from ecommerce.fulfilment.actions.tracking import deliver_if_all_arrived
from ecommerce.fulfilment.events import OrderShipped, ParcelTakenBack
from ecommerce.fulfilment.models import ParcelCase, Shipment, ShipmentLine
from ecommerce.fulfilment.queries import carrier_called, promised_days
from ecommerce.fulfilment.rules import clean_tracking
from ecommerce.inventory.actions import take_back, write_off_returned
from ecommerce.inventory.bundles import hold_levels
from ecommerce.inventory.models import StockMove, Warehouse
from ecommerce.orders.actions import correct_address, lots_back, refund_order
from ecommerce.orders.models import Order
from ecommerce.orders.queries import line_worths
from ecommerce.orders.rules import ZERO


@transaction.atomic
def readdress(case: ParcelCase, *, buyer: Mapping[str, str], actor: Actor) -> Order:
    """Correct the address of the order whose parcel could not be handed over. Refuses cases it would not help."""
    case = ParcelCase.objects.select_for_update(of=("self",)).select_related("shipment__order").get(pk=case.pk)
    if not case.may_be_readdressed:
        raise Refused("step_unfit", _("This step does not fit the case."))
    return correct_address(case.shipment.order, buyer=buyer, actor=actor)


@transaction.atomic
def send_again(
    case: ParcelCase, *, carrier: str = "", tracking_number: str = "", at: datetime | None = None, actor: Actor
) -> Shipment:
    """Send the goods of a parcel that came back in a new one, under another tracking number.

    They left stock with the first parcel and are not taken twice. The case is closed. Refuses a parcel that is not
    back, whose goods left again or are in stock by now, and an order that is over.
    """
    case, parcel, order, lines = _in_hand(case)
    if parcel.is_settled:
        raise _not_here(parcel)
    if order.state in (Order.State.CANCELLED, Order.State.COMPLETED, Order.State.ON_HOLD):
        raise not_to_send(order)
    return parcel_in_place_of(
        parcel, order, lines, carrier=carrier, tracking_number=tracking_number, place=parcel.warehouse, at=at,
        actor=actor,
    )  # fmt: skip


def not_to_send(order: Order) -> Refused:
    """The refusal of an order of which nothing is sent any more, or not now."""
    words = {"number": order.number, "state": str(order.get_state_display()).lower()}
    return Refused("order_not_to_send", _("Order %(number)s is %(state)s; nothing of it is sent again.") % words)


def parcel_in_place_of(
    parcel: Shipment,
    order: Order,
    lines: list[ShipmentLine],
    *,
    carrier: str,
    tracking_number: str,
    place: Warehouse | None,
    at: datetime | None,
    actor: Actor,
) -> Shipment:
    """Write down and announce a new parcel with the lines of one that did not reach the buyer, and end its cases.

    The caller has locked both and settled what becomes of the stock. Refuses the tracking number of the first one.
    """
    number, at = clean_tracking(tracking_number), at or timezone.now()
    if number and number == parcel.tracking_number:
        sentence = _("A new parcel has a tracking number of its own.")
        raise Refused("tracking_number_used", sentence, tracking_number=sentence)
    known = carrier_called(carrier)
    days = promised_days(known, order.ship_region) if known is not None else None
    new = Shipment.objects.create(
        order=order,
        warehouse=place,
        carrier=carrier.strip()[:60],
        tracking_number=number,
        shipped_at=at,
        carried_by=known,
        promised_at=at + timedelta(days=days) if days else None,
    )
    ShipmentLine.objects.bulk_create(
        [ShipmentLine(shipment=new, order_line_id=line.order_line_id, quantity=line.quantity) for line in lines]
    )
    Shipment.objects.filter(pk=parcel.pk).update(sent_again_as=new, updated_at=timezone.now())
    end_cases(parcel, actor=actor)
    record(
        OrderShipped(
            order_id=order.pk,
            number=order.number,
            shipment_id=new.pk,
            customer_id=order.customer_id,
            carrier=new.carrier,
            tracking_number=new.tracking_number,
            units=sum(line.quantity for line in lines),
            whole=order.state != Order.State.PARTLY_SHIPPED,
            lines=[[line.order_line_id, line.quantity] for line in lines],
            again_for=parcel.pk,
        ),
        actor=actor,
        subject=order,
        changes={"parcel": (str(parcel), str(new))},
    )
    return new


@transaction.atomic
def take_in(case: ParcelCase, *, restock: Mapping[int, int] | None = None, refund: bool, actor: Actor) -> Order:
    """Take the goods of a parcel that came back: `restock` says how many units of which line (id of the parcel's line)
    go to the shelf, None all of them; the others are written off. With `refund` the buyer gets back what they paid for
    them, and all that is left of the payment where nothing else of the order is with them or still to be sent.

    The case is closed, and an order of which nothing reached the buyer ends. Of a lost parcel that came to light
    nothing is paid back, for others went out in its place, and nobody knows the lots. Refuses as send_again() does.
    """
    case, parcel, order, lines = _in_hand(case)
    is_replaced = parcel.lost_at is not None
    shelf = {line.pk: line.quantity for line in lines} if restock is None else dict(restock)
    for line in lines:
        if not 0 <= shelf.get(line.pk, 0) <= line.quantity:
            words = {"most": line.quantity, "title": line.order_line.title}
            sentence = _("At most %(most)s of “%(title)s” can go to the shelf.") % words
            raise Refused("restock_units", sentence, status=422, **{f"restock_{line.pk}": sentence})
    hold_levels(line.order_line.variant for line in lines)
    reference = f"{order.number} / {parcel}"[:80]
    for line in sorted(lines, key=lambda line: line.order_line.variant_id or 0):  # the one order stock is touched in
        variant, good = line.order_line.variant, shelf.get(line.pk, 0)
        if variant is None:
            continue
        place, bad = parcel.warehouse, line.quantity - good
        if good:
            lots = {} if is_replaced else lots_back(line.order_line, good)
            take_back(variant, good, warehouse=place, lots=lots, reference=reference, actor=actor)
        if bad:
            lots = {} if is_replaced else lots_back(line.order_line, bad)
            write_off_returned(variant, bad, warehouse=place, lots=lots, reference=reference, actor=actor)
    Shipment.objects.filter(pk=parcel.pk).update(taken_back_at=timezone.now(), updated_at=timezone.now())
    end_cases(parcel, actor=actor)
    amount = _pay_back(order, lines, actor=actor) if refund and not is_replaced else None
    kept = sum(shelf.get(line.pk, 0) for line in lines)
    fact = ParcelTakenBack(
        order_id=order.pk,
        number=order.number,
        shipment_id=parcel.pk,
        customer_id=order.customer_id,
        restocked=kept,
        written_off=sum(line.quantity for line in lines) - kept,
        refund=amount,
    )
    record(fact, actor=actor, subject=order)
    deliver_if_all_arrived(order, at=timezone.now(), actor=actor)
    return Order.objects.select_related("merchant").get(pk=order.pk)


def _in_hand(case: ParcelCase) -> tuple[ParcelCase, Shipment, Order, list[ShipmentLine]]:
    """The case, its parcel and its order, each locked, and what is in the parcel. Refuses where it is not here."""
    # The parcel before the order, as reports of carriers take them.
    parcels = Shipment.objects.select_for_update(of=("self",)).select_related("warehouse")
    parcel = parcels.get(pk=case.shipment_id)
    case = ParcelCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    case.shipment = parcel
    if not case.may_be_settled:
        raise _not_here(parcel)
    order = Order.objects.select_for_update(of=("self",)).select_related("merchant").get(pk=parcel.order_id)
    lines = list(parcel.lines.select_related("order_line__variant").order_by("pk"))
    if parcel.lost_at is None:
        not_back_otherwise(order, lines)
    return case, parcel, order, lines


def _not_here(parcel: Shipment) -> Refused:
    sentence = _("Parcel %(parcel)s is not here, or it is settled already.") % {"parcel": parcel}
    return Refused("parcel_not_back", sentence, status=409)


def not_back_otherwise(order: Order, lines: list[ShipmentLine]) -> None:
    """Refuse goods that came back with a return or a refund: more of them did than parcels delivered."""
    arrived = dict(
        ShipmentLine.objects.filter(shipment__order=order, shipment__state=Shipment.State.DELIVERED)
        .order_by()
        .values_list("order_line_id")
        .annotate(units=Sum("quantity"))
    )
    variants = [line.order_line.variant_id for line in lines if line.order_line.variant_id]
    moves = StockMove.objects.filter(
        reason=StockMove.Reason.RETURN, reference=order.number[:80], quantity__gt=0, variant__in=variants
    )
    taken = dict(moves.order_by().values_list("variant").annotate(units=Sum("quantity")))
    for line in lines:
        returns = line.order_line.return_lines.exclude(case__state__in=["refused", "cancelled"])
        back = (returns.aggregate(n=Sum("quantity"))["n"] or 0) + taken.get(line.order_line.variant_id or 0, 0)
        if back > arrived.get(line.order_line_id, 0):
            sentence = _("“%(title)s” of this parcel is in a return or back in stock already.")
            raise Refused("units_back", sentence % {"title": line.order_line.title}, status=409)


def _pay_back(order: Order, lines: list[ShipmentLine], *, actor: Actor) -> str | None:
    """Give back what was paid for the goods, all that is left where nothing else was kept or is to come."""
    if not order.is_charged or order.refundable <= ZERO:
        return None
    back = {line.order_line_id: line.quantity for line in lines}
    here = Shipment.objects.filter(order=order, sent_again_as=None, taken_back_at=None)
    is_all = not here.exists() and not any(line.to_ship for line in order.lines.all())
    worths = line_worths(order, refundable=True)
    left = {line.pk: line.quantity - line.refunded_quantity for line in order.lines.all()}
    units = {pk: min(count, left[pk]) for pk, count in back.items() if min(count, left[pk]) > 0}
    worth = sum((worths[pk].of(count) for pk, count in units.items()), ZERO)
    amount = order.refundable if is_all else min(worth, order.refundable)
    if amount <= ZERO:
        return None
    with override(order.merchant.language):
        reason = _("Returned to sender")
    refund_order(order, amount=amount, lines=None if is_all else units, reason=reason, actor=actor)
    return str(amount)
