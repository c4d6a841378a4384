"""Calling an order off, or part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.coupons.actions import give_back_coupons
from ecommerce.inventory.actions import let_go
from ecommerce.inventory.bundles import hold_levels
from ecommerce.orders.actions.moving import days_of, give_back, locked, recount_customers, refuse, write
from ecommerce.orders.events import OrderCancelled
from ecommerce.orders.models import Order, OrderLine


def why_not_cancel(order: Order) -> Refused | None:
    """Why nothing of the order can be called off, or None."""
    if order.state == Order.State.CANCELLED:
        return refuse("already_cancelled", _("Order %(number)s is cancelled already."), order)
    if order.may_be_cancelled:
        return None
    if order.state == Order.State.ON_HOLD:
        return refuse("order_on_hold", _("Release order %(number)s first: part of it has left already."), order)
    return refuse("already_shipped", _("Order %(number)s has left already; it can only be refunded."), order)


@transaction.atomic
def cancel_order(order: Order, *, reason: str, lines: Mapping[int, int] | None = None, actor: Actor) -> Order:
    """Call off everything that has not left yet, or units of lines (line id -> units). Held stock is free again.

    No money moves: refund_order() does that, by a decision of its own. Refuses when nothing is left to call off, and
    parts of an order that is not paid.
    """
    order = locked(order)
    if refusal := why_not_cancel(order):
        raise refusal
    if not reason.strip():
        raise Refused("reason_missing", _("Say why the order is cancelled."), reason=_("Choose or write a reason."))
    return take_off(order, lines, reason=reason, actor=actor)


def take_off(order: Order, lines: Mapping[int, int] | None, *, reason: str, actor: Actor) -> Order:
    """Call off units of an order in hand. What is left decides its state: cancelled, shipped, or as it was."""
    now = timezone.now()
    open_lines = {line.pk: line for line in order.lines.select_related("variant").order_by("variant_id", "pk")}
    wanted = {pk: line.to_ship for pk, line in open_lines.items()} if lines is None else dict(lines)
    for pk, units in wanted.items():
        if pk not in open_lines:
            raise refuse("line_unknown", _("Order %(number)s has no such line."), order)
        if not 0 <= units <= open_lines[pk].to_ship:
            sentence = _("At most %(most)s of “%(title)s” can be cancelled.")
            words = {"most": open_lines[pk].to_ship, "title": open_lines[pk].title}
            raise Refused("cancel_units", sentence % words)
    taken = sum(wanted.values())
    left = sum(line.to_ship for line in open_lines.values()) - taken
    if left and order.payment_state in (Order.PaymentState.UNPAID, Order.PaymentState.FAILED):
        raise refuse("order_not_paid", _("Order %(number)s is not paid yet. Cancel all of it or none."), order)
    if not taken and open_lines:
        raise refuse("nothing_to_cancel", _("Choose what to cancel on order %(number)s."), order)
    held = {line.warehouse_id for line in open_lines.values() if line.reserved_quantity}
    hold_levels((line.variant for line in open_lines.values()), several=len(held) > 1)
    for pk, line in open_lines.items():
        units = wanted.get(pk, 0)
        if not units:
            continue
        give_back(line, line.reserved_quantity - (line.to_ship - units), reference=order.number, actor=actor)
        fits = OrderLine.objects.filter(pk=pk, quantity__gte=F("shipped_quantity") + F("cancelled_quantity") + units)
        if not fits.update(cancelled_quantity=F("cancelled_quantity") + units):
            raise refuse("changed_meanwhile", _("Order %(number)s changed a moment ago. Look at it again."), order)
    whole = not left and not any(line.shipped_quantity for line in open_lines.values())
    old = order.state
    if whole:
        let_go(order.number)
        give_back_coupons(order.number, stands=_any_stands, actor=actor)
        write(order, state=Order.State.CANCELLED, cancelled_at=now, cancel_reason=reason.strip()[:200])
    elif not left and order.state == Order.State.PARTLY_SHIPPED:
        last = order.shipments.aggregate(at=Max("shipped_at"))["at"]
        write(order, state=Order.State.SHIPPED, shipped_at=last or now)
    else:
        write(order)
    recount_customers([order.customer_id])
    record(
        OrderCancelled(
            order_id=order.pk,
            number=order.number,
            days=days_of(order, now),
            whole=whole,
            units=taken,
            reason=reason.strip()[:200],
            customer_id=order.customer_id,
        ),
        actor=actor,
        subject=order,
        changes={"state": (old, order.state)},
    )
    return order


@transaction.atomic
def end_unreached(order: Order, *, reason: str, actor: Actor) -> Order:
    """Nothing of a shipped order reached its buyer and all of it is back: it is called off as a whole.

    Stock and money stay as they are: fulfilment, which knows the parcels, has settled them. Refuses other states.
    """
    order = locked(order)
    if order.state != Order.State.SHIPPED:
        raise refuse("order_not_shipped", _("Order %(number)s is %(state)s; nothing of it is on its way."), order)
    now, reason = timezone.now(), reason.strip()[:200]
    write(order, state=Order.State.CANCELLED, cancelled_at=now, cancel_reason=reason)
    give_back_coupons(order.number, stands=_any_stands, actor=actor)
    recount_customers([order.customer_id])
    record(
        OrderCancelled(
            order_id=order.pk,
            number=order.number,
            days=days_of(order, now),
            whole=True,
            units=sum(order.lines.values_list("shipped_quantity", flat=True)),
            reason=reason,
            customer_id=order.customer_id,
        ),
        actor=actor,
        subject=order,
        changes={"state": (Order.State.SHIPPED, order.state)},
    )
    return order


def _any_stands(numbers: Sequence[str]) -> bool:
    """Whether any order of these numbers is not called off."""
    return Order.objects.filter(number__in=numbers).exclude(state=Order.State.CANCELLED).exists()
