"""Buyers for tests, and what was written to them."""

from __future__ import annotations

import re
from typing import Any

from django.utils import translation

from ecommerce.customers.actions import record_consent
from ecommerce.fulfilment.actions import add_tracking_event
from ecommerce.models import Order, Shipment
from ecommerce.orders.rules import BuyerIn
from notifications.buyers.kinds import KINDS
from notifications.mail.models import Mail
from tests import factories
from tests.ecommerce.orders_kit import ANN, placed, stocked
from tests.queue import run_tasks

EN, ZH = "en", "zh-hans"


def ordered(language: str = EN, quantity: int = 2, *, email: str = "yuhan@example.com", **fields: Any) -> Order:
    """A paid order of one line, by a buyer who reads that language."""
    variant = stocked(product=factories.ProductFactory(title="Gaiwan & lid"))
    buyer = BuyerIn(name="Chen Yuhan", email=email, city="Shanghai", language=language)
    order = placed((variant, quantity), paid=True, payment_method="wechat", buyer=buyer, **fields)
    return Order.objects.select_related("customer", "merchant").get(pk=order.pk)


def report(parcel: Shipment, **fields: Any) -> None:
    add_tracking_event(parcel, actor=ANN, **fields)


def agree(order: Order, purpose: str, *, granted: bool = True) -> None:
    assert order.customer is not None
    record_consent(order.customer, purpose=purpose, granted=granted, source="test", actor=ANN)


def mails() -> list[Mail]:
    """What was written to buyers, in the order it was."""
    run_tasks()
    return list(Mail.objects.filter(purpose="buyer").order_by("pk"))


def mails_of(what: str, order: Order, **said: str) -> list[Mail]:
    """The mails with the subject of that letter, each looked at for what was left to be filled in."""
    with translation.override(order.customer.language if order.customer else EN):
        subject = str(KINDS[what].subject) % {"number": order.number, **said}
    found = [mail for mail in mails() if mail.subject == f"{subject} · {order.merchant.name}"]
    for mail in found:
        for words in (mail.subject, mail.text, re.sub(r"<style>.*?</style>", "", mail.html, flags=re.DOTALL)):
            words = re.sub(r"https?://\S+", "", words)  # a signature in an address may read as anything
            assert not re.search(r"None|%\(|\{\{|\{%|\[\]|\(\)|&amp;amp;", words), words
        assert not re.search(r"[:：]\s*(\n--\n|\Z)", mail.text), mail.text
    return found


def mail_of(what: str, order: Order, **said: str) -> Mail:
    (found,) = mails_of(what, order, **said)
    return found
