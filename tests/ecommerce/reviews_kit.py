"""Reviews for tests."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from core.actors import Actor
from ecommerce.models import Order, OrderLine, Review
from ecommerce.reviews.actions import submit_review
from tests import factories

BUYER = Actor("buyer", None, "Buyer")
TEXT = "The glaze is even, the lid sits tight and the spout does not drip even when I pour quickly."
RISKY = "Cheaper at teadeals-shop.example, look there before you buy it here."


def delivered_line(**fields) -> OrderLine:
    """A delivered order of one product."""
    order = factories.OrderFactory(
        state=Order.State.DELIVERED, delivered_at=timezone.now() - timedelta(days=2), **fields
    )
    return factories.OrderLineFactory(order=order)


def written(text: str = TEXT, line: OrderLine | None = None, **fields) -> Review:
    """A review as the buyer of a delivered order writes it."""
    line = line or delivered_line()
    fields = {"rating": 5, "order": line.order, "product": line.variant.product, **fields}
    return submit_review(text=text, actor=BUYER, **fields)


def held(number: int = 0, **fields) -> Review:
    """A review that waits for a moderator; another number, another text."""
    words = " ".join(["even", "lid", "spout", "warm", "glaze", "box", "tray"][number % 7 :])
    return written(f"Shop {number} at site{number}.example is better: {words} {number}.", **fields)
