"""Facts that people are to be told. Each handler may run twice: a thing is told once per key."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.activity.models import Activity
from accounts.members.events import MemberInvited, MemberJoined
from accounts.members.models import Invitation, Membership
from accounts.merchants.models import Merchant
from accounts.people.events import PasswordChanged, RecoveryCodesMade, SecondFactorOff, SecondFactorOn, SignedInAnew
from accounts.people.models import User
from accounts.tokens.events import TokenCreated, TokenReplaced
from analytics.forecasts.events import (
    DriftNoticed,
    DriftOver,
    DropExpected,
    ForecastMade,
    ForecastRefused,
    SurgeExpected,
)
from analytics.promotions.events import PromotionReported
from analytics.restock.events import StockOutExpected, StockOutsExpected
from analytics.restock.models import StockWarning
from analytics.scenarios.events import PromiseJudged
from core.events import handles
from ecommerce.complaints.events import (
    ComplaintAnswered,
    ComplaintClosed,
    ComplaintDecided,
    ComplaintDueSoon,
    ComplaintEscalated,
    ComplaintFact,
    ComplaintOpened,
)
from ecommerce.complaints.models import Complaint
from ecommerce.fulfilment.events import OrderShipped, ParcelCasesFound
from ecommerce.imports.events import ImportFinished
from ecommerce.imports.models import ImportRun
from ecommerce.inventory.events import OpeningStockSet, StockAdjusted
from ecommerce.orders.events import (
    OrderCancelled,
    OrderHeld,
    OrderPaid,
    OrderPlaced,
    OrderRanShort,
    OrderReleased,
    OrdersPlaced,
    PaymentFailed,
)
from ecommerce.returns.events import (
    ReturnApproved,
    ReturnCancelled,
    ReturnDueSoon,
    ReturnEscalated,
    ReturnFact,
    ReturnOverdue,
    ReturnRefused,
    ReturnReopened,
    ReturnRepairing,
    ReturnRequested,
    ReturnSettled,
)
from ecommerce.returns.models import Return
from ecommerce.reviews.events import ReviewFact, ReviewHidden, ReviewPublished, ReviewReplied, ReviewSubmitted
from ecommerce.reviews.models import Review
from notifications.inbox.actions import settle, tell, tell_person, tell_staff
from notifications.inbox.tasks import look_at_orders, look_at_stock, look_soon
from notifications.inbox.watch import stock_warning, stock_warnings

FEW_STARS = 2


@handles(OrderPlaced, OrdersPlaced, OrderPaid, OrderShipped, OrderCancelled, OrderHeld, OrderReleased)
def orders_moved(event: object, activity: Activity) -> None:
    look_soon(look_at_orders)


@handles(StockOutExpected)
def stock_runs_out(event: StockOutExpected, activity: Activity) -> None:
    warnings = StockWarning.objects.open().select_related("variant__product", "merchant")
    warning = warnings.filter(pk=event.warning_id).first()
    if warning is not None:
        stock_warning(warning.merchant, warning)


@handles(StockOutsExpected)
def stocks_run_out(event: StockOutsExpected, activity: Activity) -> None:
    warning = StockWarning.objects.select_related("merchant").filter(pk=event.first_warning_id).first()
    if warning is not None:
        stock_warnings(warning.merchant, warning.merchant.day_of(warning.opened_at))


@handles(StockAdjusted, OpeningStockSet, OrderCancelled)
def stock_came(event: object, activity: Activity) -> None:
    look_soon(look_at_stock)


@handles(PaymentFailed)
def payment_failed(event: PaymentFailed, activity: Activity) -> None:
    params = {
        "number": event.number,
        "amount": event.amount,
        "currency": event.currency,
        "reason": event.reason,
        "payment": event.payment_id,
    }
    tell("payment-failed", key=str(event.order_id), params=params, activity=activity, grows="payment")


@handles(OrderRanShort)
def order_ran_short(event: OrderRanShort, activity: Activity) -> None:
    params = {"number": event.number, "units": event.units, "outcome": event.outcome}
    tell("order-short", key=f"{event.order_id}:{event.outcome}", params=params, activity=activity)


@handles(OrderReleased, OrderCancelled)
def short_order_moved(event: OrderReleased | OrderCancelled, activity: Activity) -> None:
    settle("order-short", key=f"{event.order_id}:hold")


@handles(OrderPaid, OrderCancelled)
def payment_settled(event: OrderPaid | OrderCancelled, activity: Activity) -> None:
    if isinstance(event, OrderPaid) or event.whole:
        settle("payment-failed", key=str(event.order_id))


@handles(ParcelCasesFound)
def parcels_need_a_person(event: ParcelCasesFound, activity: Activity) -> None:
    """One notice a day for each carrier, which grows with the parcels it is about."""
    merchant = Merchant.objects.get(pk=activity.merchant_id)
    params = {"carrier_id": event.carrier_id, "carrier": event.carrier, "count": event.open, "reason": event.reason}
    key = f"{event.carrier_id}:{merchant.day_of(activity.at).isoformat()}"
    tell("parcel-cases", key=key, params=params, activity=activity, grows="count")


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
    settle("review-low", key=str(event.review_id))


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
    settle("complaint-opened", "complaint-due", key=str(event.complaint_id))


@handles(ReturnRequested, ReturnDueSoon, ReturnOverdue, ReturnEscalated)
def return_waits(event: ReturnFact, activity: Activity) -> None:
    """Told while it is the shop's turn, and only to those who may do what is due: answer, or settle."""
    case = Return.objects.select_related("order").filter(pk=event.return_id, state=event.state).first()
    if case is None or case.due_at is None:
        return
    params = {
        "number": case.number,
        "order": event.order_number,
        "units": event.units,
        "due": case.due_at.isoformat(),
        "state": str(case.state),
    }
    if isinstance(event, ReturnEscalated):
        tell("return-escalated", key=f"{case.pk}:{case.state}", params=params, activity=activity)
        return
    name = "requested" if isinstance(event, ReturnRequested) else "due" if isinstance(event, ReturnDueSoon) else "late"
    kind = f"return-settle-{name}" if case.state == Return.State.RECEIVED else f"return-{name}"
    tell(kind, key=str(case.pk), params=params, activity=activity)


