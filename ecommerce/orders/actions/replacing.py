"""An order that goes out for goods that came back."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.inventory.actions import let_go
from ecommerce.inventory.queries import counted_variants
from ecommerce.orders.actions.dividing import buyer_of
from ecommerce.orders.actions.moving import lines_to_stock, locked, reserve_for, write
from ecommerce.orders.actions.placing import place_order
from ecommerce.orders.events import OrderPlacedInstead, OrderReplaced
from ecommerce.orders.models import Order, Payment
from ecommerce.orders.rules import LineIn, OrderIn


@transaction.atomic
def place_replacement(order: Order, *, lines: Sequence[LineIn], reference: str, actor: Actor) -> Order:
    """A new order of today for the same buyer and address, which goes out for goods of `order` that came back.

    One that costs nothing counts as paid, under `reference`; one that costs something waits for its payment. Both hold
    stock for all their units at once, without an end. Refuses with "not_in_stock", and places nothing, where a unit is
    missing.
    """
    free = all(line.unit_price is not None and line.unit_price * line.quantity == line.discount for line in lines)
    given = OrderIn(
        lines=lines,
        buyer=buyer_of(order),
        channel=order.channel,
        paid=free,
        payment_method=Payment.EXCHANGE,
        payment_reference=reference,
    )
    new = place_order(given, actor=actor)
    let_go(new.number)  # what unpaid orders hold for a while is held here until it is paid or called off
    new = locked(new)
    if reserve_for(new, actor=actor):
        raise _not_in_stock(new)
    write(new, replaces=order)
    record(
        OrderReplaced(
            order_id=order.pk,
            number=order.number,
            other_id=new.pk,
            other_number=new.number,
            units=new.units,
            reference=reference,
        ),
        actor=actor,
        subject=order,
    )
    record(
        OrderPlacedInstead(
            order_id=new.pk,
            number=new.number,
            origin_id=order.pk,
            origin_number=order.number,
            reference=reference,
        ),
        actor=actor,
        subject=new,
    )
    return new


def _not_in_stock(order: Order) -> Refused:
    lines = lines_to_stock(order)
    counted = counted_variants(line.variant_id for line in lines if line.variant_id is not None)
    missing = {
        line.sku: line.to_ship - line.reserved_quantity
        for line in lines
        if line.variant_id in counted and line.reserved_quantity < line.to_ship
    }
    sentence = _("Not in stock, so nothing can go out in exchange: %(missing)s.")
    sentence %= {"missing": ", ".join(f"{units} × {sku}" for sku, units in missing.items())}
    return Refused("not_in_stock", sentence, status=409)
