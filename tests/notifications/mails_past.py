"""What a shop and one of its buyers went through, so that every letter has something to tell of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial

from django.utils import timezone

from core.mail import Letter
from ecommerce.buyers import letters
from ecommerce.models import Complaint, Order, ParcelCase, PurchaseOrder, Return, Review, Shipment
from ecommerce.orders.actions import confirm_order
from ecommerce.returns.actions import approve_return, receive_return, refuse_return, settle_return
from ecommerce.returns.rules import Inspection
from notifications.texts import telling
from tests.ecommerce import reviews_kit
from tests.ecommerce.complaints_kit import opened
from tests.ecommerce.loyalty_kit import points_and_coupons
from tests.ecommerce.orders_kit import ANN
from tests.ecommerce.purchasing_kit import kiln, sent
from tests.ecommerce.returns_kit import BUYER, requested
from tests.notifications.buyers_kit import ordered
from tests.notifications.test_buyers_limits import arrive

REFUND = Decimal("88.00")
# What the people of this past typed, in no other language.
WORDS = (
    "The glaze is worn off by use.",
    "The thirty days are over.",
    "Says where else to buy.",
    "Names a person.",
    "The photos show the crack.",
    "As agreed by telephone.",
)


@dataclass
class Past:
    """An order that arrived, with its return and complaint; its review, which must change; orders to suppliers."""

    order: Order
    case: Return
    complaint: Complaint
    review: Review
    purchases: list[PurchaseOrder]


def past() -> Past:
    """Of the merchant in scope."""
    order = ordered(quantity=4, shipping_fee=Decimal("12.00"), discount=Decimal("20.00"))
    confirm_order(order, actor=ANN)
    arrive(order)
    again = lambda: Order.objects.get(pk=order.pk)  # noqa: E731
    exchanged = approve_return(requested(again(), actor=BUYER), actor=ANN)
    inspected = {exchanged.lines.get().pk: Inspection(restock=1)}
    new = settle_return(
        receive_return(exchanged, inspected=inspected, actor=ANN), outcome="exchange", actor=ANN
    ).replacement
    assert new is not None
    confirm_order(new, actor=ANN)
    arrive(new)
    refuse_return(requested(again(), actor=BUYER), reason=f"{WORDS[0]}\n{WORDS[1]}", actor=ANN)
    case = approve_return(requested(again(), actor=BUYER), actor=ANN)
    soon = timezone.now() + timedelta(days=2)
    Shipment.objects.update(promised_at=soon, expected_at=soon + timedelta(days=3))
    Order.objects.filter(pk=order.pk).update(refunded_total=Decimal("168.00"))
    points_and_coupons(order)
    order = Order.objects.select_related("merchant", "customer").get(pk=order.pk)
    return Past(
        order=order,
        case=Return.objects.select_related("merchant", "order__merchant").get(pk=case.pk),
        complaint=opened(order),
        review=reviews_kit.written(line=reviews_kit.delivered_line(number="20001")),
        purchases=[sent(kiln(email="kiln@example.com"), ("POT", units)) for units in (1, 24)],
    )


def variants(then: Past) -> dict[str, list[telling.Values]]:
    """By the name of their kind: what a letter about an order, parcel or return says other than the newest example."""
    parcel = Shipment.objects.filter(order=then.order).latest("pk")
    return {
        "shipped": [telling.of_parcel(parcel, is_whole=False)],
        "delayed": [telling.of_trouble(parcel, reason) for reason in ParcelCase.Reason.values],
        "delivered": [telling.of_arrival(then.order, invites=False)],
        "return_approved": [{**telling.of_return(then.case), "send_to": ""}],
    }


def _settled(then: Past, outcome: str) -> Letter:
    then.case.outcome, then.case.refund_amount, then.case.outcome_reason = outcome, REFUND, WORDS[5]
    return letters.return_settled(then.case)


def _edit_asked(then: Past) -> Letter:
    then.review.moderation_reason = f"{WORDS[2]}\n{WORDS[3]}"
    return letters.edit_asked(then.review, then.order)


def _decided(then: Past, refund: Decimal | None) -> Letter:
    then.complaint.decision, then.complaint.decision_reason = Complaint.Decision.PARTLY, WORDS[4]
    return letters.decided(then.complaint, then.order, refund)


# What answers a buyer, the name of its kind, and what it says in each way there is.
ANSWERS: dict[Callable[..., Letter], tuple[str, list[Callable[[Past], Letter]]]] = {
    letters.edit_asked: ("review_edit", [_edit_asked]),
    letters.answered: (
        "complaint_answered",
        [
            lambda then: letters.answered(then.complaint, then.order, REFUND),
            lambda then: letters.answered(then.complaint, then.order, None),
        ],
    ),
    letters.message_added: ("complaint_message", [lambda then: letters.message_added(then.complaint, then.order)]),
    letters.escalated: ("complaint_escalated", [lambda then: letters.escalated(then.complaint, then.order)]),
    letters.decided: ("complaint_decided", [lambda then: _decided(then, REFUND), lambda then: _decided(then, None)]),
    letters.return_received: ("return_received", [lambda then: letters.return_received(then.case)]),
    letters.return_repairing: ("return_repairing", [lambda then: letters.return_repairing(then.case)]),
    letters.return_settled: (
        "return_settled",
        [partial(_settled, outcome=outcome) for outcome in Return.Outcome.values],
    ),
}