@handles(ReturnReopened)
def return_reopened(event: ReturnReopened, activity: Activity) -> None:
    params = {
        "number": event.number,
        "order": event.order_number,
        "replacement": event.replacement,
        "due": event.due_at,
    }
    tell("return-reopened", key=str(event.return_id), params=params, activity=activity)


@handles(ReturnApproved, ReturnRefused, ReturnCancelled, ReturnRepairing, ReturnSettled)
def return_moved(event: ReturnFact, activity: Activity) -> None:
    key = str(event.return_id)
    for state in Return.OPEN:
        settle("return-escalated", key=f"{key}:{state}")
    settle("return-requested", "return-due", "return-late", "return-settle-due", "return-settle-late", key=key)
    settle("return-reopened", key=key)


@handles(ImportFinished)
def import_finished(event: ImportFinished, activity: Activity) -> None:
    starter = ImportRun.objects.filter(pk=event.run_id).values_list("created_by", flat=True).first()
    if starter is None:
        return
    params = {
        "run_id": event.run_id,
        "file": event.file_name,
        "created": event.created,
        "updated": event.updated,
        "bad": event.bad_rows,
        "failed": event.failed,
    }
    tell("import-finished", key=str(event.run_id), params=params, activity=activity, only=[starter])


@handles(MemberInvited)
def member_invited(event: MemberInvited, activity: Activity) -> None:
    invitation = Invitation.objects.select_related("custom_role").filter(pk=event.invitation_id).first()
    if invitation is None or event.again:
        return
    role = invitation.custom_role.name if invitation.custom_role else invitation.role
    params = {"by": activity.actor_label, "role": role}
    tell("member-invited", key=str(invitation.pk), params=params, activity=activity)


@handles(MemberJoined)
def member_joined(event: MemberJoined, activity: Activity) -> None:
    member = Membership.objects.select_related("user", "custom_role").filter(pk=event.membership_id).first()
    if member is None:
        return
    role = member.custom_role.name if member.custom_role else member.role
    params = {"name": str(member.user), "role": role}
    tell("member-joined", key=str(member.pk), params=params, activity=activity)


