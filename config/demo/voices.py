"""What buyers of a demo shop said: reviews, honest and fake, complaints on their way, and questions."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from accounts.merchants.models import Merchant
from config.demo.sales import Sold
from config.demo.simulate import ShopHistory
from config.demo.words import ANSWERS, BAD, COMPLAINTS, FAKE, GOOD, MIDDLING, QUESTIONS, REPLIES, UNHAPPY
from core.bulk import bulk_insert
from ecommerce.complaints.models import Complaint, ComplaintMessage
from ecommerce.orders.models import Channel, Order
from ecommerce.questions.models import ProductQuestion
from ecommerce.reviews.models import Review
from ecommerce.reviews.rules import Signals, assess


def write_reviews(merchant: Merchant, history: ShopHistory, sold: Sold, now: datetime) -> list[Review]:
    """A review for about every seventh delivered order; a shop in crisis hears it from its buyers."""
    random = Random(f"reviews-{merchant.slug}")  # noqa: S311 - a simulation
    reviews = []
    for order in sold.orders:
        if order.delivered_at is None or random.random() > 0.14:
            continue
        written = order.delivered_at + timedelta(hours=random.randrange(6, 120))
        if written >= now:
            continue
        trouble = history.spec.story == "crisis" and now - written < timedelta(days=35)
        late = order.promised_at is not None and order.delivered_at > order.promised_at
        weights = [22, 14, 16, 24, 24] if trouble else [8, 8, 14, 30, 40] if late else [2, 3, 8, 29, 58]
        reviews.append(_review(random, order, sold, random.choices([1, 2, 3, 4, 5], weights=weights)[0], written))
        if reviews[-1].rating <= 2 and now - written > timedelta(days=3) and random.random() < 0.7:
            reviews[-1].reply = REPLIES[reviews[-1].language]
            reviews[-1].replied_at = written + timedelta(days=1)
            reviews[-1].replied_by_label = merchant.name
    reviews += _fakes(random, merchant, sold, now)
    return bulk_insert(reviews)


def _review(random: Random, order: Order, sold: Sold, rating: int, written: datetime) -> Review:
    line = sold.lines[order.pk][0]
    assert line.variant is not None
    assert order.customer is not None
    language = order.customer.language
    texts = GOOD if rating >= 4 else MIDDLING if rating == 3 else BAD
    late = order.promised_at is not None and order.delivered_at is not None and order.delivered_at > order.promised_at
    return Review(
        product_id=line.variant.product_id,
        order=order,
        customer=order.customer,
        author_name=order.buyer_name,
        is_anonymous=random.random() < 0.3,
        is_verified=True,
        rating=rating,
        quality_rating=rating,
        service_rating=min(5, rating + random.randrange(0, 2)),
        delivery_rating=random.randrange(1, 4) if late else min(5, rating + 1),
        text=random.choice(texts[language]) if random.random() < 0.85 else "",
        language=language,
        state=Review.State.PUBLISHED,
        risk_score=Decimal(random.randrange(5, 180)) / 1000,
        created_at=written,
    )


def _fakes(random: Random, merchant: Merchant, sold: Sold, now: datetime) -> list[Review]:
    """Paid praise: older ones were found and hidden, the newest wait for a moderator."""
    products = sorted({line.variant.product_id for lines in sold.lines.values() for line in lines if line.variant})
    fakes = []
    for number in range(9 if merchant.slug in {"qingyun", "northwave", "botanica"} else 3):
        written = now - timedelta(hours=random.randrange(2, 70) if number < 3 else random.randrange(100, 3000))
        language = random.choice(["en", "zh-hans"])
        kind = random.randrange(3)
        held = now - written < timedelta(days=3)
        found = assess(Signals(text=FAKE[language][kind], rating=5, product_usual=4.3, product_count=40))
        fakes.append(
            Review(
                product_id=random.choice(products),
                author_name=f"user{random.randrange(10**6):06d}",
                rating=5,
                quality_rating=5,
                text=FAKE[language][kind],
                language=language,
                state=Review.State.HELD if held else Review.State.HIDDEN,
                risk_score=found.score,
                risk_reasons=found.reasons,
                moderation_reason="" if held else "Advertising",
                moderated_at=None if held else written + timedelta(hours=9),
                created_at=written,
            )
        )
    return fakes


def write_complaints(merchant: Merchant, history: ShopHistory, sold: Sold, now: datetime) -> list[Complaint]:
    """A few complaints: decided ones of the past, and open ones of the last days, some nearly due."""
    random = Random(f"complaints-{merchant.slug}")  # noqa: S311 - a simulation
    delivered = [order for order in sold.orders if order.delivered_at and now - order.delivered_at < timedelta(days=90)]
    if not delivered:
        return []
    count = 16 if history.spec.story == "crisis" else 6 if merchant.slug == "luming" else 4
    complaints, texts = [], []
    for number in range(count):
        order = random.choice(delivered[-60:] if number < count // 2 else delivered)
        assert order.customer is not None
        language = order.customer.language
        topic, subject, text = random.choice(COMPLAINTS[language])
        opened = now - (timedelta(hours=3 + 9 * number) if number < count // 2 else timedelta(days=6 + 4 * number))
        line = sold.lines[order.pk][0]
        complaint = Complaint(
            number=f"C-{number + 1:04d}",
            order=order,
            customer=order.customer,
            product_id=line.variant.product_id if line.variant else None,
            topic=topic,
            subject=subject,
            opened_at=opened,
            due_at=opened + timedelta(hours=24),
            refund_asked=min(order.refundable, line.total),
        )
        _advance(random, complaint, opened, now)
        complaints.append(complaint)
        texts.append((text, ANSWERS[language].format(name=order.buyer_name), order.buyer_name))
    bulk_insert(complaints)
    messages = []
    for complaint, (text, answer, buyer) in zip(complaints, texts, strict=True):
        messages.append(
            ComplaintMessage(complaint=complaint, author="buyer", author_label=buyer, text=text, at=complaint.opened_at)
        )
        if complaint.answered_at:
            messages.append(
                ComplaintMessage(
                    complaint=complaint,
                    author="merchant",
                    author_label=merchant.name,
                    text=answer,
                    at=complaint.answered_at,
                )
            )
        if complaint.escalated_at:
            messages.append(
                ComplaintMessage(
                    complaint=complaint,
                    author="buyer",
                    author_label=buyer,
                    text=UNHAPPY[language],
                    at=complaint.escalated_at,
                )
            )
    bulk_insert(messages)
    return complaints


def _advance(random: Random, complaint: Complaint, opened: datetime, now: datetime) -> None:
    """Old complaints were answered and decided, middle ones wait for the platform, the newest for the shop."""
    State = Complaint.State
    age = now - opened
    if age < timedelta(hours=20):
        return
    complaint.answered_at = opened + timedelta(hours=random.randrange(4, 20))
    complaint.state = State.ANSWERED
    complaint.due_at = complaint.answered_at + timedelta(hours=72)
    if age < timedelta(days=4):
        if complaint.answered_at + timedelta(hours=6) < now:
            complaint.state, complaint.escalated_because = State.INVESTIGATED, Complaint.Escalation.BUYER
            complaint.escalated_at = complaint.answered_at + timedelta(hours=6)
            complaint.due_at = complaint.escalated_at + timedelta(hours=72)
        return
    complaint.state = State.DECIDED
    complaint.decided_at = complaint.answered_at + timedelta(days=2)
    complaint.decision = random.choice(["for_buyer", "partly", "for_merchant"])
    complaint.decision_reason = {
        "for_buyer": "The photos show the damage, and the parcel was packed without padding.",
        "partly": "The delay is proven; the product itself is as described.",
        "for_merchant": "The carrier's scans show delivery on the promised day.",
    }[complaint.decision]
    asked = complaint.refund_asked or Decimal(0)
    share = {"for_buyer": Decimal(1), "partly": Decimal("0.3"), "for_merchant": Decimal(0)}[complaint.decision]
    complaint.refund_decided = (asked * share).quantize(Decimal("0.01"))
    if age > timedelta(days=20):
        complaint.state, complaint.closed_at = State.CLOSED, complaint.decided_at + timedelta(days=7)


def write_questions(merchant: Merchant, sold: Sold, now: datetime) -> None:
    """What buyers asked about some products: most of it answered in hours, some waiting for too long.

    One product is asked about again and again, which its description should answer.
    """
    random = Random(f"questions-{merchant.slug}")  # noqa: S311 - a simulation
    products = sorted({line.variant.product_id for lines in sold.lines.values() for line in lines if line.variant})
    asking = [order for order in sold.orders if order.buyer_name and order.customer][-200:]
    if not products or not asking:
        return
    puzzling, rows = random.choice(products), []
    for number in range(24):
        order = random.choice(asking)
        text, answer = random.choice(QUESTIONS[order.customer.language if order.customer else "en"])
        asked = now - timedelta(hours=5 + 40 * number)
        waits = number in {0, 2, 6}
        rows.append(
            ProductQuestion(
                product_id=puzzling if number % 3 == 0 else random.choice(products),
                text=text,
                asked_by=order.buyer_name,
                channel=Channel.ONLINE_STORE,
                asked_at=asked,
                created_at=asked,
                answer="" if waits else answer,
                answered_at=None if waits else asked + timedelta(hours=random.randrange(1, 5)),
                answered_by_label="" if waits else merchant.name,
            )
        )
    bulk_insert(rows)
