"""Making an order another one before it is packed: its address, its lines, what follows for money and stock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Field
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.catalog.models import Variant
from ecommerce.inventory.bundles import hold_levels
from ecommerce.orders import rules
from ecommerce.orders.actions.drafting import FAULTS, make_line
from ecommerce.orders.actions.moving import days_of, give_back, locked, recount_customers, refuse, reserve_for, write
from ecommerce.orders.events import OrderEdited
from ecommerce.orders.models import Order, OrderLine
from ecommerce.orders.rules import ZERO, BadFigures, LineIn, Totals

BUYER = (
    "buyer_name", "buyer_email", "buyer_phone", "ship_to", "ship_city", "ship_region", "ship_postcode", "ship_country",
)  # fmt: skip


@dataclass
class Edit:
    """What an order becomes: the rows of its lines with their new figures, those that go, and the totals."""

    kept: list[OrderLine]
    gone: list[OrderLine]
    new: list[OrderLine]
    totals: Totals
    added: int = 0
    removed: int = 0

    @property
    def changes_lines(self) -> bool:
        return bool(self.added or self.removed)


def why_not_edit(order: Order) -> Refused | None:
    """Why nothing of the order can be another one any more, or None."""
    if not order.may_be_edited:
        return refuse(
            "order_not_editable", _("Order %(number)s is %(state)s. It is edited before it is packed."), order
        )
    return None


def why_not_edit_lines(order: Order) -> Refused | None:
    """Why its lines and shipping stay, or None."""
    if order.refunded_total or any(line.cancelled_quantity for line in order.lines.all()):
        sentence = _("Part of order %(number)s is cancelled or refunded, so its lines stay. Make a new order for more.")
        return refuse("order_settled", sentence, order)
    return None


def plan_edit(
    order: Order,
    *,
    quantities: Mapping[int, int] | None = None,
    add: Sequence[LineIn] = (),
    shipping_fee: Decimal | None = None,
) -> Edit:
    """What the order would become, written nowhere: for a look at the sums before, and for the action itself.

    `quantities` maps line id -> units (0 takes the line off); lines that are not named stay. Refuses foreign lines,
    units that cannot be, unknown SKUs, and an order without a line.
    """
    lines = list(order.lines.select_related("variant").order_by("variant_id", "pk"))
    wanted = dict(quantities or {})
    if foreign := set(wanted) - {line.pk for line in lines}:
        raise refuse("line_unknown", _("Order %(number)s has no such line."), order, lines=str(min(foreign)))
    before = [(line.quantity, line.unit_price, line.discount) for line in lines]
    edit = Edit([], [], [], rules.Totals(order.subtotal, order.discount, order.shipping_fee, order.tax, order.total))
    try:
        for line in lines:
            units = wanted.get(line.pk, line.quantity)
            edit.added += max(0, units - line.quantity)
            edit.removed += max(0, line.quantity - units)
            if not units:
                edit.gone.append(line)
                continue
            if units != line.quantity:
                _units, _price, line.discount = rules.resized((line.quantity, line.unit_price, line.discount), units)
                line.total = rules.line_total(units, line.unit_price, line.discount)
                line.quantity = units
            edit.kept.append(line)
        last = max((line.position for line in lines), default=0)
        variants = {
            one.sku: one
            for one in Variant.objects.filter(sku__in=[one.sku for one in add if one.sku]).select_related("product")
        }
        for place, one in enumerate(add, start=last + 1):
            line = make_line(one, place, variants.get(one.sku))
            line.order = order
            line.clean_fields(exclude={"merchant", "order", "variant"})
            edit.new.append(line)
            edit.added += line.quantity
        after = [(line.quantity, line.unit_price, line.discount) for line in edit.kept + edit.new]
        if edit.changes_lines or shipping_fee is not None:
            edit.totals = rules.edited_totals(edit.totals, before, after, shipping_fee)
    except BadFigures as fault:
        sentence = str(FAULTS.get(fault.field, FAULTS["total"]))
        raise Refused("figures", sentence, status=422, **{fault.field: sentence}) from None
    except ValidationError as invalid:
        name, sentences = next(iter(invalid.message_dict.items()))
        raise Refused("invalid", f"{name}: {sentences[0]}", status=422, **{name: sentences[0]}) from None
    return edit


@transaction.atomic
def edit_order(
    order: Order,
    *,
    buyer: Mapping[str, str] | None = None,
    quantities: Mapping[int, int] | None = None,
    add: Sequence[LineIn] = (),
    shipping_fee: Decimal | None = None,
    actor: Actor,
) -> Order:
    """Give the order another address (`buyer`, fields of BUYER), other units, further lines, another shipping fee.

    Totals follow, and stock that is held for it. What was paid stays as it is: a higher total makes the order partly
    paid until take_payment() takes the rest, a lower one leaves something to refund. Refuses orders that are packed,
    and other lines where part is cancelled or refunded. Changing nothing does nothing.
    """
    order = locked(order)
    if refusal := why_not_edit(order):
        raise refusal
    fields = _buyer(order, buyer or {})
    if shipping_fee == order.shipping_fee:
        shipping_fee = None
    edit = plan_edit(order, quantities=quantities, add=add, shipping_fee=shipping_fee)
    money: dict[str, Any] = {}
    if edit.changes_lines or shipping_fee is not None:
        if refusal := why_not_edit_lines(order):
            raise refusal
        money = {**vars(edit.totals), "units": sum(line.quantity for line in edit.kept + edit.new)}
        if order.is_charged:
            short = edit.totals.total > order.paid_total
            money["payment_state"] = Order.PaymentState.PARTLY_PAID if short else Order.PaymentState.PAID
    if not fields and not money:
        return order
    old_total = order.total
    changes = {name: (getattr(order, name), value) for name, value in money.items() if getattr(order, name) != value}
    write(order, **fields, **money)
    missing = _write_lines(order, edit, actor=actor) if edit.changes_lines else 0
    recount_customers([order.customer_id])
    record(
        OrderEdited(
            order_id=order.pk,
            number=order.number,
            days=days_of(order) if money else [],
            fields=[
                *fields,
                *(["lines"] if edit.changes_lines else []),
                *(["shipping_fee"] if shipping_fee is not None else []),
            ],
            added=edit.added,
            removed=edit.removed,
            total=str(order.total),
            difference=str(order.total - old_total),
            currency=order.currency,
            short_units=missing,
        ),
        actor=actor,
        subject=order,
        changes=changes,
    )
    return order


@transaction.atomic
def correct_address(order: Order, *, buyer: Mapping[str, str], actor: Actor) -> Order:
    """Give an order another buyer or address after parcels of it left: a carrier could not hand one over.

    Parcels that left keep theirs; fulfilment asks for it where one came back or cannot be handed over. Refuses orders
    that are over. Changing nothing does nothing.
    """
    order = locked(order)
    if order.state in (Order.State.CANCELLED, Order.State.COMPLETED):
        raise refuse("order_over", _("Order %(number)s is %(state)s; its address stays."), order)
    fields = _buyer(order, buyer)
    if not fields:
        return order
    write(order, **fields)
    event = OrderEdited(
        order_id=order.pk, number=order.number, fields=[*fields], total=str(order.total), currency=order.currency
    )
    record(event, actor=actor, subject=order)
    return order


def _buyer(order: Order, given: Mapping[str, str]) -> dict[str, str]:
    """The fields of the buyer that are others now. Refuses what does not fit its column, naming the field."""
    changed = {}
    for name, text in given.items():
        if name not in BUYER:
            raise ValueError(f"an order's buyer has no {name}")
        text = text.strip()
        text = text.lower() if name == "buyer_email" else text.upper() if name == "ship_country" else text
        if text == getattr(order, name):
            continue
        field = Order._meta.get_field(name)
        assert isinstance(field, Field)
        try:
            field.clean(text, None)
        except ValidationError as invalid:
            raise Refused("invalid", invalid.messages[0], status=422, **{name: invalid.messages[0]}) from None
        changed[name] = text
    return changed


def _write_lines(order: Order, edit: Edit, *, actor: Actor) -> int:
    """Write the lines, free what is not wanted any more, hold what is new. Returns the units that are not in stock."""
    hold_levels((line.variant for line in edit.kept + edit.gone + edit.new), several=True)
    for line in sorted(edit.kept + edit.gone, key=lambda line: (line.variant_id or 0, line.pk)):
        stays = line.to_ship if line in edit.kept else 0
        give_back(line, line.reserved_quantity - stays, reference=order.number, actor=actor)
    OrderLine.objects.filter(pk__in=[line.pk for line in edit.gone]).delete()
    OrderLine.objects.bulk_update(edit.kept, ["quantity", "discount", "total"])
    OrderLine.objects.bulk_create(edit.new)
    return reserve_for(order, actor=actor) if order.is_charged else 0


def difference(order: Order, totals: Totals) -> Decimal:
    """What is to be paid (above 0) or to be given back (below) if these become the order's totals."""
    return totals.total - (order.paid_total - order.refunded_total if order.is_charged else ZERO)