@handles(TokenCreated, TokenReplaced)
def token_created(event: TokenCreated | TokenReplaced, activity: Activity) -> None:
    params = {"name": event.name, "by": activity.actor_label}
    tell("token-created", key=str(event.token_id), params=params, activity=activity)


@handles(SignedInAnew)
def signed_in(event: SignedInAnew, activity: Activity) -> None:
    user = User.objects.filter(pk=event.user_id).first()
    if user is not None:
        params = {"device": event.device, "at": activity.at.isoformat()}
        tell_person(user, "sign-in", key=str(activity.pk), params=params, by_mail=True)


@handles(PasswordChanged, SecondFactorOn, SecondFactorOff, RecoveryCodesMade)
def security_changed(
    event: PasswordChanged | SecondFactorOn | SecondFactorOff | RecoveryCodesMade, activity: Activity
) -> None:
    """The mail about it is the sign-in pages' own; it leaves with the change."""
    user = User.objects.filter(pk=event.user_id).first()
    if user is not None:
        params = {"what": event.kind, "at": activity.at.isoformat()}
        tell_person(user, "security-changed", key=str(activity.pk), params=params, by_mail=False)


@handles(ForecastMade, ForecastRefused)
def forecast_answered(event: ForecastMade | ForecastRefused, activity: Activity) -> None:
    """The nightly ones are on the page; who asked for one is told that it is there."""
    if not event.asked or activity.actor_kind != "user" or activity.actor_id is None:
        return
    params: dict[str, Any] = {"measure": event.measure, "refused": isinstance(event, ForecastRefused)}
    if isinstance(event, ForecastMade):
        currency = Merchant.objects.values_list("currency", flat=True).get(pk=activity.merchant_id)
        days = (date.fromisoformat(event.last_day) - date.fromisoformat(event.first_day)).days + 1
        params |= {"days": days, "low": event.low, "high": event.high, "currency": currency, "day": event.data_to}
    tell("forecast-ready", key=str(event.run_id), params=params, activity=activity, only=[activity.actor_id])


@handles(SurgeExpected, DropExpected)
def outlook_changed(event: SurgeExpected | DropExpected, activity: Activity) -> None:
    if event.usual <= 0:
        return
    params = {
        "percent": round(100 * (event.middle - event.usual) / event.usual),
        "low": event.low,
        "high": event.high,
        "usual": event.usual,
        "currency": event.currency,
    }
    tell("forecast-shift", key=f"{activity.kind}:{event.first_day}", params=params, activity=activity)


@handles(PromiseJudged)
def promise_judged(event: PromiseJudged, activity: Activity) -> None:
    params = {
        "scenario_id": event.scenario_id,
        "name": event.name,
        "category": event.category,
        "low": event.low,
        "high": event.high,
        "share": event.share,
        "inside": event.inside,
        "as_planned": event.as_planned,
    }
    tell("promise-judged", key=str(event.promise_id), params=params, activity=activity)


@handles(DriftNoticed, DriftOver)
def forecasts_drift(event: DriftNoticed | DriftOver, activity: Activity) -> None:
    """Members and staff are told. That they hold again takes the notice away: nobody has to read it any more."""
    subject, _, measure = event.subject_name.partition(":")
    key = f"{event.subject_name}:{event.category}:{event.since}"[:100]
    if isinstance(event, DriftOver):
        settle("forecast-drift", key=key)
        return
    params = {"subject": subject, "measure": measure, "category": event.category, "reason": event.reason}
    tell("forecast-drift", key=key, params=params, activity=activity)
    tell_staff("forecast-drift", key=key, params=params, word="operations.view", page="staff-accuracy")


@handles(PromotionReported)
def promotion_over(event: PromotionReported, activity: Activity) -> None:
    params = {
        "promotion_id": event.promotion_id,
        "title": event.title,
        "came": event.came,
        "low": event.low,
        "high": event.high,
    }
    tell("promotion-report", key=str(event.promotion_id), params=params, activity=activity)
