"""What buyers are written about their orders, once, in their language, and only while they want it."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.activity.log import record
from accounts.models import Activity
from core.actors import SYSTEM
from core.tenancy import tenant
from ecommerce.buyers.links import MAIL, make_token
from ecommerce.customers.actions import record_consent
from ecommerce.customers.models import Consent
from ecommerce.fulfilment.events import OrderShipped
from ecommerce.fulfilment.models import Shipment, ShipmentLine
from ecommerce.orders.events import OrderDelivered, OrderRefunded
from notifications.buyers.handlers.orders import shipped
from notifications.mail.models import Mail
from notifications.texts.letterhead import sender_of
from tests import factories
from tests.queue import run_tasks


@pytest.fixture(autouse=True)
def _mailbox(settings):
    settings.DEMO, settings.EMAIL_URL = True, ""
    cache.clear()


@pytest.fixture
def order(scope):
    scope.contact_email = "help@luming.example"
    scope.save()
    customer = factories.CustomerFactory(name="Wang", email="wang@example.com", language="zh-CN")
    return factories.OrderFactory(number="10001", customer=customer)


def ship(order, *, whole: bool = True) -> tuple[OrderShipped, Activity]:
    line = factories.OrderLineFactory(order=order, title="Gaiwan & lid", quantity=2)
    parcel = Shipment.objects.create(order=order, carrier="SF", tracking_number="SF123")
    ShipmentLine.objects.create(shipment=parcel, order_line=line, quantity=2)
    event = OrderShipped(
        order_id=order.pk, number=order.number, shipment_id=parcel.pk, customer_id=order.customer_id, carrier="SF",
        tracking_number="SF123", units=2, whole=whole,
    )  # fmt: skip
    entry = record(event, actor=SYSTEM, subject=order)
    run_tasks()
    return event, entry


def buyer_mails() -> list[Mail]:
    return list(Mail.objects.filter(purpose="buyer"))


def test_a_buyer_is_told_that_the_parcel_left(order):
    ship(order)
    (mail,) = buyer_mails()
    assert (mail.to, mail.language, mail.state) == ("wang@example.com", "zh-hans", "sent")
    assert mail.sender == '"Luming Teaware" <notices@storecast.example>'
    assert mail.headers["Reply-To"] == "help@luming.example"
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.headers["List-Unsubscribe"].endswith("/mail/stop/order/>")
    assert "10001" in mail.subject
    assert "- 2 × Gaiwan & lid" in mail.text
    assert "SF SF123" in mail.text
    assert "Gaiwan &amp; lid" in mail.html
    assert "/b/" in mail.text


def test_a_second_run_of_the_handler_writes_nothing(order):
    event, entry = ship(order)
    shipped(event, Activity.objects.get(pk=entry.pk))
    run_tasks()
    assert len(buyer_mails()) == 1


def test_delivered_and_refunded_are_told_too(order):
    order.customer.language = "en"
    order.customer.save()
    common = {"order_id": order.pk, "number": order.number, "customer_id": order.customer_id}
    record(OrderDelivered(**common), actor=SYSTEM, subject=order)
    refund = {"payment_id": 1, "amount": "88.50", "currency": "CNY", "reason": "broken", "whole": False}
    record(OrderRefunded(**common, **refund), actor=SYSTEM, subject=order)
    run_tasks()
    arrived, refunded = sorted(buyer_mails(), key=lambda mail: mail.pk)
    assert arrived.subject == "Your order 10001 has arrived · Luming Teaware"
    assert "¥88.50 goes back to you" in refunded.text


def test_who_withdrew_is_not_written(order):
    record_consent(order.customer, purpose=Consent.Purpose.ORDER, granted=False, source="test", actor=SYSTEM)
    ship(order)
    assert buyer_mails() == []


def test_an_order_without_an_address_writes_nobody(scope):
    ship(factories.OrderFactory(customer=None, buyer_name="", buyer_email=""))
    assert buyer_mails() == []


def test_a_shops_name_cannot_become_an_address(scope):
    scope.name = 'Evil" <boss@bank.example>,\r\nBcc: x'
    assert sender_of(scope) == '"Evil boss bank.example Bcc x" <notices@storecast.example>'


def address(order) -> str:
    return f"/b/{make_token(MAIL, order.customer)}/mail/"


def consents(order) -> list[tuple[str, bool]]:
    with tenant(order.merchant_id):
        return sorted(Consent.objects.values_list("purpose", "granted"))


def test_following_the_link_changes_nothing_and_the_button_does(order, client):
    assert client.get(address(order)).status_code == 200
    assert consents(order) == []
    page = client.post(address(order), {"marketing": "on"})
    assert page.status_code == 200
    assert consents(order) == [("marketing", True), ("order", False)]
    ship(order)
    assert buyer_mails() == []
    client.post(address(order), {"marketing": "on", "order": "on"})
    assert consents(order) == [("marketing", True), ("order", False), ("order", True)]


def test_a_link_of_before_ends_news_of_orders_with_one_request(order):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(address(order), {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert consents(order) == [("order", False)]


def test_a_link_for_something_else_does_not_let_in(order, client):
    token = make_token("track", order)
    assert client.post(f"/b/{token}/mail/", {}).status_code == 404
    assert consents(order) == []
