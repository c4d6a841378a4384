"""Goods that came back, are repaired and go to the buyer again. They never enter stock."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.fulfilment.rules import clean_tracking
from ecommerce.returns import rules
from ecommerce.returns.actions.writing import clock_until, facts, taken, write
from ecommerce.returns.events import ReturnRepairing, ReturnSettled
from ecommerce.returns.models import Return


def begin_repair(case: Return, *, reason: str, actor: Actor) -> Return:
    """A return in hand goes into repair; a clock of REPAIR_WITHIN begins. Refuses units that were not set apart for it.

    Where only some of the units that came can be repaired, the return is settled another way.
    """
    lines = list(case.lines.all())
    if not all(line.came == line.repaired for line in lines):
        sentence = _("Only items that were set apart for repair go back. Settle this return another way.")
        raise Refused("not_to_repair", sentence, outcome=sentence)
    old = case.state
    due = rules.repair_due(timezone.now(), case.merchant.working_time)
    write(
        case,
        state=rules.STEPS["repair"].becomes,
        outcome=Return.Outcome.REPAIR,
        outcome_reason=reason,
        **clock_until(due, case.merchant),
    )
    event = ReturnRepairing(**facts(case, sum(line.came for line in lines)))
    record(event, actor=actor, subject=case, changes={"state": (old, case.state)})
    return case


@transaction.atomic
def send_back(case: Return, *, carrier: str = "", tracking_number: str = "", actor: Actor) -> Return:
    """The repaired goods are on their way to the buyer, who can ask for them to come back again. The return is over."""
    case = taken(case, "send_back")
    old, now = case.state, timezone.now()
    write(
        case,
        state=rules.STEPS["send_back"].becomes,
        ended_at=now,
        sent_back_at=now,
        back_carrier=carrier.replace("\0", "").strip()[:60],
        back_tracking=clean_tracking(tracking_number.replace("\0", "")),
        **clock_until(None, case.merchant),
    )
    event = ReturnSettled(
        **facts(case, sum(line.came for line in case.lines.all())),
        outcome=str(case.outcome),
        refund=None,
        payment_id=None,
    )
    record(event, actor=actor, subject=case, changes={"state": (old, case.state)})
    return case
