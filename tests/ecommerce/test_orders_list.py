"""The list of orders: views, search, filters, sorts, export, and what is done to many at once."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Activity
from core.tenancy import tenant
from ecommerce.fulfilment.actions import ship_order
from ecommerce.models import Order
from ecommerce.orders.actions import add_note, hold_order
from ecommerce.orders.rules import BuyerIn
from tests import factories
from tests.ecommerce.orders_kit import ANN, level_of, order_in, placed, stocked

URL = "/m/luming/orders/"


def numbers(response) -> list[str]:
    return re.findall(r'class="id tn" href="[^"]*">#([^<]+)</a>', response.content.decode())


def test_each_view_shows_its_orders(scope, ann, as_user):
    now = timezone.now()
    late = factories.OrderFactory(number="1", ship_by=now - timedelta(hours=2), placed_at=now - timedelta(days=3))
    soon = factories.OrderFactory(number="2", ship_by=now + timedelta(hours=1), placed_at=now - timedelta(days=1))
    factories.OrderFactory(number="3", state="placed", payment_state="unpaid", paid_total=0)
    factories.OrderFactory(number="4", state="on_hold", state_before_hold="paid")
    factories.OrderFactory(number="5", state="cancelled")
    factories.OrderFactory(number="6", state="delivered")
    client = as_user(ann)

    seen = {
        tab: numbers(client.get(URL, {"tab": tab})) for tab in ("to_ship", "unpaid", "late", "on_hold", "cancelled")
    }
    assert seen == {"to_ship": ["1", "2"], "unpaid": ["3"], "late": ["1"], "on_hold": ["4"], "cancelled": ["5"]}
    assert sorted(numbers(client.get(URL))) == ["1", "2", "3", "4", "5", "6"]
    page = client.get(URL, {"tab": "to_ship"}).content.decode()
    assert "Late by 2 h" in page
    assert (late.number, soon.number) == ("1", "2")


@pytest.mark.parametrize(
    "words",
    [
        "#A-17",
        "a-1",
        "Chen",
        "YUHAN@example",
        "5521",
        "138 0000 5521",
        "TG-CEL-01",
        "tg-cel-01",
        "SF1389 0042",
        "T-900",
    ],
)
def test_search_finds_by_everything_people_read_out(scope, ann, as_user, words):
    gaiwan = stocked(sku="TG-CEL-01")
    buyer = BuyerIn(name="Chen Yuhan", email="yuhan@example.com", phone="13800005521")
    if " " in words and words.startswith("138"):
        buyer = BuyerIn(name="Chen Yuhan", email="yuhan@example.com", phone="138 0000 5521")
    wanted = placed((gaiwan, 1), number="A-17", external_id="T-900", buyer=buyer, paid=True)
    ship_order(wanted, tracking_number="SF13890042", actor=ANN)
    placed(
        (stocked(sku="OTHER"), 1), number="B-17", buyer=BuyerIn(name="Li Ming", email="li@example.com", phone="+86 131")
    )

    assert numbers(as_user(ann).get(URL, {"q": words})) == ["A-17"]


def test_search_for_nothing_that_is_there(scope, ann, as_user):
    placed((stocked(), 1))
    response = as_user(ann).get(URL, {"q": "%_'\"\0 nothing"})
    assert (response.status_code, numbers(response)) == (200, [])


def test_filters_narrow_by_the_merchants_days(scope, ann, as_user):
    """1 March in Shanghai is from 16:00 UTC on 28 February."""
    variant = stocked(100)
    for hour, city in ((15, "Shanghai"), (17, "Chengdu")):
        at = datetime(2026, 2, 28, hour, tzinfo=UTC)
        placed((variant, 1), number=f"N{hour}", placed_at=at, channel="tmall", buyer=BuyerIn(name="x", city=city))
    placed((variant, 1), number="N99", placed_at=datetime(2026, 3, 5, tzinfo=UTC), paid=True)
    client = as_user(ann)

    def found(**filters):
        return sorted(numbers(client.get(URL, filters)))

    assert found(placed_after="2026-03-01", placed_before="2026-03-01") == ["N17"]
    assert found(placed_before="2026-02-28") == ["N15"]
    assert found(channel="tmall", city="chen") == ["N17"]
    assert found(payment="paid") == ["N99"]
    assert found(state="placed") == ["N15", "N17"]
    assert found(channel="pigeon", payment="<x>", placed_after="yesterday", ship_by="never") == ["N15", "N17", "N99"]


def test_what_is_due_by_when(scope, ann, as_user):
    with time_machine.travel(datetime(2026, 3, 2, 4, 0, tzinfo=UTC), tick=False):  # noon in Shanghai
        for number, hours in (("late1", -1), ("today1", 5), ("tomorrow1", 20), ("week1", 100), ("later1", 400)):
            factories.OrderFactory(number=number, ship_by=timezone.now() + timedelta(hours=hours))
        client = as_user(ann)
        found = {
            key: numbers(client.get(URL, {"ship_by": key, "sort": "ship_by"}))
            for key in ("late", "today", "tomorrow", "week")
        }
    assert found == {
        "late": ["late1"],
        "today": ["late1", "today1"],
        "tomorrow": ["late1", "today1", "tomorrow1"],
        "week": ["late1", "today1", "tomorrow1", "week1"],
    }


def test_sorts(scope, ann, as_user):
    now = timezone.now()
    for number, total, hours in (("1", "5", 3), ("2", "50", None), ("3", "20", 1)):
        factories.OrderFactory(
            number=number,
            total=Decimal(total),
            ship_by=hours and now + timedelta(hours=hours),
            placed_at=now - timedelta(hours=int(number)),
        )
    client = as_user(ann)
    found = {
        sort: "".join(numbers(client.get(URL, {"sort": sort}))) for sort in ("", "placed", "ship_by", "-total", "total")
    }
    assert found == {"": "123", "placed": "321", "ship_by": "312", "-total": "231", "total": "132"}


def test_the_list_costs_the_same_for_1_and_30_orders(scope, ann, as_user, django_assert_num_queries):
    variant = stocked(1000)
    client = as_user(ann)
    add_note(placed((variant, 1), paid=True), text="x", actor=ANN)
    client.get(URL)
    costs = []
    for count in (0, 29):
        for _ in range(count):
            add_note(placed((variant, 1), paid=True), text="x", actor=ANN)
        with django_assert_num_queries(COST, exact=False) as queries:
            client.get(URL, {"size": 100})
        costs.append(len(queries))
    assert costs == [COST, COST]


COST = 5  # session, person, where they work, the rows, all counts with the views that were saved


def test_export_is_what_the_view_shows_and_safe_to_open(scope, ann, as_user):
    order = placed(
        (stocked(sku="CUP", price=Decimal("168.00")), 2),
        number="=1+1",
        buyer=BuyerIn(name='=HYPERLINK("http://x")', email="a@example.com", phone="+8613800005521", city="@SUM(1)"),
        placed_at=datetime(2026, 2, 28, 17, 5, tzinfo=UTC),
        paid=True,
    )
    placed((stocked(), 1), number="2", channel="tmall")
    response = as_user(ann).get(f"{URL}export.csv", {"channel": "online_store", "payment": "paid"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert len(rows) == 1
    row = rows[0]
    assert (row["Order"], row["Buyer"]) == ("'=1+1", '\'=HYPERLINK("http://x")')
    assert (row["Phone"], row["City"]) == ("'+8613800005521", "'@SUM(1)")
    assert (row["Placed"], row["Lines"], row["Total"], row["Currency"]) == (
        "2026-03-01 01:05",
        "CUP × 2",
        "336.00",
        "CNY",
    )
    assert (row["State"], row["Payment"], row["Refunded"]) == ("Paid", "Paid", "0.00")
    assert order.total == Decimal("336.00")


def test_ticked_orders_are_packed_and_the_others_named(scope, ann, as_user):
    good, unpaid, held = order_in("paid"), order_in("placed"), order_in("on_hold")
    left = order_in("paid")
    ids = [good.pk, unpaid.pk, held.pk]
    page = as_user(ann).post(f"{URL}pack/", {"row": ids}, follow=True).content.decode()

    assert "1 order marked as packed." in page
    assert f"Order {unpaid.number} is not paid yet." in page
    assert f"Order {held.number} is on hold. Release it first." in page
    states = dict(Order.objects.values_list("pk", "state"))
    assert states == {good.pk: "packed", unpaid.pk: "placed", held.pk: "on_hold", left.pk: "paid"}
    fact = Activity.objects.get(kind="orders.packed_together")
    assert (fact.payload["order_ids"], fact.payload["count"], fact.actor_label) == ([good.pk], 1, "Ann")


def test_ticked_orders_are_confirmed_and_seen_on_their_timeline(scope, ann, as_user):
    orders = [order_in("paid"), order_in("placed")]
    client = as_user(ann)
    response = client.post(f"{URL}confirm/", {"row": [order.pk for order in orders], "next": f"{URL}?tab=unpaid"})

    assert (response.status_code, response["Location"]) == (302, f"{URL}?tab=unpaid")
    assert Order.objects.filter(confirmed_at=None).count() == 0
    page = client.get(orders[0].get_absolute_url()).content.decode()
    assert re.search(r"Confirmed\.\s*<small>Ann</small>", page)


def test_the_whole_view_is_asked_about_first(scope, ann, as_user):
    orders = [order_in("paid") for _ in range(3)]
    other = order_in("paid")
    Order.objects.filter(pk=other.pk).update(channel="tmall")
    client = as_user(ann)
    url = f"{URL}pack/?tab=to_ship&channel=online_store"
    asked = client.post(url, {"all": "1"})
    assert (asked.status_code, "up to 3 orders" in asked.content.decode()) == (200, True)
    assert Order.objects.filter(state="packed").count() == 0

    client.post(url, {"all": "1", "sure": "1"})
    assert set(Order.objects.filter(state="packed")) == set(orders)


def test_many_are_cancelled_with_a_reason(scope, ann, as_user):
    variant = stocked(10)
    orders = [order_in("paid", variant), order_in("paid", variant)]
    gone = order_in("shipped")
    ids = [order.pk for order in (*orders, gone)]
    client = as_user(ann)
    asked = client.post(f"{URL}cancel/", {"row": ids})
    assert (asked.status_code, "Cancel 3 orders" in asked.content.decode(), level_of(variant)) == (200, True, (10, 4))

    form = {"row": ids, "sure": "1", "reason": "other", "other": ""}
    assert client.post(f"{URL}cancel/", form).status_code == 422
    page = client.post(f"{URL}cancel/", {**form, "other": "Kiln broke"}, follow=True).content.decode()
    assert "2 orders cancelled." in page
    assert f"Order {gone.number} has left already" in page
    assert set(Order.objects.filter(state="cancelled").values_list("cancel_reason", flat=True)) == {"Kiln broke"}
    assert level_of(variant) == (10, 0)


@pytest.mark.parametrize("step", ["confirm", "pack", "cancel"])
def test_nothing_ticked_is_said(scope, ann, as_user, step):
    response = as_user(ann).post(f"{URL}{step}/", {"row": ["x", ""]})
    assert (response.status_code, "Choose at least one order." in response.content.decode()) == (422, True)


def test_orders_of_another_shop_cannot_be_ticked(scope, rival, ann, as_user):
    with tenant(rival):
        theirs = factories.OrderFactory()
    mine = order_in("paid")
    as_user(ann).post(f"{URL}pack/", {"row": [theirs.pk, mine.pk]})
    with tenant(rival):
        assert Order.objects.get().state == "paid"
    assert Order.objects.get().state == "packed"


def test_who_may_do_what_to_many(scope, ben, as_user):
    """Ben does fulfilment: he packs, and may not cancel."""
    order = order_in("paid")
    client = as_user(ben)
    page = client.get(URL).content.decode()
    assert ("/orders/pack/" in page, "/orders/cancel/" in page, "/orders/new/" in page) == (
        True,
        False,
        False,
    )
    facts = Activity.objects.count()
    assert client.post(f"{URL}cancel/", {"row": [order.pk], "sure": "1", "reason": "stock"}).status_code == 403
    assert (Order.objects.get().state, Activity.objects.count()) == ("paid", facts)


def test_a_view_without_orders_and_a_shop_without_any(scope, ann, as_user):
    client = as_user(ann)
    assert "Orders will be here" in client.get(URL).content.decode()
    hold_order(order_in("paid"), reason="x", actor=ANN)
    assert "Nothing in this view" in client.get(URL, {"tab": "late"}).content.decode()


def test_only_the_results_are_sent_to_htmx(scope, ann, as_user):
    order_in("paid")
    response = as_user(ann).get(URL, {"tab": "to_ship"}, headers={"HX-Request": "true", "HX-Target": "results"})
    page = response.content.decode()
    assert ("<html" in page, 'id="results"' in page) == (False, True)
