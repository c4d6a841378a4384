"""The activity log as the shops' work would have left it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from accounts.activity.models import Activity
from accounts.merchants.models import Merchant
from config.demo.sales import Sold
from core.bulk import bulk_insert
from core.events import Event, dump
from ecommerce.complaints.events import ComplaintOpened
from ecommerce.complaints.models import Complaint
from ecommerce.fulfilment.events import OrderShipped, ParcelDelivered
from ecommerce.fulfilment.models import Shipment
from ecommerce.orders.events import OrderPaid, OrderPlaced
from ecommerce.orders.models import Order
from ecommerce.reviews.events import ReviewSubmitted
from ecommerce.reviews.models import Review

ORDERS = timedelta(days=21)
VOICES = timedelta(days=90)  # as far back as a playbook's dry run looks
PLATFORM = "Storecast"


def remember(
    merchant: Merchant, sold: Sold, reviews: Iterable[Review], complaints: Iterable[Complaint], now: datetime
) -> None:
    """The facts of the last weeks, written down in their order; nobody is told again."""
    entries = [
        *_orders(merchant, [order for order in sold.orders if now - order.placed_at < ORDERS]),
        *_reviews(merchant, [review for review in reviews if now - review.created_at < VOICES]),
        *_complaints(merchant, [complaint for complaint in complaints if now - complaint.opened_at < VOICES]),
    ]
    bulk_insert(sorted(entries, key=lambda entry: entry.at))


def _entry(event: Event, at: datetime, label: str, subject: tuple[str, int, str]) -> Activity:
    kind, pk, name = subject
    return Activity(
        at=at, kind=event.kind, payload=dump(event), actor_kind="system" if label == PLATFORM else "buyer",
        actor_label=label, subject_type=kind, subject_id=pk, subject_label=name,
    )  # fmt: skip


def _orders(merchant: Merchant, orders: list[Order]) -> Iterator[Activity]:
    parcels = {parcel.order_id: parcel for parcel in Shipment.objects.filter(order__in=[order.pk for order in orders])}
    for order in orders:
        subject = ("ecommerce.order", order.pk, order.number)
        facts = {"order_id": order.pk, "number": order.number}
        placed = OrderPlaced(
            **facts, channel=order.channel, customer_id=order.customer_id, units=order.units, total=str(order.total),
            currency=order.currency, days=[merchant.day_of(order.placed_at).isoformat()],
        )  # fmt: skip
        yield _entry(placed, order.placed_at, order.buyer_name, subject)
        if order.paid_at:
            paid = OrderPaid(
                **facts, payment_id=0, customer_id=order.customer_id, amount=str(order.paid_total),
                currency=order.currency, method="",
            )  # fmt: skip
            yield _entry(paid, order.paid_at, order.buyer_name, subject)
        parcel = parcels.get(order.pk)
        if parcel is None:
            continue
        way = {**facts, "shipment_id": parcel.pk, "customer_id": order.customer_id}
        shipped = OrderShipped(
            **way, carrier=parcel.carrier, tracking_number=parcel.tracking_number, units=order.units, whole=True
        )
        yield _entry(shipped, parcel.shipped_at, PLATFORM, subject)
        if parcel.delivered_at:
            delivered = ParcelDelivered(**way, at=parcel.delivered_at.isoformat())
            yield _entry(delivered, parcel.delivered_at, PLATFORM, subject)


def _reviews(merchant: Merchant, reviews: list[Review]) -> Iterator[Activity]:
    for review in reviews:
        event = ReviewSubmitted(
            review_id=review.pk, product_id=review.product_id, rating=review.rating, state=review.state,
            days=[merchant.day_of(review.created_at).isoformat()], order_id=review.order_id,
            is_verified=review.is_verified, risk_score=str(review.risk_score),
        )  # fmt: skip
        yield _entry(event, review.created_at, review.author_name, ("ecommerce.review", review.pk, str(review)))


def _complaints(merchant: Merchant, complaints: list[Complaint]) -> Iterator[Activity]:
    for complaint in complaints:
        event = ComplaintOpened(
            complaint_id=complaint.pk, number=complaint.number, topic=complaint.topic, state=Complaint.State.OPENED,
            due_at=(complaint.opened_at + timedelta(hours=24)).isoformat(), order_id=complaint.order_id,
            customer_id=complaint.customer_id, product_id=complaint.product_id,
            days=[merchant.day_of(complaint.opened_at).isoformat()],
            refund_asked=str(complaint.refund_asked) if complaint.refund_asked is not None else None,
        )  # fmt: skip
        subject = ("ecommerce.complaint", complaint.pk, complaint.number)
        yield _entry(event, complaint.opened_at, complaint.order.buyer_name, subject)
