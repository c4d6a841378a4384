"""One order that becomes two: a copy of it, or a part of it in an order of its own."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.coupons.actions import share_coupons
from ecommerce.coupons.queries import taken_off_by_coupons
from ecommerce.orders import rules
from ecommerce.orders.actions.moving import days_of, locked, recount_customers, refuse, write
from ecommerce.orders.actions.placing import place_order
from ecommerce.orders.events import OrderCopied, OrderDuplicated, OrderSplit, OrderSplitOff
from ecommerce.orders.models import Order, OrderCounter, OrderLine, Payment
from ecommerce.orders.rules import ZERO, BadFigures, BuyerIn, LineIn, OrderIn

# What the second order takes over from the first as it is.
SAME = (
    "merchant", "channel", "state", "state_before_hold", "hold_reason", "payment_state", "customer", "buyer_name",
    "buyer_email", "buyer_phone", "ship_to", "ship_city", "ship_region", "ship_postcode", "ship_country", "buyer_note",
    "currency", "placed_at", "confirmed_at", "paid_at", "ship_by", "promised_at", "replaces",
)  # fmt: skip


@transaction.atomic
def duplicate_order(order: Order, *, actor: Actor) -> Order:
    """A new, unpaid order of today with the same buyer, lines, prices, discounts and shipping, without its coupon."""
    lines = list(order.lines.all())
    if not lines:
        raise refuse("order_without_lines", _("Order %(number)s came without a list of items."), order)
    on_lines = sum((line.discount for line in lines), ZERO)
    copy = place_order(
        OrderIn(
            lines=[LineIn(line.sku, line.quantity, line.unit_price, line.discount, line.title) for line in lines],
            buyer=buyer_of(order),
            channel=order.channel,
            discount=max(order.discount - on_lines - taken_off_by_coupons(order.number), ZERO),
            shipping_fee=order.shipping_fee,
            tax=order.tax,
            buyer_note=order.buyer_note,
        ),
        actor=actor,
    )
    record(
        OrderDuplicated(order_id=order.pk, number=order.number, copy_id=copy.pk, copy_number=copy.number),
        actor=actor,
        subject=order,
    )
    record(
        OrderCopied(order_id=copy.pk, number=copy.number, origin_id=order.pk, origin_number=order.number),
        actor=actor,
        subject=copy,
    )
    return copy


def buyer_of(order: Order) -> BuyerIn:
    """Who ordered and where to, for another order of theirs."""
    return BuyerIn(
        name=order.buyer_name,
        email=order.buyer_email,
        phone=order.buyer_phone,
        external_id=order.customer.external_id if order.customer else "",
        address=order.ship_to,
        city=order.ship_city,
        region=order.ship_region,
        postcode=order.ship_postcode,
        country=order.ship_country,
    )


def why_not_split(order: Order) -> Refused | None:
    """Why no part of the order can become one of its own, or None."""
    if not order.may_be_edited:
        return refuse("order_not_editable", _("Order %(number)s is %(state)s. It is split before it is packed."), order)
    if order.refunded_total or any(line.cancelled_quantity for line in order.lines.all()):
        return refuse("order_settled", _("Part of order %(number)s is cancelled or refunded; it stays one."), order)
    if order.is_charged and order.paid_total != order.total:
        return refuse("payment_open", _("Settle what is still to pay or to refund on order %(number)s first."), order)
    if sum(line.quantity for line in order.lines.all()) < 2:
        return refuse("nothing_to_split", _("Order %(number)s has one item only."), order)
    return None


@transaction.atomic
def split_order(order: Order, *, lines: Mapping[int, int], actor: Actor) -> Order:
    """Move units of lines (line id -> units) into a second order, which is returned.

    It has the same buyer, state, dates and deadline. Every sum of the two is that of the one, to the cent: discounts
    and tax go with the goods, shipping stays with the first. A payment is shared: the part that covers the second
    order stands there under the same reference, so each can be refunded by itself. Stock that is held stays with the
    first order as far as it needs it; what it does not need goes along.
    """
    order = locked(order)
    if refusal := why_not_split(order):
        raise refusal
    rows = list(order.lines.order_by("position", "pk"))
    _check(order, rows, lines)
    figures = [(line.quantity, line.unit_price, line.discount) for line in rows]
    before = rules.Totals(order.subtotal, order.discount, order.shipping_fee, order.tax, order.total)
    try:
        stay, go = rules.split_figures(before, figures, [lines.get(line.pk, 0) for line in rows])
    except BadFigures:
        raise refuse("nothing_to_split", _("At least one item goes, and at least one stays."), order) from None
    second = _second(order, go)
    write(
        order,
        **vars(stay.totals),
        units=sum(line[0] for line in stay.lines),
        paid_total=stay.totals.total if order.is_charged else ZERO,
    )
    _share_lines(second, rows, stay, go)
    if order.is_charged:
        _share_payment(order, second)
    share_coupons(order.number, second.number)
    recount_customers([order.customer_id])
    _tell(order, second, actor=actor)
    return second


def _check(order: Order, rows: list[OrderLine], lines: Mapping[int, int]) -> None:
    known = {line.pk: line for line in rows}
    for pk, units in lines.items():
        if pk not in known:
            raise refuse("line_unknown", _("Order %(number)s has no such line."), order)
        if not 0 <= units <= known[pk].quantity:
            sentence = _("At most %(most)s of “%(title)s” can go.")
            sentence %= {"most": known[pk].quantity, "title": known[pk].title}
            raise Refused("split_units", sentence, status=422, **{f"units_{pk}": sentence})


def _second(order: Order, go: rules.Share) -> Order:
    second = Order(
        **{name: getattr(order, name) for name in SAME},
        **vars(go.totals),
        number=_number(order),
        units=sum(line[0] for line in go.lines),
        paid_total=go.totals.total if order.is_charged else ZERO,
        created_at=timezone.now(),
    )
    try:
        with transaction.atomic():
            second.save(force_insert=True)
    except IntegrityError as clash:
        raise Refused("changed_meanwhile", _("Somebody else does the same at this moment."), status=409) from clash
    return second


def _number(order: Order) -> str:
    """The first number with -2, -3 … that is free; a long one gives way to the shop's next."""
    OrderCounter.objects.get_or_create()
    OrderCounter.objects.select_for_update().get()
    for count in range(2, 1000):
        number = f"{order.number}-{count}"
        if len(number) <= 64 and not Order.objects.filter(number=number).exists():
            return number
    raise refuse("number_taken", _("Order %(number)s cannot be split any further."), order)


