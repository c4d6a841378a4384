"""A buyer sees what a shop wrote to them, and stops or allows it, each purpose by itself."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from core.tenancy import tenant
from ecommerce.buyers.links import MAIL, TRACK, make_token, path_for
from ecommerce.fulfilment.actions import mark_parcel_delivered, ship_order
from ecommerce.models import Consent, Order
from ecommerce.orders.actions import confirm_order
from ecommerce.returns.actions import approve_return, receive_return
from ecommerce.returns.rules import Inspection
from notifications.buyers import views
from notifications.buyers.letters import stop_url, write_to_buyer
from notifications.mail.models import Mail
from tests import factories
from tests.ecommerce.orders_kit import ANN
from tests.ecommerce.returns_kit import BUYER, requested
from tests.notifications.buyers_kit import EN, ZH, agree, mail_of, mails, ordered

BOTH = pytest.mark.parametrize("language", [EN, ZH])


@pytest.fixture(autouse=True)
def _mailbox(settings, scope):
    settings.DEMO, settings.EMAIL_URL = True, ""
    cache.clear()


def page_of(order) -> str:
    return path_for("buyer-mail-choices", MAIL, order.customer)


def consents(order) -> list[tuple[str, bool]]:
    with tenant(order.merchant_id):
        return list(Consent.objects.order_by("pk").values_list("purpose", "granted"))


@pytest.mark.parametrize("purpose", ["order", "review", "marketing"])
def test_one_click_stops_one_purpose_and_leaves_the_others(purpose):
    order = ordered()
    strict = Client(enforce_csrf_checks=True)
    url = f"{page_of(order)}stop/{purpose}/"
    assert strict.post(url, {"List-Unsubscribe": "One-Click"}).content == b""
    assert consents(order) == [(purpose, False)]


@BOTH
def test_each_letter_carries_the_stop_of_its_purpose(language, client):
    order = ordered(language)
    agree(order, "order", granted=False)
    agree(order, "review")
    mark_parcel_delivered(ship_order(order, carrier="SF", tracking_number="SF1", actor=ANN), actor=ANN)
    mail = mail_of("review_invitation", order)
    assert mail.headers["List-Unsubscribe"].endswith("/mail/stop/review/>")
    assert "/mail/stop/review/" in mail.text
    assert "/mail/stop/review/" in mail.html
    Client().post(mail.headers["List-Unsubscribe"].strip("<>"), {"List-Unsubscribe": "One-Click"})
    assert consents(order)[2:] == [("review", False)]


@BOTH
def test_following_a_stop_link_changes_nothing_and_its_button_does(language, client):
    order = ordered(language)
    url = f"{page_of(order)}stop/order/"
    page = client.get(url).content.decode()
    assert ("Stop it" if language == EN else "停止") in page
    assert consents(order) == []
    page = client.post(url).content.decode()
    assert ("sends you no more of this" if language == EN else "不会再给你发送此类邮件") in page
    assert consents(order) == [("order", False)]


def test_a_purpose_that_does_not_exist_and_a_forged_link_are_not_found(client):
    order = ordered()
    assert client.post(f"{page_of(order)}stop/everything/").status_code == 404
    forged = f"/b/{make_token(MAIL, order.customer)}x/mail/"
    tracking = f"/b/{make_token(TRACK, order)}/mail/"
    for url in (forged, tracking, f"{forged}stop/order/", f"{tracking}stop/order/"):
        assert client.get(url).status_code == 404
        assert client.post(url, {}).status_code == 404
    assert consents(order) == []


def test_a_link_is_good_for_two_years(client, time_machine):
    time_machine.move_to("2024-01-10T08:00:00Z")
    url = page_of(ordered())
    time_machine.move_to("2025-12-10T08:00:00Z")
    assert client.get(url).status_code == 200
    time_machine.move_to("2026-01-15T08:00:00Z")
    assert client.get(url).status_code == 404


@BOTH
def test_the_page_lists_what_the_shop_wrote_newest_first(language, client):
    order = ordered(language)
    confirm_order(order, actor=ANN)
    mails()
    ship_order(order, carrier="SF", tracking_number="SF1", actor=ANN)
    first, second = mails()
    page = client.get(page_of(order)).content.decode()
    assert page.index(second.subject) < page.index(first.subject)
    assert "Gaiwan &amp; lid" in page
    assert 'rel="nofollow"' in page
    for words in (("What mail you get", "What the shop wrote to you"), ("接收哪些邮件", "店铺发给你的通知"))[
        language == ZH
    ]:
        assert words in page


@BOTH
def test_the_page_says_where_there_is_nothing_or_no_text_any_more(language, client):
    order = ordered(language)
    assert ("Nothing yet" if language == EN else "还没有通知") in client.get(page_of(order)).content.decode()
    confirm_order(order, actor=ANN)
    mails()
    Mail.objects.update(text="", html="")
    page = client.get(page_of(order)).content.decode()
    assert ("The text is not kept any more." if language == EN else "正文已不再保留。") in page


def test_many_letters_come_a_page_at_a_time(client, monkeypatch):
    monkeypatch.setattr(views, "SHOWN", 2)
    order = ordered()
    for number in range(5):
        write_to_buyer(order, "refunded", values={"amount": 1, "currency": "CNY"}, dedupe=f"fact:{number}")
    ids = [mail.pk for mail in mails()]
    first = client.get(page_of(order)).content.decode()
    assert first.count("<details") == 2
    assert f"?before={ids[3]}" in first
    last = client.get(f"{page_of(order)}?before={ids[1]}").content.decode()
    assert last.count("<details") == 1
    assert ">Older<" not in last
    for nonsense in ("x", "9" * 40, "-1"):
        assert client.get(f"{page_of(order)}?before={nonsense}").status_code == 200


def test_nothing_of_another_buyer_or_another_shop_is_shown(client, rival):
    mine, theirs = ordered(), ordered(email="other@example.com")
    for order in (mine, theirs):
        confirm_order(order, actor=ANN)
    mails()
    with tenant(rival):
        stranger = factories.OrderFactory(number="77001", buyer_email="yuhan@example.com", merchant=rival)
        write_to_buyer(stranger, "delivered", values={"review_url": ""}, dedupe="rival")
    page = client.get(page_of(mine)).content.decode()
    assert mine.number in page
    assert theirs.number not in page
    assert "77001" not in page
    assert "other@example.com" not in page


def test_the_tracking_page_leads_there(client):
    order = ordered()
    assert "/mail/" in client.get(path_for("buyer-track", TRACK, order)).content.decode()


def test_nobody_stops_what_they_asked_for():
    order = ordered()
    assert stop_url(order.customer, "") == ""
    assert stop_url(None, "order") == ""


@BOTH
def test_answers_within_a_return_stand_on_the_page_too(language, client):
    order = ordered(language)
    mark_parcel_delivered(ship_order(order, carrier="SF", tracking_number="SF1", actor=ANN), actor=ANN)
    case = approve_return(requested(Order.objects.get(pk=order.pk), actor=BUYER), actor=ANN)
    mails()
    receive_return(case, inspected={case.lines.get().pk: Inspection(restock=1)}, actor=ANN)
    mail = mails()[-1]
    assert mail.sender.startswith('"Luming Teaware"')
    assert "/mail/" in mail.text
    assert "/stop/" not in mail.text
    assert mail.subject in client.get(page_of(order)).content.decode()
