"""Other goods for those that came back: a replacement order, and what happens when that is called off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from core.money import cents
from ecommerce.catalog.models import Variant
from ecommerce.orders.actions import place_replacement
from ecommerce.orders.models import Order, OrderLine
from ecommerce.orders.queries import line_worths
from ecommerce.orders.rules import ZERO, LineIn
from ecommerce.returns import rules
from ecommerce.returns.actions.writing import clock_until, facts, locked, write
from ecommerce.returns.events import ReturnReopened
from ecommerce.returns.models import Return
from ecommerce.returns.queries import units_to_refund


def send_in_exchange(
    case: Return, instead: Mapping[int, str], *, with_difference: bool, actor: Actor
) -> tuple[Order, Decimal]:
    """Place the replacement order of a return in hand: for each unit that came the same item, or the SKU `instead`.

    The same item costs nothing. Of other ones the order costs what they cost more, all together, than those that came;
    what they cost less than was paid is returned as the second value, for the caller to pay back. Without
    `with_difference` the order costs nothing and nothing is to be paid back. Units whose money went back already are
    left out. Refuses an SKU that is not for sale, and, placing nothing, what is not in stock.
    """
    lines = list(case.lines.select_related("order_line__variant"))
    foreign = set(instead) - {line.pk for line in lines}
    if foreign:
        raise Refused("line_unknown", _("The return has no such line."))
    free = units_to_refund(case)
    if not free:
        sentence = _("What came was refunded already, so nothing goes out in exchange.")
        raise Refused("already_refunded", sentence, outcome=sentence)
    skus = {sku for sku in instead.values() if sku}
    known = {variant.sku: variant for variant in Variant.objects.filter(sku__in=skus, is_active=True)}
    worths = line_worths(case.order, refundable=True)
    wanted, less = [], -(case.refund_amount or ZERO)  # given back when the return was settled before
    for line in lines:
        sku = instead.get(line.pk, "")
        units = free.get(line.order_line_id, 0)
        if not units:
            continue
        if sku and sku not in known and sku != line.order_line.sku:
            sentence = _("No product for sale here has the SKU “%(sku)s”.") % {"sku": sku}
            fields: dict[str, Any] = {f"instead_{line.pk}": sentence}
            raise Refused("sku_unknown", sentence, **fields)
        other = known.get(sku) if sku != line.order_line.sku else None
        paid = worths[line.order_line_id].of(units)
        wanted.append(_line_in(line.order_line, units, other, with_difference=with_difference))
        if other is not None:
            less += max(paid - other.price * units, ZERO)
    wanted, back = _evened_out(wanted, less) if with_difference else (wanted, ZERO)
    order = place_replacement(case.order, lines=wanted, reference=case.number, actor=actor)
    return order, min(back, case.order.refundable)


def _line_in(was: OrderLine, units: int, other: Variant | None, *, with_difference: bool) -> LineIn:
    price = other.price if other else was.unit_price
    to_pay = rules.price_in_exchange(was=was.unit_price, now=price, with_difference=with_difference)
    title = "" if other else was.title
    return LineIn(other.sku if other else was.sku, units, price, cents((price - to_pay) * units), title)


def _evened_out(lines: list[LineIn], less: Decimal) -> tuple[list[LineIn], Decimal]:
    """The lines, of which what others cost `less` is taken off first, and what is left of it to be paid back.

    Where it is below zero, too much was paid back before: that much is charged, up to what the goods cost.
    """
    evened = []
    for line in lines:
        assert line.unit_price is not None
        whole = line.unit_price * line.quantity
        part = min(less, whole - line.discount) if less > 0 else max(less, -line.discount)
        evened.append(replace(line, discount=line.discount + part))
        less -= part
    return evened, max(less, ZERO)


@transaction.atomic
def reopen_return(order_id: int, *, actor: Actor) -> Return | None:
    """The replacement was called off: the return waits to be settled again, on a new clock. Does so once.

    Returns None where the order replaces nothing, or the return has been opened again already.
    """
    found = Return.objects.filter(replacement=order_id, state__in=rules.REOPENS.begins).first()
    if found is None:
        return None
    case = locked(found)
    if case.replacement_id != order_id or case.state not in rules.REOPENS.begins:
        return None
    replacement = Order.objects.get(pk=order_id)
    old = case.state
    due = rules.settle_due(
        requested=case.requested_at,
        answered=case.answered_at or case.requested_at,
        received=timezone.now(),
        at=case.merchant.working_time,
    )
    write(
        case,
        state=rules.REOPENS.becomes,
        ended_at=None,
        outcome="",
        outcome_reason="",
        replacement=None,
        **clock_until(due, case.merchant),
    )
    event = ReturnReopened(**facts(case, sum(line.came for line in case.lines.all())), replacement=replacement.number)
    record(event, actor=actor, subject=case, changes={"state": (old, case.state)})
    return case
