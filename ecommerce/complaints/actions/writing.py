"""What the actions on complaints share: taking one in hand, writing it once, the conversation, money back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.actors import Actor
from core.errors import Refused
from core.validators import CARD_NUMBER, has_card_number
from ecommerce.complaints import rules
from ecommerce.complaints.models import Complaint, ComplaintMessage
from ecommerce.orders.actions import refund_order
from ecommerce.orders.models import Order

Side = ComplaintMessage.Author
FIRST_NUMBER = 1001
LONGEST_MESSAGE = 5000


def locked(complaint: Complaint) -> Complaint:
    """The complaint as it is now; on PostgreSQL nobody else changes it until the transaction ends."""
    rows = Complaint.objects.select_for_update(of=("self",)).select_related("merchant", "order", "customer", "product")
    return rows.get(pk=complaint.pk)


def write(complaint: Complaint, **fields: Any) -> None:
    """Write these fields if the complaint is still as it was read. Raises Refused("changed_meanwhile")."""
    now = timezone.now()
    unchanged = Complaint.objects.filter(pk=complaint.pk, updated_at=complaint.updated_at)
    if not unchanged.update(updated_at=now, **fields):
        sentence = _("Somebody else changed complaint %(number)s a moment ago. Look at it again.")
        raise refuse("changed_meanwhile", sentence, complaint, status=409)
    for name, value in {"updated_at": now, **fields}.items():
        setattr(complaint, name, value)


def refuse(code: str, sentence: str, complaint: Complaint, *, status: int = 422) -> Refused:
    """A refusal whose sentence may name the complaint's %(number)s and %(state)s."""
    words = {"number": complaint.number, "state": complaint.badge.label}
    return Refused(code, sentence % words, status=status)


def facts(complaint: Complaint) -> dict[str, Any]:
    """What every event of a complaint carries."""
    return {
        "complaint_id": complaint.pk,
        "number": complaint.number,
        "topic": str(complaint.topic),
        "state": str(complaint.state),
        "due_at": complaint.due_at.isoformat(),
        "order_id": complaint.order_id,
        "customer_id": complaint.customer_id,
        "product_id": complaint.product_id,
        "days": [complaint.merchant.day_of(complaint.opened_at).isoformat()],
    }


def checked(text: str) -> str:
    """The text as it is kept. Refuses an empty one, one too long, and card numbers."""
    text = text.replace("\0", "").strip()
    if not text:
        sentence = _("Write a message first.")
        raise Refused("text_missing", sentence, text=sentence)
    if len(text) > LONGEST_MESSAGE:
        sentence = _("Shorten the text to %(most)s characters.") % {"most": LONGEST_MESSAGE}
        raise Refused("text_too_long", sentence, text=sentence)
    no_card(text=text)
    return text


def no_card(**texts: str) -> None:
    for name, text in texts.items():
        if has_card_number(text):
            fields: dict[str, Any] = {name: CARD_NUMBER}
            raise Refused("card_number", str(CARD_NUMBER), **fields)


def say(
    complaint: Complaint,
    side: str,
    text: str,
    *,
    label: str,
    is_internal: bool = False,
    at: datetime | None = None,
) -> ComplaintMessage:
    """Add a turn to the conversation."""
    message = ComplaintMessage(
        merchant_id=complaint.merchant_id,
        complaint=complaint,
        author=side,
        author_label=label[:150],
        is_internal=is_internal,
        text=text,
        at=at or timezone.now(),
    )
    message.save()
    return message


def label_of(complaint: Complaint, side: str, actor: Actor) -> str:
    """Who speaks: the buyer by the name the shop knows, everybody else by the name they act under."""
    return complaint.buyer_name or actor.label if side == Side.BUYER else actor.label


def next_number() -> str:
    """The number after the last one of the merchant in scope; the caller holds the merchant's row."""
    last = Complaint.objects.order_by("-pk").values_list("number", flat=True).first() or ""
    digits = last.removeprefix("C-")
    number = int(digits) + 1 if digits.isascii() and digits.isdigit() and len(digits) < 12 else FIRST_NUMBER
    while Complaint.objects.filter(number=f"C-{number}").exists():
        number += 1
    return f"C-{number}"


def check_refund(amount: Decimal | None, order: Order | None, *, name: str) -> None:
    """Refuse an amount that cannot be given back on the order; `name` is the input at fault."""
    problem = rules.refund_problem(amount, refundable=order.refundable if order else None)
    if problem is None:
        return
    sentences = {
        "not_an_amount": _("Enter an amount of 0 or more with at most two decimals."),
        "no_order": _("There is no order behind this complaint, so nothing can be refunded."),
        "too_much": _("Enter at most %(most)s: that is what is left of the payment.")
        % {"most": order.refundable if order else 0},
    }
    fields: dict[str, Any] = {name: sentences[problem]}
    raise Refused(f"refund_{problem}", sentences[problem], **fields)


def give_back(complaint: Complaint, amount: Decimal, *, actor: Actor) -> None:
    """Refund on the complaint's order. Refused when less is left of the payment than that."""
    assert complaint.order is not None
    with override(complaint.merchant.language):
        reason = _("Complaint %(number)s") % {"number": complaint.number}
    try:
        refund_order(complaint.order, amount=amount, reason=reason, actor=actor)
    except Refused as refusal:
        raise Refused(refusal.code, refusal.message, status=refusal.status, refund=refusal.message) from refusal
