"""New orders, one or a thousand, with few queries and each only once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record, record_each
from accounts.merchants.models import Merchant
from core.actors import Actor
from core.errors import Refused
from ecommerce.catalog.models import Variant
from ecommerce.coupons.events import CouponUsed
from ecommerce.coupons.models import Coupon
from ecommerce.inventory.actions import choose_places, hold, reserve
from ecommerce.inventory.bundles import hold_levels
from ecommerce.inventory.queries import counted_variants, hold_minutes, serving_places
from ecommerce.orders.actions.drafting import (
    Draft,
    Placed,
    fill,
    find_customers,
    find_repeats,
    find_variants,
    give_numbers,
    going,
    take_coupons,
    write_customers,
)
from ecommerce.orders.actions.moving import recount_customers
from ecommerce.orders.actions.paying import run_short
from ecommerce.orders.events import OrderPlaced, OrdersPlaced
from ecommerce.orders.models import Order, OrderCounter, OrderLine, Payment
from ecommerce.orders.rules import OrderIn

MOST = 1000


@transaction.atomic
def place_order(given: OrderIn, *, actor: Actor) -> Order:
    """Place one order; a paid one holds its stock at once.

    The same order (channel and external id) a second time is returned as it is now, or refused with "order_exists" when
    it says something else. Refuses figures that cannot be, naming the field at fault.
    """
    merchant, (draft,) = _place([given], actor=actor)
    if draft.result.refusal is not None:
        raise draft.result.refusal
    order = draft.result.order
    assert order is not None
    if draft.result.is_new:
        record(_placed(draft, merchant), actor=actor, subject=order)
        if _ran_short(draft):
            order.refresh_from_db()
    return order


@transaction.atomic
def place_orders(given: Sequence[OrderIn], *, actor: Actor) -> list[Placed]:
    """Place up to 1,000 orders with a bounded number of queries; a bad one does not stop the good ones.

    One fact says them together and is what is handled; the log of each order has its own.

    Returns what became of each, in the order given.
    """
    if len(given) > MOST:
        raise Refused("too_many", _("At most %(most)s orders at once.") % {"most": f"{MOST:,}"})
    merchant, drafts = _place(given, actor=actor)
    fresh = [draft for draft in drafts if draft.result.is_new]
    if fresh:
        new = [draft.order for draft in fresh]
        record_each(((_placed(draft, merchant), draft.order) for draft in fresh), actor=actor)
        record(
            OrdersPlaced(
                order_ids=[order.pk for order in new],
                count=len(new),
                units=sum(order.units for order in new),
                total=str(sum((order.total for order in new), Decimal(0))),
                currency=merchant.currency,
                days=sorted({merchant.day_of(order.placed_at).isoformat() for order in new}),
            ),
            actor=actor,
        )
    for draft in drafts:
        if draft.result.is_new and _ran_short(draft) and draft.result.order:
            draft.result.order.refresh_from_db()
    return [draft.result for draft in drafts]


def _placed(draft: Draft, merchant: Merchant) -> OrderPlaced:
    order = draft.order
    return OrderPlaced(
        order_id=order.pk,
        number=order.number,
        days=[merchant.day_of(order.placed_at).isoformat()],
        channel=order.channel,
        customer_id=order.customer_id,
        units=order.units,
        total=str(order.total),
        currency=order.currency,
        paid=draft.given.paid,
        short_units=draft.short_units,
    )


def _ran_short(draft: Draft) -> bool:
    """Do what the shop wants with a paid order that is not all in stock; whether something may have changed."""
    order, given = draft.result.order, draft.given
    if not draft.short_units or order is None or given.payment_method == Payment.EXCHANGE:
        return False
    run_short(order, draft.short_units)
    return True


def _place(given: Sequence[OrderIn], *, actor: Actor) -> tuple[Merchant, list[Draft]]:
    merchant = Merchant.objects.in_scope()
    # This row is the lock under which a merchant's orders are placed: no number, order or buyer comes out twice.
    OrderCounter.objects.get_or_create()
    counter = OrderCounter.objects.select_for_update().get()
    drafts = [Draft(one) for one in given]
    find_repeats(drafts)
    variants = find_variants(going(drafts))
    for draft in going(drafts):
        fill(draft, merchant, variants)
    give_numbers(going(drafts), counter)
    good = going(drafts)
    if good:
        find_customers(good, merchant)
        take_coupons(good, merchant)
        good = going(good)
    if good:
        write_customers(good)
        _insert(good, actor=actor)
    for draft in drafts:
        if draft.twin is not None:
            draft.result.order, draft.result.refusal = draft.twin.result.order, draft.twin.result.refusal
    return merchant, drafts


def _insert(drafts: list[Draft], *, actor: Actor) -> None:
    try:
        with transaction.atomic():
            Order.objects.bulk_create([draft.order for draft in drafts])
    except IntegrityError as clash:
        sentence = _("The same orders are being brought in by somebody else at this moment. Try again.")
        raise Refused("changed_meanwhile", sentence, status=409) from clash
    _hold_stock([draft for draft in drafts if draft.given.paid], actor=actor)
    _hold_unpaid([draft for draft in drafts if not draft.given.paid])
    OrderLine.objects.bulk_create([line for draft in drafts for line in draft.lines])
    Payment.objects.bulk_create([_payment(draft) for draft in drafts if draft.given.paid])
    recount_customers(draft.order.customer_id for draft in drafts)
    for draft in drafts:
        draft.result.order, draft.result.is_new = draft.order, True
        if draft.coupon is not None:
            _note_coupon(draft.order, draft.coupon, actor=actor)


def _note_coupon(order: Order, coupon: Coupon, *, actor: Actor) -> None:
    fact = CouponUsed(
        coupon_id=coupon.pk,
        code=coupon.code,
        customer_id=coupon.customer_id,
        number=order.number,
        amount=str(coupon.taken_off),
        currency=order.currency,
    )
    record(fact, actor=actor, subject=order)


def _hold_unpaid(drafts: list[Draft]) -> None:
    """Hold stock for orders that are not paid yet, where the merchant wants that and it is not over already."""
    minutes = hold_minutes() if drafts else 0
    if not minutes:
        return
    now = timezone.now()
    for draft in drafts:
        until = draft.order.placed_at + timedelta(minutes=minutes)
        if until <= now:
            continue
        wanted: dict[int, int] = defaultdict(int)
        for line in draft.lines:
            if line.variant_id is not None:
                wanted[line.variant_id] += line.quantity
        hold(draft.order.number, wanted, until=until)


def _payment(draft: Draft) -> Payment:
    order, given = draft.order, draft.given
    return Payment(
        order=order,
        method=given.payment_method,
        reference=given.payment_reference,
        amount=order.total,
        at=order.placed_at,
    )


def _hold_stock(drafts: list[Draft], *, actor: Actor) -> None:
    """Reserve for the lines of paid orders: one reservation a variant and warehouse, shared out first come first
    served."""
    known: dict[int, Variant] = {
        line.variant.pk: line.variant for draft in drafts for line in draft.lines if line.variant is not None
    }
    if not known:
        return
    counted, places = counted_variants(known), serving_places()
    hold_levels(known.values(), several=len(places) > 1)
    stocked = [[line for line in draft.lines if line.variant_id in counted] for draft in drafts]
    wanted = [[(known[line.variant_id or 0], line.quantity) for line in lines] for lines in stocked]
    allots = choose_places(wanted, places)
    wanting: dict[tuple[int, int | None], list[tuple[Draft, OrderLine]]] = defaultdict(list)
    for draft, lines, allot in zip(drafts, stocked, allots, strict=True):
        for line, place in zip(lines, allot, strict=True):
            wanting[line.variant_id or 0, place].append((draft, line))
    reference = drafts[0].order.number if len(drafts) == 1 else ""
    for variant_id, place in sorted(wanting, key=lambda key: (key[0], key[1] or 0)):
        group = wanting[variant_id, place]
        units = sum(line.quantity for _draft, line in group)
        held = reserve(known[variant_id], units, reference=reference, actor=actor, place=place)
        for draft, line in group:
            line.reserved_quantity = min(line.quantity, held)
            line.warehouse_id = place if line.reserved_quantity else None
            held -= line.reserved_quantity
            draft.short_units += line.quantity - line.reserved_quantity
