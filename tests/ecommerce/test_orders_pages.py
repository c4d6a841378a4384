"""The page of an order and its steps, with and without JavaScript, and an order written by hand."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from accounts.models import Activity, Job
from core.actors import SYSTEM
from core.tenancy import tenant
from ecommerce.fulfilment.actions import add_tracking_event, ship_order
from ecommerce.inventory.models import StockLevel
from ecommerce.models import Customer, Order, OrderNote
from ecommerce.orders.actions import add_note, place_order
from ecommerce.orders.rules import BuyerIn, LineIn, OrderIn
from tests import factories
from tests.ecommerce.orders_kit import ANN, level_of, order_in, placed, snapshot, stocked

DIALOG = {"HX-Request": "true"}


@pytest.fixture
def order(scope):
    """Two gaiwans and a kettle, paid; the kettle has left."""
    gaiwan = stocked(sku="TG-CEL-01", price=Decimal("168.00"), product=factories.ProductFactory(title="Travel gaiwan"))
    kettle = stocked(sku="CK-09", price=Decimal("329.00"), product=factories.ProductFactory(title="Iron kettle"))
    buyer = BuyerIn("Chen Yuhan", "yuhan@example.com", "138 0000 5521", address="88 Yuyuan Road", city="Shanghai")
    order = placed((gaiwan, 2), (kettle, 1), number="10482", buyer=buyer, shipping_fee=Decimal("12.00"), paid=True)
    parcel = ship_order(order, units={order.lines.last().pk: 1}, carrier="SF", tracking_number="SF1", actor=ANN)
    add_tracking_event(parcel, state="out_for_delivery", at=parcel.shipped_at, location="Shanghai", actor=SYSTEM)
    add_note(order, text="Pack with <double> foam", actor=ANN)
    return Order.objects.get(pk=order.pk)


def url(order: Order, step: str = "") -> str:
    return f"/m/luming/orders/{order.number}/{step}/" if step else f"/m/luming/orders/{order.number}/"


def test_the_page_says_what_to_do_and_what_was(order, ann, as_user):
    page = as_user(ann).get(url(order)).content.decode()
    for words in (
        "2 items to ship", "Travel gaiwan", "2 set aside", "Partly shipped", "SF SF1", "Out for delivery", "¥677.00",
        "Subtotal, 3 items", "Chen Yuhan", "yuhan@example.com", "88 Yuyuan Road", "Pack with &lt;double&gt; foam",
        "1 item shipped with SF.", "A parcel is out for delivery.", "Order placed and paid.",
    ):  # fmt: skip
        assert words in page, words
    assert page.index("2 items to ship") < page.index("Parcel 1") < page.index('id="money"') < page.index('id="tl"')


@pytest.mark.parametrize("state", Order.State.values)
def test_the_page_of_every_state_offers_what_may_be_done(scope, ann, as_user, state):
    order = order_in(state)
    page = as_user(ann).get(url(order)).content.decode()
    offered = {
        step for step in ("pay", "pack", "ship", "hold", "release", "cancel", "refund") if url(order, step) in page
    }
    allowed = {
        "placed": {"pay", "hold", "cancel"},
        "paid": {"pack", "ship", "hold", "cancel", "refund"},
        "packed": {"ship", "hold", "cancel", "refund"},
        "partly_shipped": {"ship", "hold", "cancel", "refund"},
        "shipped": {"refund"},
        "delivered": {"refund"},
        "completed": {"refund"},
        "on_hold": {"release", "cancel", "refund"},
        "cancelled": set(),
    }
    assert offered == allowed[state]


def test_an_order_that_came_without_lines_or_log_has_its_page(scope, ann, as_user):
    order = factories.OrderFactory(customer=None, buyer_name="", buyer_email="", state="delivered", placed_at=ago(9))
    Order.objects.filter(pk=order.pk).update(paid_at=ago(8), delivered_at=ago(2))
    page = as_user(ann).get(url(order)).content.decode()
    assert "This order came without a list of items." in page
    assert page.index("All of the order has arrived.") < page.index("Paid.") < page.index("Order placed.")


def ago(days: int):
    from datetime import timedelta

    from django.utils import timezone

    return timezone.now() - timedelta(days=days)


def test_older_and_newer_orders_are_linked(scope, ann, as_user):
    for number, days in (("1", 3), ("2", 2), ("3", 1)):
        factories.OrderFactory(number=number, placed_at=ago(days))
    page = as_user(ann).get("/m/luming/orders/2/").content.decode()
    assert ("Newer order: 3" in page, "Older order: 1" in page) == (True, True)
    assert "Newer order" not in as_user(ann).get("/m/luming/orders/3/").content.decode()


def test_those_who_only_look_see_no_contact(order, shop, as_user):
    from tests.conftest import _member

    page = as_user(_member(shop, "analyst", "Ana")).get(url(order)).content.decode()
    assert ("yuhan@example.com" in page, "138 0000" in page, "88 Yuyuan" in page, "Shanghai" in page) == (
        False,
        False,
        False,
        True,
    )
    assert url(order, "note") not in page


def test_strangers_find_no_order(order, cleo, ann, as_user, rival):
    client = as_user(cleo)
    assert client.get(url(order)).status_code == 404
    assert client.get(f"/m/qingyun/orders/{order.number}/").status_code == 404
    for step in ("pack", "refund", "cancel", "note", "hold", "release", "pay", "confirm", "ship"):
        assert client.post(f"/m/qingyun/orders/{order.number}/{step}/").status_code == 404
    assert as_user(ann).get("/m/luming/orders/nope1/").status_code == 404
    with tenant(rival):
        assert Order.objects.count() == 0


@pytest.mark.parametrize("step", ["cancel", "refund"])
def test_without_the_right_nothing_moves(order, ben, as_user, step):
    before, facts, jobs = snapshot(order), Activity.objects.count(), Job.objects.count()
    form = {"reason": "stock", "amount": "1.00", "shown": "1.00"}
    assert as_user(ben).post(url(order, step), form).status_code == 403
    assert (snapshot(order), Activity.objects.count(), Job.objects.count()) == (before, facts, jobs)


def test_get_is_not_enough(order, ann, as_user):
    client = as_user(ann)
    codes = {
        step: client.get(url(order, step)).status_code for step in ("confirm", "pack", "release", "note", "refund")
    }
    assert codes == {"confirm": 405, "pack": 405, "release": 405, "note": 405, "refund": 200}


def test_confirm_pack_hold_release(scope, ann, as_user):
    order, client = order_in("paid"), as_user(ann)
    for step, form, state in (
        ("confirm", {}, "paid"),
        ("pack", {}, "packed"),
        ("hold", {"reason": "address", "other": "no street"}, "on_hold"),
        ("release", {}, "packed"),
    ):
        response = client.post(url(order, step), form)
        assert (response.status_code, response["Location"]) == (302, url(order))
        order.refresh_from_db()
        assert order.state == state
    assert Activity.objects.get(kind="orders.held").payload["reason"] == "Address is unclear. no street"


def test_a_step_that_is_refused_says_so(scope, ann, as_user):
    order = order_in("packed")
    page = as_user(ann).post(url(order, "pack"))
    assert (page.status_code, "is packed already" in page.content.decode()) == (422, True)
    toast = as_user(ann).post(url(order, "pack"), headers=DIALOG)
    assert (toast.status_code, "is packed already" in toast["HX-Trigger"]) == (422, True)


def test_an_unpaid_order_is_marked_as_paid(scope, ann, as_user):
    order, client = order_in("placed"), as_user(ann)
    assert client.get(url(order, "pay")).status_code == 200
    assert client.post(url(order, "pay"), {"method": "shells"}).status_code == 422
    client.post(url(order, "pay"), {"method": "bank", "reference": "R-1"})
    order.refresh_from_db()
    assert (order.state, order.payments.get().method) == ("paid", "bank")
    again = client.post(url(order, "pay"), {"method": "bank"})
    assert (again.status_code, "paid already" in again.content.decode()) == (422, True)


def test_a_dialog_gets_the_step_and_a_page_the_whole(order, ann, as_user):
    client = as_user(ann)
    for step in ("refund", "cancel", "hold", "ship"):
        part = client.get(url(order, step), headers={**DIALOG, "HX-Target": f"step-{step}"}).content.decode()
        whole = client.get(url(order, step)).content.decode()
        assert ("<html" in part, f'id="{step}-h"' in part, "hx-post" in part) == (False, True, True)
        assert ("<html" in whole, f'id="{step}-h"' in whole, whole.count("<h1")) == (True, False, 1)


def test_the_sum_follows_the_form(order, ann, as_user):
    gaiwans, kettle = order.lines.all()
    asked = {f"units_{gaiwans.pk}": "1", f"units_{kettle.pk}": "", "shipping_fee": "12", "amount": ""}
    headers = {**DIALOG, "HX-Target": "refund-sum"}
    client = as_user(ann)
    page = client.get(url(order, "refund"), asked, headers=headers).content.decode()
    assert ('value="180.00"' in page, "Refund ¥180.00" in page, "<html" in page) == (True, True, False)
    page = client.get(url(order, "refund"), {**asked, "amount": "5"}, headers=headers).content.decode()
    assert "Refund ¥5.00" in page
    for nonsense in ("NaN", "1e99", "-4", "x", "٣"):
        asked[f"units_{gaiwans.pk}"] = nonsense
        assert client.get(url(order, "refund"), {**asked, "amount": nonsense}, headers=headers).status_code == 200


def refund_form(order, *units, **fields):
    return (
        {f"units_{line.pk}": n for line, n in zip(order.lines.all(), units, strict=True)}
        | {
            "shipping_fee": "0",
            "reason": "damaged",
            "other": "lid",
        }
        | fields
    )


def test_items_are_refunded_from_the_page(order, ann, as_user):
    client, variant = as_user(ann), order.lines.first().variant
    first = client.get(url(order, "refund")).content.decode()
    assert "Refund ¥677.00" in first

    response = client.post(url(order, "refund"), refund_form(order, 1, 0, shown="168.00", restock="on"))
    order.refresh_from_db()
    assert (response.status_code, order.refunded_total, order.state) == (302, Decimal("168.00"), "partly_shipped")
    assert (order.payments.last().reason, order.lines.first().to_ship) == ("Damaged. lid", 1)
    assert level_of(variant) == (10, 1)
    assert "Refund ¥0.00" in client.get(url(order, "refund")).content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"shown": "999.00"}, "The sum is another one now"),
        ({"shown": "900.00", "amount": "900.00"}, "at most 677.00"),
        ({"shown": "168.00", "reason": "other", "other": ""}, "Write the reason."),
        ({"shown": "168.00", "amount": "-1"}, "greater than or equal to 0"),
        ({"shown": "168.00", "shipping_fee": "NaN"}, "Enter a number."),
    ],
)
def test_a_refund_that_cannot_be_comes_back_with_a_sentence(order, ann, as_user, fields, words):
    before, facts = snapshot(order), Activity.objects.count()
    response = as_user(ann).post(url(order, "refund"), refund_form(order, 1, 0, **fields))
    assert (response.status_code, words in response.content.decode()) == (422, True)
    assert (snapshot(order), Activity.objects.count()) == (before, facts)


def test_the_same_refund_sent_twice_counts_once(order, ann, as_user):
    client = as_user(ann)
    form = refund_form(order, 2, 1, shipping_fee="12.00", shown="677.00")
    assert [client.post(url(order, "refund"), form).status_code for _ in range(2)] == [302, 422]
    assert order.payments.filter(kind="refund").count() == 1


def test_cancel_with_refund_is_one_step(scope, ann, as_user):
    variant = stocked(price=Decimal("100.00"))
    order = placed((variant, 2), paid=True, shipping_fee=Decimal("12.00"))
    line = order.lines.get()
    client = as_user(ann)
    client.post(url(order, "cancel"), {f"units_{line.pk}": "1", "reason": "stock", "other": "", "refund": "on"})
    order.refresh_from_db()
    assert (order.state, order.refunded_total, level_of(variant)) == ("paid", Decimal("100.00"), (10, 1))

    client.post(url(order, "cancel"), {f"units_{line.pk}": "1", "reason": "stock", "other": "", "refund": "on"})
    order.refresh_from_db()
    assert (order.state, order.payment_state, level_of(variant)) == ("cancelled", "partly_refunded", (10, 0))
    page = client.get(url(order)).content.decode()
    assert "¥12.00 of the payment was not refunded." in page


def test_cancel_alone_moves_no_money(scope, ann, as_user):
    order = order_in("paid")
    form = {f"units_{order.lines.get().pk}": "2", "reason": "customer", "other": ""}
    as_user(ann).post(url(order, "cancel"), form)
    order.refresh_from_db()
    assert (order.state, order.refunded_total) == ("cancelled", 0)


def test_notes(order, ann, ben, as_user):
    client = as_user(ben)
    response = client.post(url(order, "note"), {"text": " Called the buyer "})
    assert response["Location"] == f"{url(order)}#timeline"
    assert list(OrderNote.objects.values_list("text", "author_label")) == [
        ("Pack with <double> foam", "Ann"),
        ("Called the buyer", "Ben"),
    ]
    assert client.post(url(order, "note"), {"text": " "}).status_code == 422
    assert client.post(url(order, "note"), {"text": "x" * 2001}).status_code == 422
    assert OrderNote.objects.count() == 2


LINES = {"lines-TOTAL_FORMS": "1", "lines-0-sku": "CUP", "lines-0-quantity": "2"}
HAND = {"buyer_name": "Li Ming", "buyer_email": "Li@Example.com", "channel": "other", "ship_country": "cn", **LINES}


def test_an_order_is_written_by_hand(scope, ann, as_user):
    stocked(sku="CUP", price=Decimal("168.00"))
    client = as_user(ann)
    assert "CUP" in client.get("/m/luming/orders/new/").content.decode()

    response = client.post(
        "/m/luming/orders/new/", {**HAND, "shipping_fee": "12", "paid": "on", "payment_method": "cash"}
    )
    order = Order.objects.get()
    assert response["Location"] == url(order)
    assert (order.total, order.state, order.ship_country, order.buyer_email) == (
        Decimal("348.00"),
        "paid",
        "CN",
        "li@example.com",
    )
    assert (Customer.objects.get().name, StockLevel.objects.get().reserved) == ("Li Ming", 2)
    assert Activity.objects.get(kind="orders.placed").actor_label == "Ann"


def test_another_line_keeps_what_was_typed(scope, ann, as_user):
    stocked(sku="CUP")
    response = as_user(ann).post("/m/luming/orders/new/", {**HAND, "more": "1"})
    page = response.content.decode()
    assert (response.status_code, "lines-1-sku" in page, 'value="Li Ming"' in page, 'value="CUP"' in page) == (
        200,
        True,
        True,
        True,
    )
    assert Order.objects.count() == 0

    filled = dict(re.findall(r'name="(lines-[^"]+)" value="([^"]*)"', page))
    as_user(ann).post("/m/luming/orders/new/", {**HAND, **filled})
    assert list(Order.objects.get().lines.values_list("sku", "quantity")) == [("CUP", 2)]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"lines-0-sku": "NONE"}, "No product here has the SKU “NONE”"),
        ({"lines-0-quantity": "0"}, "greater than or equal to 1"),
        ({"lines-0-quantity": "1e9"}, "Enter a whole number."),
        ({"lines-0-unit_price": "NaN"}, "Enter a number."),
        ({"discount": "9999"}, "A discount is 0 or more"),
        ({"buyer_name": ""}, "This field is required."),
        ({"ship_country": "China"}, "two letters"),
        ({"lines-TOTAL_FORMS": "x", "lines-0-sku": ""}, "This field is required."),
        ({"lines-TOTAL_FORMS": "999999", "lines-0-sku": ""}, "This field is required."),
    ],
)
def test_an_order_that_cannot_be_is_not_made(scope, ann, as_user, wrong, words):
    stocked(sku="CUP")
    response = as_user(ann).post("/m/luming/orders/new/", {**HAND, **wrong})
    assert (response.status_code, words in response.content.decode()) == (422, True)
    assert (Order.objects.count(), Customer.objects.count()) == (0, 0)


def test_products_of_another_shop_are_unknown_here(scope, rival, ann, as_user):
    with tenant(rival):
        stocked(sku="THEIRS")
    response = as_user(ann).post("/m/luming/orders/new/", {**HAND, "lines-0-sku": "THEIRS"})
    assert response.status_code == 422
    assert "THEIRS" not in as_user(ann).get("/m/luming/orders/new/").content.decode()


def test_what_no_product_stands_for_has_a_page_too(scope, ann, as_user):
    order = place_order(OrderIn([LineIn("GONE", 1, Decimal("3.00"), title="Old cup")]), actor=ANN)
    assert "Old cup" in as_user(ann).get(url(order)).content.decode()
