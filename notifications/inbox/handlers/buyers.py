"""Facts about reviews, complaints and questions."""

from __future__ import annotations

from typing import Any

from accounts.activity.models import Activity
from accounts.merchants.models import Merchant
from core.events import handles
from ecommerce.complaints.events import (
    ComplaintAnswered,
    ComplaintAppealed,
    ComplaintClosed,
    ComplaintDecided,
    ComplaintDueSoon,
    ComplaintEscalated,
    ComplaintFact,
    ComplaintMessageAdded,
    ComplaintOpened,
)
from ecommerce.complaints.models import Complaint, ComplaintMessage
from ecommerce.questions.events import QuestionAnswered, QuestionAsked, QuestionFact
from ecommerce.questions.models import ProductQuestion
from ecommerce.questions.queries import came_between
from ecommerce.reviews.events import ReviewFact, ReviewHidden, ReviewPublished, ReviewReplied, ReviewSubmitted
from ecommerce.reviews.models import Review
from notifications.inbox.actions import settle, tell
from notifications.inbox.models import Notification
from notifications.inbox.rules import FEW_STARS


@handles(ReviewSubmitted, ReviewPublished)
def review_came(event: ReviewFact, activity: Activity) -> None:
    if event.rating > FEW_STARS or event.state != Review.State.PUBLISHED:
        return
    review = Review.objects.select_related("product").filter(pk=event.review_id, state=event.state).first()
    if review is None or review.replied_at is not None:
        return
    params = {
        "review_id": review.pk,
        "stars": review.rating,
        "product": review.product.title if review.product else "",
        "verified": review.is_verified,
    }
    tell("review-low", key=str(review.pk), params=params, activity=activity)


@handles(ReviewReplied, ReviewHidden)
def review_settled(event: ReviewFact, activity: Activity) -> None:
    settle("review-low", key=str(event.review_id), by=activity)


@handles(ComplaintOpened, ComplaintDueSoon)
def complaint_waits(event: ComplaintFact, activity: Activity) -> None:
    """Told only while it is the merchant's turn: facts are handled a little later than they happen."""
    complaint = Complaint.objects.select_related("order", "merchant").filter(pk=event.complaint_id).first()
    if complaint is None or complaint.state != Complaint.State.OPENED:
        return
    params = {
        "number": complaint.number,
        "topic": complaint.topic,
        "due": complaint.due_at.isoformat(),
        "refund": str(complaint.refund_asked) if complaint.refund_asked else "",
        "currency": complaint.order.currency if complaint.order else complaint.merchant.currency,
    }
    kind = "complaint-due" if isinstance(event, ComplaintDueSoon) else "complaint-opened"
    tell(kind, key=str(complaint.pk), params=params, activity=activity)


@handles(ComplaintAnswered, ComplaintEscalated, ComplaintDecided, ComplaintClosed)
def complaint_settled(event: ComplaintFact, activity: Activity) -> None:
    settle("complaint-opened", "complaint-due", key=str(event.complaint_id), by=activity)


@handles(ComplaintMessageAdded, ComplaintEscalated, ComplaintAppealed, ComplaintDecided, ComplaintClosed)
def complaint_moved(event: ComplaintFact, activity: Activity) -> None:
    """What others do about a complaint; a later step settles what was told of an earlier one."""
    complaint = Complaint.objects.select_related("order", "merchant").filter(pk=event.complaint_id).first()
    if complaint is None:
        return
    params: dict[str, Any] = {
        "number": event.number,
        "topic": event.topic,
        "due": event.due_at,
        "refund": getattr(event, "refund", None) or "",
        "currency": complaint.order.currency if complaint.order else complaint.merchant.currency,
    }
    key = str(event.complaint_id)
    match event:
        case ComplaintMessageAdded():
            if event.author == ComplaintMessage.Author.BUYER:
                tell("complaint-message", key=key, params=params | {"message": activity.pk}, grows="message")
            else:
                settle("complaint-message", key=key, by=activity)
        case ComplaintEscalated():
            tell("complaint-escalated", key=key, params=params | {"because": event.because}, activity=activity)
        case ComplaintAppealed():
            tell("complaint-appealed", key=key, params=params, activity=activity)
        case ComplaintDecided():
            settle("complaint-message", "complaint-escalated", "complaint-appealed", key=key, by=activity)
            params |= {"decision": event.decision}
            tell("complaint-decided", key=f"{key}:{activity.pk}", params=params, activity=activity)
        case ComplaintClosed():
            settle("complaint-message", "complaint-escalated", "complaint-appealed", key=key, by=activity)
            tell("complaint-closed", key=key, params=params | {"because": event.because}, activity=activity)


@handles(ReviewHidden)
def review_hidden(event: ReviewHidden, activity: Activity) -> None:
    review = Review.objects.select_related("product").filter(pk=event.review_id).first()
    if review is None or activity.actor_kind != "user":
        return
    product = review.product.title if review.product else ""
    params = {"review_id": review.pk, "stars": review.rating, "product": product, "reason": event.reason}
    tell("review-hidden", key=f"{review.pk}:{activity.pk}", params=params, activity=activity)


@handles(QuestionAsked, QuestionAnswered)
def questions_of_the_day(event: QuestionFact, activity: Activity) -> None:
    """One line for the questions that came in on one day of the shop: it grows with each, and is over with the last
    answer. An answer lowers its figures and tells nobody anew.
    """
    came = ProductQuestion.objects.filter(pk=event.question_id).values_list("created_at", flat=True).first()
    if came is None:
        return
    merchant = Merchant.objects.get(pk=activity.merchant_id)
    key = merchant.day_of(came).isoformat()
    found = came_between(*merchant.day_bounds(merchant.day_of(came)))
    if found.first is None:
        settle("question-asked", key=key, by=activity)
        return
    params = {
        "day": key,
        "asked": found.count,
        "count": found.open,
        "question_id": found.first.pk,
        "product": found.first.product.title,
    }
    if isinstance(event, QuestionAsked):
        tell("question-asked", key=key, params=params, activity=activity, grows="asked")
    else:
        Notification.objects.filter(kind="question-asked", key=key).exclude(params=params).update(params=params)
