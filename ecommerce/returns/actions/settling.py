"""The goods are here: they are looked at, and the return is settled."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.inventory.actions import take_back, write_off_returned
from ecommerce.inventory.bundles import hold_levels
from ecommerce.inventory.models import Warehouse
from ecommerce.orders.actions import lots_back, refund_order
from ecommerce.orders.models import Order, Payment
from ecommerce.orders.rules import ZERO
from ecommerce.returns import rules
from ecommerce.returns.actions.exchanging import send_in_exchange
from ecommerce.returns.actions.repairing import begin_repair
from ecommerce.returns.actions.writing import clock_until, facts, taken, words_of, write
from ecommerce.returns.events import ReturnReceived, ReturnSettled
from ecommerce.returns.models import Return, ReturnLine
from ecommerce.returns.queries import units_to_refund, worth_of
from ecommerce.returns.rules import Inspection


@transaction.atomic
def receive_return(
    case: Return, *, inspected: Mapping[int, Inspection], warehouse: Warehouse | None = None, actor: Actor
) -> Return:
    """The goods came and were looked at: line id of the return -> what became of its units.

    Units for the shelf enter stock as returned in the same transaction, as units of the lot they left as; those written
    off are booked in and out again; those to repair do not touch it. What did not come stays with the buyer and can be
    asked for again. Refuses more units than were asked for, and none.
    """
    case = taken(case, "receive")
    lines = list(case.lines.select_related("order_line__variant"))
    _check(lines, inspected)
    for line in lines:
        found = inspected.get(line.pk, Inspection())
        line.restocked, line.repaired, line.written_off = found.restock, found.repair, found.write_off
    ReturnLine.objects.bulk_update(lines, ["restocked", "repaired", "written_off"])
    hold_levels(line.order_line.variant for line in lines if line.restocked or line.written_off)
    for line in sorted(lines, key=lambda line: line.order_line.variant_id or 0):  # the one order stock is touched in
        variant = line.order_line.variant
        if line.restocked and variant is not None:
            lots = lots_back(line.order_line, line.restocked)
            take_back(variant, line.restocked, warehouse=warehouse, lots=lots, reference=case.number, actor=actor)
        if line.written_off and variant is not None:
            lots = lots_back(line.order_line, line.written_off)
            write_off_returned(
                variant, line.written_off, warehouse=warehouse, lots=lots, reference=case.number, actor=actor
            )
    old, now = case.state, timezone.now()
    due = rules.settle_due(
        requested=case.requested_at,
        answered=case.answered_at or case.requested_at,
        received=now,
        at=case.merchant.working_time,
    )
    write(
        case,
        state=rules.STEPS["receive"].becomes,
        received_at=now,
        **clock_until(due, case.merchant),
    )
    event = ReturnReceived(
        **facts(case, sum(line.came for line in lines)),
        restocked=sum(line.restocked for line in lines),
        repaired=sum(line.repaired for line in lines),
        written_off=sum(line.written_off for line in lines),
    )
    record(event, actor=actor, subject=case, changes={"state": (old, case.state)})
    return case


def _check(lines: list[ReturnLine], inspected: Mapping[int, Inspection]) -> None:
    known = {line.pk: line for line in lines}
    for pk, found in inspected.items():
        line = known.get(pk)
        if line is None:
            raise Refused("line_unknown", _("The return has no such line."))
        problem = rules.inspection_problem(found, asked=line.quantity)
        if problem is not None:
            sentence = _("At most %(most)s of “%(title)s” are to come back. Enter how many came, not below 0.")
            sentence %= {"most": line.quantity, "title": line.order_line.title}
            fields: dict[str, Any] = {f"restock_{pk}": sentence}
            raise Refused("inspection_units", sentence, **fields)
    if not any(found.units for found in inspected.values()):
        raise Refused("nothing_came", _("Enter what came. If nothing comes, call the return off."))


@transaction.atomic
def settle_return(
    case: Return,
    *,
    outcome: str,
    amount: Decimal | None = None,
    reason: str = "",
    instead: Mapping[int, str] | None = None,
    with_difference: bool = True,
    actor: Actor,
) -> Return:
    """The end of it: money back, another item, the same one repaired, or nothing for a reason.

    A refund gives back `amount`, or what the buyer paid for the units that came; never more than is left of the
    payment. Its units count as refunded on the order. An exchange places a replacement order for the units that came,
    of the same items or of those `instead` names (line id of the return -> SKU), see send_in_exchange(), and gives back
    what cheaper ones cost less. A repair is only begun: the return is in repair until send_back() ends it.
    """
    # The order is locked before the return's money is read, as every refund does.
    Order.objects.select_for_update(of=("self",)).get(pk=case.order_id)
    case = taken(case, "repair" if outcome == Return.Outcome.REPAIR else "settle")
    if outcome not in Return.Outcome.values:
        sentence = _("Choose how the return is settled.")
        raise Refused("outcome_unknown", sentence, outcome=sentence)
    missing = _("Say why nothing is given back.") if outcome == Return.Outcome.NONE else ""
    reason = words_of(reason, name="reason", missing=missing)
    if outcome == Return.Outcome.REPAIR:
        return begin_repair(case, reason=reason, actor=actor)
    payment = _pay_back(case, amount, actor=actor) if outcome == Return.Outcome.REFUND else None
    replacement = None
    if outcome == Return.Outcome.EXCHANGE:
        replacement, less = send_in_exchange(case, instead or {}, with_difference=with_difference, actor=actor)
        payment = _give_back(case, less, lines={}, actor=actor) if less else None
    old, now = case.state, timezone.now()
    write(
        case,
        state=rules.STEPS["settle"].becomes,
        ended_at=now,
        **clock_until(None, case.merchant),
        outcome=outcome,
        outcome_reason=reason,
        refund_amount=(case.refund_amount or ZERO) + payment.amount if payment else case.refund_amount,
        payment=payment or case.payment,
        replacement=replacement,
    )
    event = ReturnSettled(
        **facts(case, sum(line.came for line in case.lines.all())),
        outcome=str(outcome),
        refund=str(payment.amount) if payment else None,
        payment_id=payment.pk if payment else None,
        replacement=replacement.number if replacement else "",
    )
    record(event, actor=actor, subject=case, changes={"state": (old, case.state)})
    return case


def _pay_back(case: Return, amount: Decimal | None, *, actor: Actor) -> Payment:
    return _give_back(case, worth_of(case) if amount is None else amount, lines=units_to_refund(case), actor=actor)


def _give_back(case: Return, amount: Decimal, *, lines: Mapping[int, int], actor: Actor) -> Payment:
    with override(case.merchant.language):
        why = _("Return %(number)s") % {"number": case.number}
    return refund_order(case.order, amount=amount, lines=lines, reason=why, actor=actor)
