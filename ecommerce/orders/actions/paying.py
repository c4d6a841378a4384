"""Money in and money back. The money itself moves at the payment provider; here is the record of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from core.actors import SYSTEM, Actor
from core.errors import Refused
from ecommerce.inventory.actions import let_go, take_back
from ecommerce.orders import rules
from ecommerce.orders.actions.handling import hold_order, why_not_hold
from ecommerce.orders.actions.invoicing import credit_refunds
from ecommerce.orders.actions.leaving import take_off
from ecommerce.orders.actions.lots import lots_back
from ecommerce.orders.actions.moving import days_of, deadline, locked, recount_customers, refuse, reserve_for, write
from ecommerce.orders.events import OrderPaid, OrderRanShort, OrderRefunded, PaymentFailed
from ecommerce.orders.models import Order, OrderLine, Payment
from ecommerce.orders.queries import line_worths
from ecommerce.orders.rules import ZERO


def why_not_pay(order: Order) -> Refused | None:
    """Why no payment of the order can come in, or None."""
    if order.may_be_paid:
        return None
    if not order.is_charged:
        return refuse("order_not_open", _("Order %(number)s is %(state)s; it can no longer be paid."), order)
    return refuse("already_paid", _("Order %(number)s is paid already."), order)


def why_not_refund(order: Order) -> Refused | None:
    """Why no money can go back, or None."""
    if not order.refundable:
        return refuse("nothing_to_refund", _("Nothing is left to refund on order %(number)s."), order)
    return None


@transaction.atomic
def take_payment(
    order: Order,
    *,
    method: str,
    reference: str = "",
    amount: Decimal | None = None,
    at: datetime | None = None,
    actor: Actor,
) -> Payment:
    """The order was paid in full: note it, hold stock for it, start the clock of its deadline.

    For a partly paid one the rest of it came in. The same `reference` again is the same payment. Refuses a second
    payment, another amount than what is owed, and orders that are cancelled. Where stock is missing what the shop has
    chosen happens in the same transaction, see run_short(): the payment is kept in any case.
    """
    order, at = locked(order), at or timezone.now()
    charges = order.payments.filter(kind=Payment.Kind.CHARGE, state=Payment.State.SUCCEEDED)
    known = charges.filter(reference=reference).first() if reference else None
    if known is not None:
        return known
    if refusal := why_not_pay(order):
        raise refusal
    owed = order.owed
    if amount is not None and amount != owed:
        sentence = _("The payment is %(amount)s, but the order comes to %(total)s.")
        raise Refused("payment_differs", sentence % {"amount": amount, "total": owed}, amount=_("Not the total."))
    payment = order.payments.create(method=method, amount=owed, reference=reference, at=at)
    held = order.state == Order.State.ON_HOLD
    old = (order.state, order.payment_state)
    paid = {"payment_state": Order.PaymentState.PAID, "paid_total": order.total}
    first = not order.is_charged
    if not first:
        write(order, **paid)
    else:
        write(
            order,
            state=Order.State.ON_HOLD if held else Order.State.PAID,
            state_before_hold=Order.State.PAID if held else "",
            paid_at=at,
            ship_by=deadline(order.merchant, at),
            **paid,
        )
    let_go(order.number)
    short = reserve_for(order, actor=actor)
    recount_customers([order.customer_id])
    record(
        OrderPaid(
            order_id=order.pk,
            number=order.number,
            days=days_of(order, at),
            payment_id=payment.pk,
            customer_id=order.customer_id,
            amount=str(payment.amount),
            currency=order.currency,
            method=method,
            short_units=short,
        ),
        actor=actor,
        subject=order,
        changes={"state": (old[0], order.state), "payment_state": (old[1], order.payment_state)},
    )
    if short:
        run_short(order, short, may_refuse=first)
    return payment


def run_short(order: Order, units: int, *, may_refuse: bool = True) -> None:
    """A paid order lacks `units`: do what the shop wants done then. The caller is in a transaction.

    Put on hold, it keeps what could be held for it. Refused, all of its payment is given back and it is cancelled, so
    that what was held for it is free; an order whose first payment was fine is held instead. A shop that lets such
    orders go on has nothing done: they wait to be shipped and are marked. The shop's rule does it, not who paid.
    """
    wish = Merchant.ShortStock
    if order.merchant.short_stock == wish.GO_ON:
        return
    refuse_it = order.merchant.short_stock == wish.REFUSE and may_refuse
    record(
        OrderRanShort(
            order_id=order.pk,
            number=order.number,
            units=units,
            outcome=str(wish.REFUSE if refuse_it else wish.HOLD),
            customer_id=order.customer_id,
        ),
        actor=SYSTEM,
        subject=order,
    )
    with override(order.merchant.language):
        reason = _("Out of stock")
    if refuse_it:
        if order.refundable:
            refund_order(order, reason=reason, actor=SYSTEM)
        take_off(locked(order), None, reason=reason, actor=SYSTEM)
    elif why_not_hold(locked(order)) is None:
        hold_order(order, reason=reason, actor=SYSTEM)


@transaction.atomic
def payment_failed(order: Order, *, method: str, reason: str, reference: str = "", actor: Actor) -> Payment:
    """The provider could not take the payment. The order waits for another try. The same reference counts once."""
    order, now = locked(order), timezone.now()
    failures = order.payments.filter(kind=Payment.Kind.CHARGE, state=Payment.State.FAILED)
    known = failures.filter(reference=reference).first() if reference else None
    if known is not None:
        return known
    if not order.may_be_paid:
        raise refuse("order_not_unpaid", _("Order %(number)s is not waiting for a payment."), order)
    payment = order.payments.create(
        state=Payment.State.FAILED, method=method, amount=order.total, reference=reference, reason=reason, at=now
    )
    old = order.payment_state
    write(order, payment_state=Order.PaymentState.FAILED)
    record(
        PaymentFailed(
            order_id=order.pk,
            number=order.number,
            payment_id=payment.pk,
            customer_id=order.customer_id,
            amount=str(payment.amount),
            currency=order.currency,
            method=method,
            reason=reason,
        ),
        actor=actor,
        subject=order,
        changes={"payment_state": (old, order.payment_state)},
    )
    return payment


@transaction.atomic
def refund_order(
    order: Order,
    *,
    reason: str,
    amount: Decimal | None = None,
    lines: Mapping[int, int] | None = None,
    shipping_fee: Decimal = ZERO,
    restock: bool = False,
    method: str = "",
    reference: str = "",
    actor: Actor,
) -> Payment:
    """Give money back: `amount`, or the worth of units of lines (line id -> units) plus `shipping_fee`; else all of it.

    Never more than is left of what was paid, and no unit twice. With `restock` the units come back: those not shipped
    are taken off the order, those shipped are booked into stock as returned.
    """
    order, now = locked(order), timezone.now()
    chosen = _chosen(order, lines or {})
    if amount is None:
        amount = order.refundable
        if lines is not None or shipping_fee:
            worths = line_worths(order, refundable=True)
            amount = sum((worths[line.pk].of(units) for line, units in chosen), shipping_fee)
    if refusal := why_not_refund(order):
        raise refusal
    if not rules.is_refundable(amount, paid=order.paid_total, refunded=order.refunded_total):
        sentence = _("Enter an amount above 0, at most %(most)s: that is what is left of the payment.") % {
            "most": order.refundable
        }
        raise Refused("refund_out_of_range", sentence, amount=sentence)
    if not reason.strip():
        raise Refused("reason_missing", _("Say why the money goes back."), reason=_("Choose or write a reason."))
    charge = order.payments.filter(kind=Payment.Kind.CHARGE, state=Payment.State.SUCCEEDED).last()
    payment = order.payments.create(
        kind=Payment.Kind.REFUND,
        method=method or (charge.method if charge else ""),
        amount=amount,
        reference=reference,
        reason=reason.strip()[:200],
        at=now,
    )
    old = order.payment_state
    refunded = order.refunded_total + amount
    whole = refunded == order.paid_total
    state = Order.PaymentState.REFUNDED if whole else Order.PaymentState.PARTLY_REFUNDED
    write(order, payment_state=state, refunded_total=refunded)
    if whole and lines is None:
        order.lines.update(refunded_quantity=F("quantity"))
    for line, units in chosen:
        OrderLine.objects.filter(pk=line.pk).update(refunded_quantity=F("refunded_quantity") + units)
    if restock:
        _bring_back(order, chosen, reason=reason, actor=actor)
    recount_customers([order.customer_id])
    credit_refunds(order, actor=actor)
    record(
        OrderRefunded(
            order_id=order.pk,
            number=order.number,
            days=days_of(order, now),
            payment_id=payment.pk,
            customer_id=order.customer_id,
            amount=str(amount),
            currency=order.currency,
            reason=payment.reason,
            whole=whole,
        ),
        actor=actor,
        subject=order,
        changes={"payment_state": (old, state), "refunded_total": (refunded - amount, refunded)},
    )
    return payment


def _chosen(order: Order, lines: Mapping[int, int]) -> list[tuple[OrderLine, int]]:
    """The lines of the order that are asked for, with units. Refuses foreign lines and units that are refunded."""
    known = {line.pk: line for line in order.lines.select_related("variant")}
    chosen = []
    for pk, units in lines.items():
        line = known.get(pk)
        if line is None:
            raise refuse("line_unknown", _("Order %(number)s has no such line."), order)
        if not 0 <= units <= line.quantity - line.refunded_quantity:
            most = line.quantity - line.refunded_quantity
            sentence = _("At most %(most)s of “%(title)s” can be refunded.") % {"most": most, "title": line.title}
            raise Refused("refund_units", sentence, status=422, **{f"units_{pk}": sentence})
        if units:
            chosen.append((line, units))
    return chosen


def _bring_back(order: Order, chosen: list[tuple[OrderLine, int]], *, reason: str, actor: Actor) -> None:
    still_here = {line.pk: min(units, line.to_ship) for line, units in chosen}
    if any(still_here.values()):
        if not order.may_be_cancelled:
            raise refuse("order_on_hold", _("Release order %(number)s first: part of it has left already."), order)
        take_off(order, {pk: units for pk, units in still_here.items() if units}, reason=reason, actor=actor)
    for line, units in chosen:
        returned = min(units - still_here[line.pk], line.shipped_quantity)
        if returned > 0 and line.variant is not None:
            take_back(line.variant, returned, lots=lots_back(line, returned), reference=order.number, actor=actor)
