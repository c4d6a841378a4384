"""Cases that come before the staff, and their decisions.

Who tells locks the case: it is told only while it waits, and a decision that comes at the same moment is handled after.
The key of a case that may come again holds the fact that brought it.
"""

from __future__ import annotations

from django.db import transaction

from accounts.activity.models import Activity
from accounts.merchants.events import MerchantApplied, MerchantApproved, MerchantRefused
from accounts.merchants.models import Merchant
from accounts.people.models import User
from analytics.forecasts.events import DriftOver
from core.events import handles
from ecommerce.complaints.events import (
    ComplaintAnswered,
    ComplaintAppealed,
    ComplaintClosed,
    ComplaintDecided,
    ComplaintEscalated,
    ComplaintFact,
)
from ecommerce.complaints.models import Complaint
from ecommerce.reviews.events import (
    ReviewDecisionUndone,
    ReviewEditAsked,
    ReviewFact,
    ReviewHidden,
    ReviewPublished,
    ReviewRevised,
    ReviewSubmitted,
)
from ecommerce.reviews.models import Review
from notifications.inbox.links import Fact
from notifications.inbox.rules import drift_key
from notifications.inbox.told import StaffTold, when_followed, when_staff_told
from notifications.staffbox.actions import put, settle, tell_box
from notifications.staffbox.doing import open_rows
from notifications.staffbox.kinds import staff_kind
from notifications.staffbox.models import StaffNotice


@when_staff_told
def staff_told(told: StaffTold) -> None:
    """What concerns staff is put into their inbox, and mailed as they chose."""
    kind = staff_kind(told.kind.name)
    if kind is not None:
        put(kind, told.key, told.params, told.people, at=told.at)


@when_followed
def staff_followed(user: User, fact: Fact) -> None:
    """Who comes by the link of the mail has opened what lies in their inbox."""
    rows = StaffNotice.objects.filter(user=user, merchant_id=fact.merchant_id, kind__in=fact.kinds, key=fact.key)
    open_rows(rows)


@handles(MerchantApplied)
def merchant_applied(event: MerchantApplied, activity: Activity) -> None:
    with transaction.atomic():
        shop = Merchant.objects.select_for_update().get(pk=event.merchant_id)
        if shop.state == Merchant.State.APPLIED:
            params = {"merchant_id": shop.pk, "shop": shop.name, "again": event.again}
            tell_box("merchant-applied", key=str(activity.pk), params=params, activity=activity)


@handles(MerchantApproved, MerchantRefused)
def merchant_decided(event: MerchantApproved | MerchantRefused, activity: Activity) -> None:
    settle("merchant-applied", by=activity)


@handles(ReviewSubmitted, ReviewRevised, ReviewDecisionUndone)
def review_waits(event: ReviewFact, activity: Activity) -> None:
    if event.state != Review.State.HELD:
        return
    with transaction.atomic():
        rows = Review.objects.select_for_update(of=("self",)).select_related("product")
        review = rows.filter(pk=event.review_id, state=Review.State.HELD).first()
        if review is not None:
            params = {
                "review_id": review.pk,
                "stars": review.rating,
                "product": review.product.title if review.product else "",
                "revised": isinstance(event, ReviewRevised),
            }
            tell_box("review-held", key=f"{review.pk}:{activity.pk}", params=params, activity=activity)


@handles(ReviewPublished, ReviewHidden, ReviewEditAsked)
def review_decided(event: ReviewFact, activity: Activity) -> None:
    settle("review-held", beginning=f"{event.review_id}:", by=activity)


@handles(ComplaintEscalated, ComplaintAppealed)
def complaint_waits(event: ComplaintEscalated | ComplaintAppealed, activity: Activity) -> None:
    """What one of the staff took up is theirs: the others have nothing to do about it."""
    because = event.because if isinstance(event, ComplaintEscalated) else ""
    if because == Complaint.Escalation.PLATFORM:
        return
    with transaction.atomic():
        rows = Complaint.objects.select_for_update().filter(pk=event.complaint_id, state=event.state)
        complaint = rows.first()
        if complaint is not None:
            params = {
                "complaint_id": complaint.pk,
                "number": complaint.number,
                "topic": complaint.topic,
                "because": because,
                "due": complaint.due_at.isoformat(),
            }
            kind = "complaint-escalated" if because else "complaint-appealed"
            tell_box(kind, key=f"{complaint.pk}:{activity.pk}", params=params, activity=activity)


@handles(ComplaintAnswered, ComplaintDecided, ComplaintClosed)
def complaint_decided(event: ComplaintFact, activity: Activity) -> None:
    """Settled by the decision, or by the parties before one; an answer may leave it with the platform."""
    if event.state not in Complaint.WITH_PLATFORM:
        beginning = f"{event.complaint_id}:"
        settle("complaint-escalated", "complaint-appealed", beginning=beginning, by=activity)


@handles(DriftOver)
def drift_over(event: DriftOver, activity: Activity) -> None:
    settle("forecast-drift", key=drift_key(event.subject_name, event.category, event.since), by=activity)