def _share_lines(second: Order, rows: list[OrderLine], stay: rules.Share, go: rules.Share) -> None:
    """Write what stays first, then what goes: a line that goes as a whole changes hands with all it holds."""
    fresh: list[OrderLine] = []
    for line, (left, _price, kept), (gone, price, moved) in zip(rows, stay.lines, go.lines, strict=True):
        if not left:
            OrderLine.objects.filter(pk=line.pk).update(order=second)
            continue
        if not gone:
            continue
        held = max(0, line.reserved_quantity - left)
        OrderLine.objects.filter(pk=line.pk).update(
            quantity=left,
            discount=kept,
            total=rules.line_total(left, price, kept),
            reserved_quantity=line.reserved_quantity - held,
        )
        fresh.append(
            OrderLine(
                order=second,
                position=line.position,
                variant_id=line.variant_id,
                sku=line.sku,
                title=line.title,
                quantity=gone,
                unit_price=price,
                discount=moved,
                total=rules.line_total(gone, price, moved),
                reserved_quantity=held,
                warehouse_id=line.warehouse_id,
            )
        )
    OrderLine.objects.bulk_create(fresh)


def _share_payment(order: Order, second: Order) -> None:
    """Move what covers the second order from the newest payments of the first, each under its own reference."""
    left: Decimal = second.total
    charges = order.payments.filter(kind=Payment.Kind.CHARGE, state=Payment.State.SUCCEEDED).order_by("-at", "-pk")
    for charge in charges:
        part = min(left, charge.amount)
        if not part:
            break
        if part == charge.amount:
            Payment.objects.filter(pk=charge.pk).update(order=second)
        else:
            second.payments.create(method=charge.method, amount=part, reference=charge.reference, at=charge.at)
            Payment.objects.filter(pk=charge.pk).update(amount=charge.amount - part)
        left -= part


def _tell(order: Order, second: Order, *, actor: Actor) -> None:
    record(
        OrderSplit(
            order_id=order.pk,
            number=order.number,
            days=days_of(order),
            other_id=second.pk,
            other_number=second.number,
            units=second.units,
            amount=str(second.total),
            currency=second.currency,
        ),
        actor=actor,
        subject=order,
        changes={"total": (order.total + second.total, order.total)},
    )
    record(
        OrderSplitOff(
            order_id=second.pk,
            number=second.number,
            origin_id=order.pk,
            origin_number=order.number,
            units=second.units,
        ),
        actor=actor,
        subject=second,
    )
