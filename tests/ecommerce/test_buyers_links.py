"""Signed links: they open one thing for one purpose for a time, and nothing else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from core.tenancy import tenant
from ecommerce.buyers import links
from ecommerce.fulfilment.actions import add_tracking_event, ship_order
from ecommerce.models import Customer, Order
from tests import factories
from tests.ecommerce.orders_kit import ANN, order_in, placed, stocked


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


def test_a_buyer_follows_the_order(scope, client):
    order = order_in("paid", stocked(product=factories.ProductFactory(title="Travel gaiwan set")))
    shipment = ship_order(order, carrier="SF Express", tracking_number="SF138900427715", actor=ANN)
    add_tracking_event(shipment, state="out_for_delivery", at=timezone.now(), location="Shanghai", actor=ANN)

    url = links.tracking_url(order)
    assert url.startswith("http://127.0.0.1:8000/b/")
    response = client.get(url.removeprefix("http://127.0.0.1:8000"))
    page = response.content.decode()
    assert response.status_code == 200
    for words in (
        f"Order {order.number}",
        "Luming Teaware",
        "Travel gaiwan set",
        "SF138900427715",
        "Out for delivery",
        "Shanghai",
    ):
        assert words in page
    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "same-origin"  # with "no-referrer" a browser's own forms would be refused


def test_the_page_shows_no_more_of_the_buyer_than_the_order(scope, client):
    order = placed((stocked(), 1))
    page = client.get(links.path_for("buyer-track", links.TRACK, order)).content.decode()
    assert order.buyer_email not in page


def test_every_link_that_does_not_let_in_gets_the_same_page(scope, client, rival):
    order = order_in("paid")
    good = links.make_token(links.TRACK, order)
    gone = Order(merchant=scope, pk=order.pk + 100)
    with time_machine.travel(datetime.now(UTC) - timedelta(days=181)):
        old = links.make_token(links.TRACK, order)
    with tenant(rival):
        foreign = Order(merchant=rival, pk=order.pk)
    wrong = [
        links.make_token(links.REVIEW, order),
        links.make_token(links.MAIL, Customer(merchant=scope, pk=order.pk)),
        links.make_token(links.TRACK, gone),
        links.make_token(links.TRACK, foreign),
        old,
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        "x" + good,
        "nonsense",
        "%00",
        "\u200b",
    ]
    answers = set()
    for token in wrong:
        response = client.get(f"/b/{token}/")
        # what differs of any page: the form token, and where the language switch comes back to
        words = re.sub(
            r'(name="csrfmiddlewaretoken" value|name="csrf-token" content|name="next" value)="[^"]*"',
            "",
            response.content.decode(),
        )
        answers.add((response.status_code, words, response["Cache-Control"], response["X-Robots-Tag"]))
    assert [answer[0] for answer in answers] == [404]
    assert client.get(f"/b/{good}/").status_code == 200


def test_looking_changes_nothing_and_posting_is_not_offered(scope, client):
    order = order_in("shipped")
    before = Order.objects.filter(pk=order.pk).values().get()
    path = links.path_for("buyer-track", links.TRACK, order)
    assert [client.get(path).status_code, client.head(path).status_code, client.post(path).status_code] == [
        200,
        200,
        405,
    ]
    assert Order.objects.filter(pk=order.pk).values().get() == before


def test_the_language_is_the_buyers_until_they_choose_another(scope, client):
    order = order_in("paid")
    Customer.objects.filter(pk=order.customer_id).update(language="zh-CN")
    path = links.path_for("buyer-track", links.TRACK, order)
    assert 'lang="zh' in client.get(path).content.decode()
    client.cookies["language"] = "en"
    assert 'lang="en"' in client.get(path).content.decode()


def test_guessing_is_slowed_down(scope, client):
    with time_machine.travel(datetime(2026, 3, 1, 12, 0, tzinfo=UTC), tick=False):
        codes = [client.get("/b/nonsense/").status_code for _ in range(links.PER_MINUTE + 1)]
        assert codes == [404] * links.PER_MINUTE + [429]
        assert client.get("/b/nonsense/", REMOTE_ADDR="10.0.0.9").status_code == 404


@pytest.mark.parametrize("state", Order.State.values)
def test_every_state_has_its_page(scope, client, state):
    path = links.path_for("buyer-track", links.TRACK, order_in(state))
    assert client.get(path).status_code == 200


def test_the_shop_has_the_link_to_the_buyers_page(scope, as_user, ann, ben, client):
    order = order_in("shipped")
    browser = as_user(ann)
    panel = f"/m/luming/orders/{order.number}/tracking-link/"
    assert panel in browser.get(order.get_absolute_url()).content.decode()
    shown = browser.get(panel, headers={"HX-Request": "true"}).content.decode()
    url = re.search(r'id="tracking-link-url">([^<]+)<', shown)[1]
    assert f"Order {order.number}" in client.get(urlsplit(url).path).content.decode()
    assert urlsplit(browser.get(panel).url).path.startswith("/b/")
    assert browser.get("/m/luming/orders/none/tracking-link/").status_code == 404
