"""The parties talk: the buyer opens a complaint, the shop answers, both write on."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.models import Merchant
from core.actors import Actor
from core.errors import Refused
from ecommerce.catalog.models import Product
from ecommerce.complaints import rules
from ecommerce.complaints.actions.writing import (
    Side,
    check_refund,
    checked,
    facts,
    label_of,
    locked,
    next_number,
    refuse,
    say,
    write,
)
from ecommerce.complaints.events import (
    ComplaintAnswered,
    ComplaintMessageAdded,
    ComplaintNoted,
    ComplaintOpened,
)
from ecommerce.complaints.models import Complaint, ComplaintMessage
from ecommerce.customers.models import Customer
from ecommerce.orders.models import Order, OrderLine

LONGEST_SUBJECT = 150
MOST_AN_HOUR = 20  # messages of a buyer in one complaint


@transaction.atomic
def open_complaint(
    *,
    text: str,
    topic: str,
    subject: str = "",
    order: Order | None = None,
    product: Product | None = None,
    customer: Customer | None = None,
    refund_asked: Decimal | None = None,
    at: datetime | None = None,
    actor: Actor,
) -> Complaint:
    """The buyer complains; the shop has 24 hours to answer.

    Refuses a second open complaint about the same order, a refund above what is left of the payment, an order that
    does not hold the product, an unknown topic, and card numbers.
    """
    at = at or timezone.now()
    if topic not in Complaint.Topic.values:
        raise Refused("topic_unknown", _("Choose what the complaint is about."), topic=_("Choose one of the topics."))
    text = checked(text)
    if order is None and customer is None:
        raise Refused("buyer_missing", _("Name the order or the customer that the complaint comes from."))
    merchant = Merchant.objects.select_for_update().in_scope()  # one number at a time
    if order is not None:
        customer = customer or order.customer
        if Complaint.objects.open().filter(order=order).exists():
            sentence = _("A complaint about order %(number)s is open already. Write your message there.")
            raise Refused("already_open", sentence % {"number": order.number}, status=409)
        if product is not None and not OrderLine.objects.filter(order=order, variant__product=product).exists():
            sentence = _("Order %(number)s does not hold this product.") % {"number": order.number}
            raise Refused("product_not_in_order", sentence, product=sentence)
    check_refund(refund_asked, order, name="refund_asked")
    complaint = Complaint(
        merchant=merchant,
        number=next_number(),
        order=order,
        customer=customer,
        product=product,
        topic=topic,
        subject=(subject.replace("\0", "").strip() or rules.subject_from(text))[:LONGEST_SUBJECT],
        state=Complaint.State.OPENED,
        opened_at=at,
        due_at=rules.due_at(Complaint.State.OPENED, at),
        refund_asked=refund_asked or None,
    )
    complaint.save()
    say(complaint, Side.BUYER, text, label=complaint.buyer_name or actor.label, at=at)
    asked = str(refund_asked) if refund_asked else None
    record(ComplaintOpened(**facts(complaint), refund_asked=asked), actor=actor, subject=complaint)
    return complaint


@transaction.atomic
def answer_complaint(
    complaint: Complaint, *, text: str, refund_offer: Decimal | None = None, actor: Actor
) -> Complaint:
    """The shop answers, and may offer money back. The buyer has a week to accept, write back or ask for a decision.

    What the platform investigates can be answered once and goes back to the buyer; a further answer to an answered
    one replaces the offer.
    """
    complaint, now = locked(complaint), timezone.now()
    if not complaint.may_be_answered:
        raise refuse(
            "not_to_answer", _("Complaint %(number)s is %(state)s; it is not waiting for an answer."), complaint
        )
    text = checked(text)
    check_refund(refund_offer, complaint.order, name="refund_offer")
    old = complaint.state
    offer = refund_offer or (complaint.refund_offered if old == Complaint.State.ANSWERED else None) or None
    write(
        complaint,
        state=Complaint.State.ANSWERED,
        answered_at=complaint.answered_at or now,
        refund_offered=offer,
        due_at=rules.due_at(Complaint.State.ANSWERED, now),
    )
    say(complaint, Side.MERCHANT, text, label=actor.label)
    offered = str(refund_offer) if refund_offer else None
    record(
        ComplaintAnswered(**facts(complaint), refund_offered=offered),
        actor=actor,
        subject=complaint,
        changes={"state": (old, complaint.state)},
    )
    return complaint


@transaction.atomic
def add_message(complaint: Complaint, *, text: str, side: str, actor: Actor) -> ComplaintMessage:
    """One more message of the buyer, the shop or the platform, which all three see."""
    complaint = locked(complaint)
    if complaint.state == Complaint.State.CLOSED:
        raise refuse("closed", _("Complaint %(number)s is closed; nothing can be added."), complaint)
    if side == Side.BUYER:
        since = timezone.now() - timedelta(hours=1)
        if complaint.messages.filter(author=side, at__gt=since).count() >= MOST_AN_HOUR:
            raise refuse("too_many", _("You wrote a lot in the last hour. Wait a little before the next."), complaint)
    message = say(complaint, side, checked(text), label=label_of(complaint, side, actor))
    write(complaint)
    record(ComplaintMessageAdded(**facts(complaint), author=str(side)), actor=actor, subject=complaint)
    return message


@transaction.atomic
def add_internal_note(complaint: Complaint, *, text: str, side: str, actor: Actor) -> ComplaintMessage:
    """A note that only the side that writes it sees."""
    if side not in (Side.MERCHANT, Side.STAFF):
        raise ValueError("buyers write no internal notes")
    complaint = locked(complaint)
    message = say(complaint, side, checked(text), label=actor.label, is_internal=True)
    record(ComplaintNoted(**facts(complaint), author=str(side)), actor=actor, subject=complaint)
    return message
