"""The daily way of an order: confirm, pack, hold, send, arrive, close."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.inventory.actions import ship
from ecommerce.inventory.bundles import hold_levels
from ecommerce.inventory.models import Warehouse
from ecommerce.orders.actions.lots import keep_lots
from ecommerce.orders.actions.moving import days_of, lines_to_stock, locked, refuse, reserve_for, write
from ecommerce.orders.events import (
    OrderConfirmed,
    OrderDelivered,
    OrderHeld,
    OrderNoted,
    OrderPacked,
    OrderReleased,
    OrdersCompleted,
)
from ecommerce.orders.models import Order, OrderLine, OrderNote


def why_not_confirm(order: Order) -> Refused | None:
    """Why the order cannot be confirmed, or None."""
    if order.confirmed_at is not None:
        return refuse("already_confirmed", _("Order %(number)s is confirmed already."), order)
    if not order.may_be_confirmed:
        return refuse("order_not_new", _("Order %(number)s is %(state)s; only new orders are confirmed."), order)
    return None


def why_not_pack(order: Order) -> Refused | None:
    """Why the order cannot be marked as packed, or None."""
    if order.state == Order.State.PACKED:
        return refuse("already_packed", _("Order %(number)s is packed already."), order)
    if order.state == Order.State.PLACED:
        return refuse("order_not_paid", _("Order %(number)s is not paid yet."), order)
    if order.state == Order.State.ON_HOLD:
        return refuse("order_on_hold", _("Order %(number)s is on hold. Release it first."), order)
    if not order.may_be_packed:
        return refuse("order_not_to_pack", _("Order %(number)s is %(state)s; it cannot be packed."), order)
    return None


def why_not_hold(order: Order) -> Refused | None:
    """Why work on the order cannot be stopped, or None."""
    if order.state == Order.State.ON_HOLD:
        return refuse("already_on_hold", _("Order %(number)s is on hold already."), order)
    if not order.may_be_held:
        return refuse("order_not_open", _("Order %(number)s is %(state)s; there is nothing to hold."), order)
    return None


def why_not_release(order: Order) -> Refused | None:
    """Why work on the order cannot go on, or None."""
    if not order.may_be_released:
        return refuse("order_not_on_hold", _("Order %(number)s is not on hold."), order)
    return None


def why_not_ship(order: Order) -> Refused | None:
    """Why nothing of the order can leave, or None."""
    if order.may_be_shipped:
        return None
    if order.state == Order.State.PLACED:
        return refuse("order_not_paid", _("Order %(number)s is not paid yet, so it cannot be shipped."), order)
    if order.state == Order.State.ON_HOLD:
        return refuse("order_on_hold", _("Order %(number)s is on hold. Release it first."), order)
    return refuse("nothing_to_ship", _("Order %(number)s is %(state)s; nothing is left to ship."), order)


@transaction.atomic
def confirm_order(order: Order, *, actor: Actor) -> Order:
    """The merchant has seen the order and takes it."""
    order = locked(order)
    if refusal := why_not_confirm(order):
        raise refusal
    write(order, confirmed_at=timezone.now())
    record(OrderConfirmed(order_id=order.pk, number=order.number), actor=actor, subject=order)
    return order


@transaction.atomic
def pack_order(order: Order, *, actor: Actor) -> Order:
    """The order is packed and waits for the carrier."""
    order = locked(order)
    if refusal := why_not_pack(order):
        raise refusal
    write(order, state=Order.State.PACKED, packed_at=timezone.now())
    record(
        OrderPacked(order_id=order.pk, number=order.number),
        actor=actor,
        subject=order,
        changes={"state": (Order.State.PAID, Order.State.PACKED)},
    )
    return order


@transaction.atomic
def hold_order(order: Order, *, reason: str, actor: Actor) -> Order:
    """Stop work on the order until it is released. Stock stays reserved and the deadline stays."""
    order = locked(order)
    if refusal := why_not_hold(order):
        raise refusal
    if not reason.strip():
        raise Refused("reason_missing", _("Say why the order waits."), reason=_("Choose or write a reason."))
    old = order.state
    write(order, state=Order.State.ON_HOLD, state_before_hold=old, hold_reason=reason.strip()[:200])
    record(
        OrderHeld(order_id=order.pk, number=order.number, reason=order.hold_reason),
        actor=actor,
        subject=order,
        changes={"state": (old, order.state)},
    )
    return order


@transaction.atomic
def release_order(order: Order, *, actor: Actor) -> Order:
    """Work on a held order goes on where it stopped; what was missing of a paid one is held now, if it is there."""
    order = locked(order)
    if refusal := why_not_release(order):
        raise refusal
    write(order, state=order.state_before_hold, state_before_hold="", hold_reason="")
    if order.state in Order.TO_SHIP:
        reserve_for(order, actor=actor)
    record(
        OrderReleased(order_id=order.pk, number=order.number),
        actor=actor,
        subject=order,
        changes={"state": (Order.State.ON_HOLD, order.state)},
    )
    return order


@transaction.atomic
def ship_lines(
    order: Order,
    *,
    units: Mapping[int, int] | None = None,
    warehouse: Warehouse | None = None,
    at: datetime,
    actor: Actor,
) -> tuple[Order, dict[int, int], int | None]:
    """Take units of lines (line id -> units; None for all that is left) out of stock and off the list of things to do.

    A parcel leaves from one warehouse: the one named, else the one that holds the units. Of an order that is held in
    several, None stands for what the warehouse named holds. Returns the order, what was taken, and from where (None:
    from the default warehouse, or nothing was counted). The parcel itself is the business of fulfilment, which tells of
    it. Refuses more than is left, orders that are not ready, units of several warehouses, and stock that is not there.
    """
    order = locked(order)
    if refusal := why_not_ship(order):
        raise refusal
    lines = {line.pk: line for line in order.lines.all()}
    wanted = _all_left(lines.values(), warehouse) if units is None else dict(units)
    for pk, count in wanted.items():
        if pk not in lines:
            raise refuse("line_unknown", _("Order %(number)s has no such line."), order)
        if not 0 <= count <= lines[pk].to_ship:
            words = {"most": lines[pk].to_ship, "title": lines[pk].title}
            sentence = _("At most %(most)s of “%(title)s” can be shipped.") % words
            raise Refused("ship_units", sentence, status=422, **{f"units_{pk}": sentence})
    wanted = {pk: count for pk, count in wanted.items() if count}
    if not wanted:
        raise refuse("nothing_chosen", _("Choose what is in the parcel."), order)
    stocked = [line for line in lines_to_stock(order) if wanted.get(line.pk)]
    place = warehouse or _held_in(order, stocked)
    several = place is not None and any(line.warehouse_id not in (None, place.pk) for line in stocked)
    hold_levels((line.variant for line in stocked), several=several)
    for line in stocked:
        count = wanted[line.pk]
        if line.variant is not None:
            reserved = min(count, line.reserved_quantity)
            lots = ship(
                line.variant, count, reserved=reserved, reference=order.number, actor=actor, warehouse=place,
                held_in=line.warehouse_id if reserved else None,
            )  # fmt: skip
            OrderLine.objects.filter(pk=line.pk).update(reserved_quantity=F("reserved_quantity") - reserved)
            keep_lots(line, lots)
    for pk, count in wanted.items():
        fits = OrderLine.objects.filter(pk=pk, quantity__gte=F("shipped_quantity") + F("cancelled_quantity") + count)
        if not fits.update(shipped_quantity=F("shipped_quantity") + count):
            raise refuse("changed_meanwhile", _("Order %(number)s changed a moment ago. Look at it again."), order)
    left = sum(line.to_ship for line in lines.values()) - sum(wanted.values())
    if left:
        write(order, state=Order.State.PARTLY_SHIPPED)
    else:
        write(order, state=Order.State.SHIPPED, shipped_at=at)
    return order, wanted, place.pk if place is not None else None


def _all_left(lines: Iterable[OrderLine], warehouse: Warehouse | None) -> dict[int, int]:
    """What is left to ship; of lines held in several warehouses what the named one holds."""
    left = [line for line in lines if line.to_ship]
    held = {line.warehouse_id for line in left if line.reserved_quantity}
    if warehouse is not None and len(held) > 1 and warehouse.pk in held:
        left = [line for line in left if line.reserved_quantity and line.warehouse_id == warehouse.pk]
    return {line.pk: line.to_ship for line in left}


def _held_in(order: Order, lines: Iterable[OrderLine]) -> Warehouse | None:
    """The warehouse that holds units of these lines, None for the default one. Refuses several: they are no parcel."""
    held = {line.warehouse_id for line in lines if line.reserved_quantity and line.warehouse_id is not None}
    if not held:
        return None
    places = list(Warehouse.objects.filter(pk__in=held).order_by("-is_default", "name", "pk"))
    if len(places) > 1:
        sentence = _("Order %(number)s is held in several warehouses (%(places)s). Send a parcel from each of them.")
        names = ", ".join(map(str, places)).replace("%", "%%")
        raise refuse("several_warehouses", sentence.replace("%(places)s", names), order)
    return None if places[0].is_default else places[0]


@transaction.atomic
def mark_delivered(order: Order, *, at: datetime, actor: Actor) -> Order:
    """All parcels of the order have arrived. Refuses an order of which something is still to be shipped."""
    order = locked(order)
    if not order.may_become(Order.State.DELIVERED):
        raise refuse("order_not_shipped", _("Order %(number)s is %(state)s; it cannot be delivered yet."), order)
    write(order, state=Order.State.DELIVERED, delivered_at=at)
    record(
        OrderDelivered(order_id=order.pk, number=order.number, days=days_of(order), customer_id=order.customer_id),
        actor=actor,
        subject=order,
        changes={"state": (Order.State.SHIPPED, order.state)},
    )
    return order


@transaction.atomic
def complete_orders(*, delivered_before: datetime, limit: int = 1000, actor: Actor) -> int:
    """Close orders that arrived before a moment. Returns how many; call again while it returns `limit`."""
    ripe = Order.objects.filter(state=Order.State.DELIVERED, delivered_at__lt=delivered_before).order_by("pk")
    ids = list(ripe.values_list("pk", flat=True)[:limit])
    now = timezone.now()
    still = Order.objects.filter(pk__in=ids, state=Order.State.DELIVERED)
    if ids and still.update(state=Order.State.COMPLETED, completed_at=now, updated_at=now):
        record(OrdersCompleted(order_ids=ids, count=len(ids)), actor=actor)
    return len(ids)


@transaction.atomic
def add_note(order: Order, *, text: str, actor: Actor) -> OrderNote:
    """A note for the team on the order's timeline."""
    text = text.strip()
    if not text:
        raise Refused("note_empty", _("Write the note first."), text=_("Write the note first."))
    if len(text) > 2000:
        sentence = _("A note has at most 2,000 characters.")
        raise Refused("note_too_long", sentence, text=sentence)
    note = OrderNote.objects.create(order=order, text=text, author_label=actor.label[:150])
    record(OrderNoted(order_id=order.pk, number=order.number, note_id=note.pk), actor=actor, subject=order)
    return note
