"""Complaints for tests."""

from __future__ import annotations

from decimal import Decimal

from core.actors import Actor
from ecommerce.complaints.actions import open_complaint
from ecommerce.models import Complaint
from tests import factories

BUYER = Actor("buyer", None, "Sun Jiayi")
TEXT = "The lid has a long crack. I wanted to give this to my mother on Saturday."


def paid_order(paid: str = "168.00", **fields):
    """A delivered and paid order of one line."""
    order = factories.OrderFactory(
        buyer_name="Sun Jiayi", state="delivered", paid_total=Decimal(paid), total=Decimal(paid), **fields
    )
    factories.OrderLineFactory(order=order)
    return order


def opened(order=None, **fields) -> Complaint:
    """A complaint as the buyer of a paid order opens it."""
    fields = {"text": TEXT, "topic": "damaged", "order": order or paid_order(), **fields}
    return open_complaint(actor=BUYER, **fields)
