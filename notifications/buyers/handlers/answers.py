"""What buyers are told within their returns, complaints and reviews."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from accounts.activity.models import Activity
from accounts.jobs.queue import enqueue
from core.events import handles, moved_from
from core.mail import Letter
from ecommerce.buyers import letters
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
    ReturnApproved,
    ReturnFact,
    ReturnReceived,
    ReturnRefused,
    ReturnRepairing,
    ReturnSettled,
)
from ecommerce.returns.models import Return
from ecommerce.reviews.events import ReviewEditAsked
from notifications.buyers.letters import write_to_buyer
from notifications.buyers.tasks import ask_author
from notifications.texts import telling

SECOND_THOUGHTS = timedelta(minutes=1)  # in which a moderator can take the request back unnoticed


@moved_from("ecommerce.buyers.handlers.ask_the_author")
@handles(ReviewEditAsked)
def ask_the_author(event: ReviewEditAsked, activity: Activity) -> None:
    at = activity.at + SECOND_THOUGHTS
    enqueue(ask_author, event.review_id, activity.pk, key=f"ask-author:{activity.pk}", at=at)


@moved_from("ecommerce.buyers.handlers.tell_of_answer")
@handles(ComplaintAnswered)
def tell_of_answer(event: ComplaintAnswered, activity: Activity) -> None:
    offer = Decimal(event.refund_offered) if event.refund_offered else None
    write = lambda complaint, order: letters.answered(complaint, order, offer)  # noqa: E731
    _tell(event, activity, "complaint_answered", write, offer)


@moved_from("ecommerce.buyers.handlers.tell_of_message")
@handles(ComplaintMessageAdded)
def tell_of_message(event: ComplaintMessageAdded, activity: Activity) -> None:
    if event.author != ComplaintMessage.Author.BUYER:
        _tell(event, activity, "complaint_message", letters.message_added)


@moved_from("ecommerce.buyers.handlers.tell_of_escalation")
@handles(ComplaintEscalated)
def tell_of_escalation(event: ComplaintEscalated, activity: Activity) -> None:
    if event.because != Complaint.Escalation.BUYER:
        _tell(event, activity, "complaint_escalated", letters.escalated)


@moved_from("ecommerce.buyers.handlers.tell_of_decision")
@handles(ComplaintDecided)
def tell_of_decision(event: ComplaintDecided, activity: Activity) -> None:
    refund = Decimal(event.refund) if event.refund else None
    _tell(event, activity, "complaint_decided", lambda complaint, order: letters.decided(complaint, order, refund))


@moved_from("ecommerce.buyers.handlers.tell_of_approval")
@handles(ReturnApproved)
def return_approved(event: ReturnApproved, activity: Activity) -> None:
    if case := _case(event):
        write_to_buyer(case.order, "return_approved", values=telling.of_return(case), dedupe=_news(activity))


@moved_from("ecommerce.buyers.handlers.tell_of_refusal")
@handles(ReturnRefused)
def return_refused(event: ReturnRefused, activity: Activity) -> None:
    if case := _case(event):
        write_to_buyer(case.order, "return_refused", values=telling.of_return(case), dedupe=_news(activity))


@moved_from("ecommerce.buyers.handlers.tell_of_arrival")
@handles(ReturnReceived)
def tell_of_arrival(event: ReturnReceived, activity: Activity) -> None:
    _tell_of_return(event, activity, "return_received", letters.return_received)


@moved_from("ecommerce.buyers.handlers.tell_of_repair")
@handles(ReturnRepairing)
def tell_of_repair(event: ReturnRepairing, activity: Activity) -> None:
    _tell_of_return(event, activity, "return_repairing", letters.return_repairing)


@moved_from("ecommerce.buyers.handlers.tell_of_settlement")
@handles(ReturnSettled)
def tell_of_settlement(event: ReturnSettled, activity: Activity) -> None:
    _tell_of_return(event, activity, "return_settled", letters.return_settled)


def _news(activity: Activity) -> str:
    return f"return-news:{activity.pk}"


def _case(event: ReturnFact) -> Return | None:
    """The return while it is as the event says: what has moved on since has a letter of its own."""
    rows = Return.objects.select_related("merchant", "order__merchant", "order__customer")
    found: Return | None = rows.filter(pk=event.return_id, state=event.state).first()
    return found


def _tell_of_return(event: ReturnFact, activity: Activity, what: str, write: Callable[[Return], Letter]) -> None:
    if case := _case(event):
        values = {**telling.of_handling(case), "letter": lambda: write(case)}
        write_to_buyer(case.order, what, values=values, dedupe=_news(activity))


def _tell(
    event: ComplaintFact,
    activity: Activity,
    what: str,
    write: Callable[[Complaint, Order], Letter],
    offer: Decimal | None = None,
) -> None:
    """Write to the buyer of the complaint, if there is an address and an order to link to."""
    rows = Complaint.objects.select_related("merchant", "order__merchant", "order__customer")
    complaint = rows.filter(pk=event.complaint_id).first()
    if complaint is None or complaint.order is None or not complaint.buyer_email:
        return
    order = complaint.order
    values = {**telling.of_complaint(complaint, offer), "letter": lambda: write(complaint, order)}
    write_to_buyer(order, what, values=values, dedupe=f"complaint-news:{activity.pk}", to=complaint.buyer_email)
