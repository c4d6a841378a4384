"""A return is asked for, and answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.models import Merchant
from core.actors import Actor
from core.errors import Refused
from core.photos import Photo
from ecommerce.orders.models import Order, OrderLine
from ecommerce.returns import rules
from ecommerce.returns.actions.photos import add_photos
from ecommerce.returns.actions.writing import SOURCES, clock_until, facts, next_number, taken, words_of, write
from ecommerce.returns.events import ReturnApproved, ReturnCancelled, ReturnRefused, ReturnRequested
from ecommerce.returns.models import Return, ReturnLine
from ecommerce.returns.queries import arrived_of, returnable


@dataclass(frozen=True)
class LineIn:
    """Units of an order's line that are to come back, with a value of Return.Reason."""

    line: int
    quantity: int
    reason: str
    details: str = ""


@transaction.atomic
def request_return(
    order: Order, *, lines: Sequence[LineIn], reference: str = "", photos: Sequence[Photo] = (), actor: Actor
) -> Return:
    """Ask for units of an order to come back, with pictures of them; the shop has 24 hours to answer.

    The same `reference` again is the same return. Refuses lines of another order, units that were not shipped or are
    coming back already, and a buyer's second request while the first waits for its answer.
    """
    merchant = Merchant.objects.select_for_update().in_scope()  # one number at a time
    order = Order.objects.select_for_update(of=("self",)).select_related("merchant").get(pk=order.pk)
    reference = reference.strip()[:80]
    known = Return.objects.filter(reference=reference).first() if reference else None
    if known is not None:
        if known.order_id != order.pk:
            sentence = _("Return %(number)s has this reference already.") % {"number": known.number}
            raise Refused("reference_taken", sentence, status=409, reference=sentence)
        return known
    if actor.kind == "buyer" and Return.objects.filter(order=order, state=Return.State.REQUESTED).exists():
        sentence = _("A return of order %(number)s waits for the shop's answer already.") % {"number": order.number}
        raise Refused("already_requested", sentence, status=409)
    now = timezone.now()
    free = arrived_of(order, now) if actor.kind == "buyer" else returnable(order)
    checked = _checked(order, lines, free)
    case = Return.objects.create(
        number=next_number(),
        order=order,
        merchant=merchant,
        requested_by=SOURCES.get(actor.kind, Return.Source.MERCHANT),
        reference=reference,
        requested_at=now,
        **clock_until(rules.answer_due(now, merchant.working_time), merchant),
    )
    ReturnLine.objects.bulk_create(
        [
            ReturnLine(
                case=case,
                order_line_id=one.line,
                quantity=one.quantity,
                reason=one.reason,
                details=words_of(one.details, name=f"details_{one.line}"),
            )
            for one in checked
        ]
    )
    event = ReturnRequested(**facts(case), requested_by=str(case.requested_by))
    record(event, actor=actor, subject=case, changes={"state": ("", case.state)})
    if photos:
        add_photos(case, photos, actor=actor)
    return case


def _checked(order: Order, lines: Sequence[LineIn], free: dict[int, int]) -> list[LineIn]:
    """The lines with units, each once, within what can still come back. The caller holds the order."""
    titles = dict(OrderLine.objects.filter(order=order).values_list("pk", "title"))
    wanted = [one for one in lines if one.quantity]
    if not wanted:
        raise Refused("lines_missing", _("Choose what is to come back."))
    if len({one.line for one in wanted}) < len(wanted):
        raise Refused("line_twice", _("Name each line of the order once."))
    for one in wanted:
        if one.line not in free:
            sentence = _("Order %(number)s has no such line.") % {"number": order.number}
            raise Refused("line_unknown", sentence)
        fields: dict[str, Any]
        if one.reason not in Return.Reason.values:
            fields = {f"reason_{one.line}": _("Choose one of the reasons.")}
            raise Refused("reason_unknown", _("Choose one of the reasons."), **fields)
        if not 0 < one.quantity <= free[one.line]:
            sentence = _("At most %(most)s of “%(title)s” can come back.")
            sentence %= {"most": free[one.line], "title": titles[one.line]}
            fields = {f"units_{one.line}": sentence}
            raise Refused("return_units", sentence, **fields)
    return wanted


@transaction.atomic
def approve_return(case: Return, *, actor: Actor) -> Return:
    """The shop takes the goods back; the clock stands until they are here."""
    case = taken(case, "approve")
    old = case.state
    write(
        case,
        state=rules.STEPS["approve"].becomes,
        answered_at=timezone.now(),
        **clock_until(None, case.merchant),
    )
    record(ReturnApproved(**facts(case)), actor=actor, subject=case, changes={"state": (old, case.state)})
    return case


@transaction.atomic
def refuse_return(case: Return, *, reason: str, actor: Actor) -> Return:
    """The shop does not take the goods back, and says why."""
    case = taken(case, "refuse")
    reason = words_of(reason, name="reason", missing=_("Say why the return is refused."))
    old, now = case.state, timezone.now()
    write(
        case,
        state=rules.STEPS["refuse"].becomes,
        answered_at=now,
        ended_at=now,
        refusal=reason,
        **clock_until(None, case.merchant),
    )
    event = ReturnRefused(**facts(case), reason=reason)
    record(event, actor=actor, subject=case, changes={"state": (old, case.state)})
    return case


@transaction.atomic
def cancel_return(case: Return, *, actor: Actor) -> Return:
    """It does not come back after all; its units can be asked for again."""
    case = taken(case, "cancel")
    old = case.state
    stopped = clock_until(None, case.merchant)
    write(case, state=rules.STEPS["cancel"].becomes, ended_at=timezone.now(), **stopped)
    record(ReturnCancelled(**facts(case)), actor=actor, subject=case, changes={"state": (old, case.state)})
    return case
