"""Ways out of a complaint: an accepted offer, the platform's decision, an appeal against it, the end."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.complaints import rules
from ecommerce.complaints.actions.writing import (
    Side,
    check_refund,
    checked,
    facts,
    give_back,
    label_of,
    locked,
    no_card,
    refuse,
    say,
    write,
)
from ecommerce.complaints.events import (
    ComplaintAppealed,
    ComplaintClosed,
    ComplaintDecided,
    ComplaintEscalated,
)
from ecommerce.complaints.models import Complaint
from ecommerce.complaints.words import NO_APPEAL

LONGEST_REASONS = 3000


@transaction.atomic
def accept_offer(complaint: Complaint, *, actor: Actor) -> Complaint:
    """The buyer takes the money that the shop offered: it is refunded and the complaint is closed."""
    complaint = locked(complaint)
    if not complaint.has_offer or complaint.order is None or complaint.refund_offered is None:
        raise refuse("no_offer", _("There is no open offer on complaint %(number)s."), complaint)
    amount = complaint.refund_offered
    give_back(complaint, amount, actor=actor)
    return close(complaint, Complaint.Closing.OFFER_ACCEPTED, refund=amount, actor=actor)


@transaction.atomic
def escalate_complaint(complaint: Complaint, *, because: str, text: str = "", actor: Actor) -> Complaint:
    """Bring it before the platform, which has 72 hours to decide. `because` is a value of Complaint.Escalation.

    A buyer can do so once the shop has answered or its time is over; the shop and the platform at any time before.
    """
    complaint, now = locked(complaint), timezone.now()
    if not complaint.may_become(Complaint.State.INVESTIGATED):
        sentence = _("Complaint %(number)s is %(state)s; it cannot be passed to the platform.")
        raise refuse("not_to_escalate", sentence, complaint)
    waiting = complaint.state == Complaint.State.OPENED and now < complaint.due_at
    if because == Complaint.Escalation.BUYER and waiting:
        raise refuse(
            "shop_has_time", _("The shop still has time to answer. You can ask for a decision after it."), complaint
        )
    old = complaint.state
    if text.strip():
        side = Side.BUYER if because == Complaint.Escalation.BUYER else Side.MERCHANT
        side = Side.STAFF if because == Complaint.Escalation.PLATFORM else side
        say(complaint, side, checked(text), label=label_of(complaint, side, actor))
    write(
        complaint,
        state=Complaint.State.INVESTIGATED,
        escalated_at=now,
        escalated_because=because,
        due_at=rules.due_at(Complaint.State.INVESTIGATED, now),
    )
    record(
        ComplaintEscalated(**facts(complaint), because=str(because)),
        actor=actor,
        subject=complaint,
        changes={"state": (old, complaint.state)},
    )
    return complaint


@transaction.atomic
def decide_complaint(
    complaint: Complaint, *, decision: str, reasons: str, refund: Decimal | None = None, actor: Actor
) -> Complaint:
    """The platform decides, with a statement of reasons that both parties read; `refund` is given back at once.

    Final when it follows an appeal; `refund` then comes on top of what an earlier decision gave back. Refuses money
    in a decision for the shop and more than is left of the payment.
    """
    complaint, now = locked(complaint), timezone.now()
    if not complaint.may_become(Complaint.State.DECIDED):
        sentence = _("Complaint %(number)s is %(state)s; there is nothing to decide.")
        raise refuse("not_to_decide", sentence, complaint, status=409)
    if decision not in Complaint.Decision.values:
        raise Refused("decision_missing", _("Choose a decision."), decision=_("Choose a decision."))
    reasons = reasons.replace("\0", "").strip()
    if not reasons:
        sentence = _("Write the statement of reasons; both parties read it.")
        raise Refused("reasons_missing", sentence, reasons=sentence)
    if len(reasons) > LONGEST_REASONS:
        sentence = _("Shorten the text to %(most)s characters.") % {"most": LONGEST_REASONS}
        raise Refused("reasons_too_long", sentence, reasons=sentence)
    no_card(reasons=reasons)
    if refund and decision == Complaint.Decision.FOR_MERCHANT:
        sentence = _("A decision for the shop gives no money back. Set the refund to 0 or decide otherwise.")
        raise Refused("refund_for_merchant", sentence, refund=sentence)
    check_refund(refund, complaint.order, name="refund")
    old, is_final = complaint.state, complaint.appealed_at is not None
    if refund:
        give_back(complaint, refund, actor=actor)
    write(
        complaint,
        state=Complaint.State.DECIDED,
        decision=decision,
        decision_reason=reasons,
        decided_at=now,
        decided_by_id=actor.id if actor.kind == "user" else None,
        refund_decided=(complaint.refund_decided or Decimal(0)) + (refund or Decimal(0)),
        due_at=rules.due_at(Complaint.State.DECIDED, now),
    )
    say(complaint, Side.STAFF, reasons, label=actor.label)
    record(
        ComplaintDecided(
            **facts(complaint), decision=decision, refund=str(refund) if refund else None, is_final=is_final
        ),
        actor=actor,
        subject=complaint,
        changes={"state": (old, complaint.state)},
    )
    return complaint


@transaction.atomic
def appeal_complaint(complaint: Complaint, *, text: str, actor: Actor) -> Complaint:
    """The shop appeals against the decision, once and within a week. Refunded money is not taken back meanwhile."""
    complaint, now = locked(complaint), timezone.now()
    if code := complaint.why_no_appeal(now):
        raise refuse(code, str(NO_APPEAL[code]), complaint)
    text = checked(text)
    old = complaint.state
    write(
        complaint,
        state=Complaint.State.APPEALED,
        appealed_at=now,
        due_at=rules.due_at(Complaint.State.APPEALED, now),
    )
    say(complaint, Side.MERCHANT, text, label=actor.label)
    record(
        ComplaintAppealed(**facts(complaint)),
        actor=actor,
        subject=complaint,
        changes={"state": (old, complaint.state)},
    )
    return complaint


@transaction.atomic
def close_complaint(complaint: Complaint, *, because: str, actor: Actor) -> Complaint:
    """It is over: settled, without reply, or decided for good. `because` is a value of Complaint.Closing."""
    return close(locked(complaint), because, actor=actor)


def close(complaint: Complaint, because: str, *, refund: Decimal | None = None, actor: Actor) -> Complaint:
    if not complaint.may_become(Complaint.State.CLOSED):
        raise refuse("not_to_close", _("Complaint %(number)s is %(state)s; it cannot be closed."), complaint)
    old, now = complaint.state, timezone.now()
    write(complaint, state=Complaint.State.CLOSED, closed_at=now, closed_because=because, due_at=now)
    record(
        ComplaintClosed(**facts(complaint), because=str(because), refund=str(refund) if refund else None),
        actor=actor,
        subject=complaint,
        changes={"state": (old, complaint.state)},
    )
    return complaint
