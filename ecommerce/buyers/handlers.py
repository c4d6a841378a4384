"""What buyers are told about their reviews, complaints and returns. The outbox keeps a mail from being sent twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.activity.models import Activity
from accounts.jobs.queue import enqueue
from core.events import handles
from core.mail import Letter, send_letter
from ecommerce.buyers import letters
from ecommerce.buyers.links import language_for
from ecommerce.buyers.tasks import ask_author
from ecommerce.complaints.events import (
    ComplaintAnswered,
    ComplaintDecided,
    ComplaintEscalated,
    ComplaintFact,
    ComplaintMessageAdded,
)
from ecommerce.complaints.models import Complaint, ComplaintMessage
from ecommerce.orders.models import Order
from ecommerce.returns.events import (
    ReturnFact,
    ReturnReceived,
    ReturnRepairing,
    ReturnSettled,
)
from ecommerce.returns.models import Return
from ecommerce.reviews.events import ReviewEditAsked

SECOND_THOUGHTS = timedelta(minutes=1)  # in which a moderator can take the request back unnoticed


@handles(ReviewEditAsked)
def ask_the_author(event: ReviewEditAsked, activity: Activity) -> None:
    at = activity.at + SECOND_THOUGHTS
    enqueue(ask_author, event.review_id, activity.pk, key=f"ask-author:{activity.pk}", at=at)


@handles(ComplaintAnswered)
def tell_of_answer(event: ComplaintAnswered, activity: Activity) -> None:
    offer = Decimal(event.refund_offered) if event.refund_offered else None
    _tell(event, activity, lambda complaint, order: letters.answered(complaint, order, offer))


@handles(ComplaintMessageAdded)
def tell_of_message(event: ComplaintMessageAdded, activity: Activity) -> None:
    if event.author != ComplaintMessage.Author.BUYER:
        _tell(event, activity, letters.message_added)


@handles(ComplaintEscalated)
def tell_of_escalation(event: ComplaintEscalated, activity: Activity) -> None:
    if event.because != Complaint.Escalation.BUYER:
        _tell(event, activity, letters.escalated)


@handles(ComplaintDecided)
def tell_of_decision(event: ComplaintDecided, activity: Activity) -> None:
    refund = Decimal(event.refund) if event.refund else None
    _tell(event, activity, lambda complaint, order: letters.decided(complaint, order, refund))


@handles(ReturnReceived)
def tell_of_arrival(event: ReturnReceived, activity: Activity) -> None:
    _tell_of_return(event, activity, letters.return_received)


@handles(ReturnRepairing)
def tell_of_repair(event: ReturnRepairing, activity: Activity) -> None:
    _tell_of_return(event, activity, letters.return_repairing)


@handles(ReturnSettled)
def tell_of_settlement(event: ReturnSettled, activity: Activity) -> None:
    _tell_of_return(event, activity, letters.return_settled)


def _tell_of_return(event: ReturnFact, activity: Activity, write: Callable[[Return], Letter]) -> None:
    """Write to the buyer of the return while it is as the event says: what has moved on since has a mail of its own."""
    rows = Return.objects.select_related("merchant", "order__merchant", "order__customer")
    case = rows.filter(pk=event.return_id, state=event.state).first()
    if case is None or not case.order.buyer_email:
        return
    with timezone.override(case.merchant.zone):
        send_letter(
            lambda: write(case),
            to=case.order.buyer_email,
            language=language_for(case.order.customer),
            purpose="buyer",
            dedupe=f"return-news:{activity.pk}",
        )


def _tell(event: ComplaintFact, activity: Activity, write: Callable[[Complaint, Order], Letter]) -> None:
    """Write to the buyer of the complaint, if there is an address and an order to link to."""
    rows = Complaint.objects.select_related("merchant", "customer", "order__merchant")
    complaint = rows.filter(pk=event.complaint_id).first()
    if complaint is None or complaint.order is None or not complaint.buyer_email:
        return
    order = complaint.order
    send_letter(
        lambda: write(complaint, order),
        to=complaint.buyer_email,
        language=language_for(complaint.customer),
        purpose="buyer",
        dedupe=f"complaint-news:{activity.pk}",
    )
