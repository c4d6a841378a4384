"""Each letter to a buyer: when it is written, once, in the buyer's language, with all it has to say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from ecommerce.fulfilment.actions import mark_parcel_delivered, save_carrier, ship_order
from ecommerce.fulfilment.actions.cases import watch_parcels
from ecommerce.models import Order, Shipment
from ecommerce.orders.actions import cancel_order, confirm_order, confirm_orders, unconfirm_orders
from ecommerce.returns.actions import approve_return, receive_return, refuse_return, settle_return
from ecommerce.returns.rules import Inspection
from notifications.buyers import tasks
from tests.ecommerce.orders_kit import ANN
from tests.ecommerce.returns_kit import BUYER, requested
from tests.notifications.buyers_kit import EN, ZH, agree, mail_of, mails, mails_of, ordered, report
from tests.queue import run_tasks

BOTH = pytest.mark.parametrize("language", [EN, ZH])


@pytest.fixture(autouse=True)
def _mailbox(settings, scope):
    settings.EMAIL_BACKEND = "notifications.mail.backend.OutboxBackend"
    settings.DEMO, settings.EMAIL_URL = True, ""
    cache.clear()


def sent(order: Order, **fields: object) -> Shipment:
    fields.setdefault("tracking_number", "SF100")
    return ship_order(order, carrier="SF", actor=ANN, **fields)


@BOTH
def test_a_confirmed_order_is_told_with_its_lines_and_total(language):
    order = ordered(language)
    Order.objects.filter(pk=order.pk).update(discount=10, shipping_fee=12)
    confirm_order(order, actor=ANN)
    mail = mail_of("order_confirmed", order)
    assert mail.language == language
    assert "2 × Gaiwan & lid" in mail.text
    assert "Gaiwan &amp; lid" in mail.html
    for amount in ("336.00", "10.00", "12.00"):
        assert amount in mail.text
        assert amount in mail.html
    assert ("Total: ¥336.00" if language == EN else "合计：¥336.00") in mail.text


def test_an_order_without_discount_and_shipping_says_nothing_of_them():
    order = ordered()
    confirm_order(order, actor=ANN)
    text = mail_of("order_confirmed", order).text
    assert "Discount" not in text
    assert "Shipping" not in text


def test_many_confirmed_together_are_each_told_once(monkeypatch):
    monkeypatch.setattr("notifications.buyers.handlers.orders.STRETCH", 2)
    orders = [ordered(email=f"b{number}@example.com") for number in range(3)]
    confirm_orders([order.pk for order in orders], actor=ANN)
    assert sorted(mail.to for mail in mails()) == ["b0@example.com", "b1@example.com", "b2@example.com"]
    unconfirm_orders([orders[0].pk], actor=ANN)
    confirm_order(orders[0], actor=ANN)
    assert len(mails()) == 3


def test_an_order_called_off_before_the_letter_is_written_gets_none():
    order = ordered()
    confirm_orders([order.pk], actor=ANN)
    cancel_order(order, reason="Changed my mind", actor=ANN)
    assert mails_of("order_confirmed", order) == []


@BOTH
def test_out_for_delivery_is_told_once_a_day(language):
    order = ordered(language)
    parcel = sent(order)
    now = timezone.now()
    for minutes in (2, 1):
        report(parcel, kind="out_for_delivery", at=now - timedelta(minutes=minutes))
    mail = mail_of("out_for_delivery", order)
    assert "2 × Gaiwan & lid" in mail.text
    assert "SF SF100" in mail.text


def test_an_old_report_and_one_overtaken_are_no_news():
    order = ordered()
    parcel = sent(order)
    Shipment.objects.update(shipped_at=timezone.now() - timedelta(days=9))
    parcel.refresh_from_db()
    run_tasks()
    before = len(mails())
    report(parcel, kind="out_for_delivery", at=timezone.now() - timedelta(days=2))
    run_tasks()
    report(parcel, kind="out_for_delivery", at=timezone.now() - timedelta(minutes=9))
    report(parcel, kind="delivered", at=timezone.now())
    assert mails_of("out_for_delivery", order) == []
    assert len(mails()) == before + 1


@BOTH
def test_the_arrival_carries_an_invitation_to_who_agreed_to_them(language):
    order = ordered(language)
    agree(order, "review")
    mark_parcel_delivered(sent(order), actor=ANN)
    mail = mail_of("delivered", order)
    assert "/review/" in mail.text
    assert "/review/" in mail.html


def test_who_was_never_asked_is_told_of_the_arrival_alone():
    order = ordered()
    mark_parcel_delivered(sent(order), actor=ANN)
    assert "/review/" not in mail_of("delivered", order).text


@BOTH
def test_who_wants_only_invitations_gets_only_that(language):
    order = ordered(language)
    agree(order, "order", granted=False)
    agree(order, "review")
    mark_parcel_delivered(sent(order), actor=ANN)
    (mail,) = mails()
    assert mail == mail_of("review_invitation", order)
    assert "/review/" in mail.text


@BOTH
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("failed_attempt", ("could not hand it over", "未能交付")),
        ("address_problem", ("cannot find the address", "找不到收货地址")),
        ("problem", ("a problem on the way", "运输途中出现问题")),
    ],
)
def test_a_parcel_in_trouble_is_apologised_for_once(language, kind, words):
    order = ordered(language)
    parcel = sent(order)
    now = timezone.now()
    report(parcel, kind=kind, at=now - timedelta(minutes=9))
    run_tasks()
    report(parcel, kind="problem", at=now - timedelta(minutes=1))
    mail = mail_of("delayed", order)
    assert words[language == ZH] in mail.text
    assert ("We are sorry" if language == EN else "非常抱歉") in mail.html


@BOTH
def test_parcels_found_overdue_are_apologised_for_once_each(language, monkeypatch):
    monkeypatch.setattr(tasks, "STRETCH", 1)
    carrier = save_carrier(name="SF", actor=ANN)
    orders = [ordered(language, email=f"b{number}@example.com") for number in range(3)]
    for order in orders:
        sent(order)
    now = timezone.now()
    Shipment.objects.update(shipped_at=now - timedelta(days=5), promised_at=now - timedelta(days=1), carried_by=carrier)
    Shipment.objects.filter(order=orders[0]).update(expected_at=now + timedelta(days=1))
    for _ in range(2):
        watch_parcels()
        run_tasks()
    for order in orders:
        text = mail_of("delayed", order).text
        assert ("It was to be there by" if language == EN else "前送达") in text
        assert ("We now expect it" in text or "目前预计" in text) is (order == orders[0])


@BOTH
def test_an_approved_return_says_what_to_do(language, scope):
    scope.postal_address = "18 Tea Road\nHangzhou"
    scope.save()
    order = ordered(language)
    mark_parcel_delivered(sent(order), actor=ANN)
    case = requested(Order.objects.get(pk=order.pk), actor=BUYER)
    approve_return(case, actor=ANN)
    mail = mail_of("return_approved", order, case=case.number)
    assert "1 × Gaiwan & lid" in mail.text
    assert "18 Tea Road\nHangzhou" in mail.text
    assert "18 Tea Road<br>Hangzhou" in mail.html
    assert mail.text.count(case.number) >= 2
    assert "/return/" in mail.text


def test_without_an_address_the_buyer_asks_the_shop():
    order = ordered()
    mark_parcel_delivered(sent(order), actor=ANN)
    case = requested(Order.objects.get(pk=order.pk), actor=BUYER)
    approve_return(case, actor=ANN)
    assert "Ask the shop where to send it" in mail_of("return_approved", order, case=case.number).text


@BOTH
def test_a_refused_return_says_why_and_what_is_left(language):
    order = ordered(language)
    mark_parcel_delivered(sent(order), actor=ANN)
    case = requested(Order.objects.get(pk=order.pk), actor=BUYER)
    refuse_return(case, reason="Worn for 100 % of <weeks>", actor=ANN)
    mail = mail_of("return_refused", order, case=case.number)
    assert "Worn for 100 % of <weeks>" in mail.text
    assert "&lt;weeks&gt;" in mail.html
    assert "/complaint/" in mail.text


@BOTH
def test_the_answer_to_a_return_goes_to_who_wants_no_news_too(language):
    order = ordered(language)
    agree(order, "order", granted=False)
    mark_parcel_delivered(sent(order), actor=ANN)
    approve_return(requested(Order.objects.get(pk=order.pk), actor=BUYER), actor=ANN)
    (mail,) = mails()
    assert "List-Unsubscribe" not in mail.headers


@BOTH
def test_goods_in_exchange_are_told_as_such(language):
    order = ordered(language)
    mark_parcel_delivered(sent(order), actor=ANN)
    case = approve_return(requested(Order.objects.get(pk=order.pk), actor=BUYER), actor=ANN)
    case = receive_return(case, inspected={case.lines.get().pk: Inspection(restock=1)}, actor=ANN)
    new = settle_return(case, outcome="exchange", actor=ANN).replacement
    assert new is not None
    confirm_order(new, actor=ANN)
    sent(new, tracking_number="SF200")
    mail = mail_of("exchange_sent", new, case=case.number)
    assert order.number in mail.text
    assert "SF200" in mail.text
    assert mails_of("shipped", new) == []
    assert mails_of("order_confirmed", new) == []
