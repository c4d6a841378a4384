"""Placing orders: each once, with its buyer, its stock and a sentence for what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Activity
from core.errors import Refused
from ecommerce.models import Customer, Order, OrderLine, Payment
from ecommerce.orders.actions import place_order, place_orders
from ecommerce.orders.rules import BuyerIn, LineIn, OrderIn
from tests import factories
from tests.ecommerce.orders_kit import ANN, given, level_of, placed, stocked


def test_an_order_takes_price_and_title_from_the_product(scope):
    product = factories.ProductFactory(title="Travel gaiwan set")
    variant = stocked(product=product, title="celadon", price=Decimal("168.00"))
    order = placed((variant, 2), shipping_fee=Decimal("12.00"), discount=Decimal("33.60"))

    line = order.lines.get()
    assert (line.title, line.unit_price, line.total) == (
        "Travel gaiwan set, celadon",
        Decimal("168.00"),
        Decimal("336.00"),
    )
    assert (order.subtotal, order.discount, order.total) == (Decimal("336.00"), Decimal("33.60"), Decimal("314.40"))
    assert (order.number, order.currency, order.units) == ("10001", "CNY", 2)
    assert (order.customer.name, order.ship_city, order.buyer_email) == ("Chen Yuhan", "Shanghai", "yuhan@example.com")
    assert Activity.objects.get(kind="orders.placed").subject_id == order.pk


def test_the_same_order_twice_is_one(scope):
    variant = stocked()
    first = placed((variant, 2), external_id="T-1", channel="tmall", paid=True)
    facts = Activity.objects.count()

    assert placed((variant, 2), external_id="T-1", channel="tmall", paid=True) == first
    assert (Order.objects.count(), Payment.objects.count(), Activity.objects.count()) == (1, 1, facts)
    assert level_of(variant) == (10, 2)
    assert placed((variant, 2), external_id="T-1", channel="jd").pk != first.pk


def test_another_order_under_the_same_id_is_refused(scope):
    variant = stocked()
    placed((variant, 2), external_id="T-1")
    with pytest.raises(Refused) as refusal:
        placed((variant, 3), external_id="T-1")
    assert (refusal.value.code, refusal.value.status, Order.objects.count()) == ("order_exists", 409, 1)


def test_buyers_are_known_again(scope):
    variant = stocked(100)

    def customer(**buyer):
        return placed((variant, 1), buyer=BuyerIn(**buyer)).customer

    ada = customer(name="Ada", external_id="u1", email="Ada@Example.com")
    assert customer(name="Ada L.", external_id="u1") == ada
    assert customer(name="Ada L.", email="ada@example.COM ") == ada
    assert customer(name="Not Ada", external_id="u2", email="ada@example.com") != ada
    tel = customer(name="Tel", phone="138 0000 5521")
    assert customer(name="Tel", phone="138 0000 5521") == tel
    assert customer(name="Nobody") is None
    ada.refresh_from_db()
    assert (Customer.objects.count(), ada.order_count, ada.email) == (3, 3, "ada@example.com")


def test_numbers_go_on_and_step_over_those_in_use(scope):
    variant = stocked(100)
    factories.OrderFactory(number="10002")
    factories.OrderFactory(number="2026102012345678901")
    numbers = [placed((variant, 1), number=number).number for number in ("", "", "A-7", "")]
    assert numbers == ["10001", "10003", "A-7", "10004"]


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"lines": []}, "figures", "lines"),
        ({"lines": [LineIn("", 1)]}, "sku_unknown", "lines"),
        ({"lines": [LineIn("NO-SUCH", 1)]}, "sku_unknown", "lines"),
        ({"lines": [LineIn("X", 0, Decimal("1"), title="x")]}, "figures", "quantity"),
        ({"lines": [LineIn("X", 1, Decimal("-1"), title="x")]}, "figures", "unit_price"),
        ({"lines": [LineIn("X", 1, Decimal("NaN"), title="x")]}, "figures", "unit_price"),
        ({"lines": [LineIn("X" * 81, 1, Decimal("1"), title="x")]}, "invalid", "sku"),
        ({"discount": Decimal("2000000")}, "figures", "discount"),
        ({"shipping_fee": Decimal("-1")}, "figures", "shipping_fee"),
        ({"placed_at": datetime(1970, 1, 1, tzinfo=UTC)}, "placed_at", "placed_at"),
        ({"placed_at": datetime(2999, 1, 1, tzinfo=UTC)}, "placed_at", "placed_at"),
        ({"channel": "carrier_pigeon"}, "invalid", "channel"),
        ({"number": "1/2"}, "number_invalid", "number"),
        ({"number": "new"}, "number_invalid", "number"),
        ({"number": "10000"}, "number_taken", "number"),
        ({"buyer": BuyerIn(name="x", email="not an address")}, "invalid", "buyer_email"),
        ({"buyer": BuyerIn(name="x" * 151)}, "invalid", "buyer_name"),
        ({"buyer_note": "a\0b"}, "invalid", None),
    ],
)
def test_what_cannot_be_is_refused_with_the_field_at_fault(scope, wrong, code, field):
    factories.OrderFactory(number="10000")
    stocked(sku="CUP")
    facts = Activity.objects.count()
    fields = {"lines": [LineIn("CUP", 1)], "buyer": BuyerIn(name="x"), **wrong}
    with pytest.raises(Refused) as refusal:
        place_order(OrderIn(**fields), actor=ANN)
    assert (refusal.value.code, set(refusal.value.fields)) == (code, {field} if field else set())
    assert (Order.objects.count(), OrderLine.objects.count(), Activity.objects.count()) == (1, 0, facts)


def test_many_orders_at_once_the_bad_beside_the_good(scope):
    cup = stocked(5, sku="CUP")
    old = placed((cup, 1), external_id="A", paid=True)
    batch = [
        given((cup, 1), external_id="A", paid=True),
        given((cup, 3), external_id="B", paid=True),
        given(("NONE", 1), external_id="C"),
        given((cup, 3), external_id="B", paid=True),
        given((cup, 9), external_id="B"),
        given((cup, 2), external_id="D", paid=True, buyer=BuyerIn(name="Li", email="li@example.com")),
        given((cup, 1), number="10001"),
    ]
    results = place_orders(batch, actor=ANN)

    seen = [
        (one.order.external_id if one.order else None, one.is_new, one.refusal and one.refusal.code) for one in results
    ]
    assert seen == [
        ("A", False, None),
        ("B", True, None),
        (None, False, "sku_unknown"),
        ("B", False, None),
        (None, False, "order_exists"),
        ("D", True, None),
        (None, False, "number_taken"),
    ]
    assert results[0].order == old
    assert level_of(cup) == (5, 5)
    reserved = OrderLine.objects.order_by("order__external_id").values_list("order__external_id", "reserved_quantity")
    assert list(reserved) == [("A", 1), ("B", 3), ("D", 1)]
    fact = Activity.objects.get(kind="orders.placed_together").payload
    assert (fact["count"], fact["units"], len(fact["order_ids"]), len(fact["days"])) == (2, 5, 2, 1)
    assert dict(Customer.objects.values_list("name", "order_count")) == {"Chen Yuhan": 2, "Li": 1}


def test_the_cost_of_a_batch_does_not_grow_with_it(scope):
    cup = stocked(10_000, sku="CUP")
    placed((cup, 1))
    costs = []
    for count in (1, 20):
        batch = [
            given(
                (cup, 1),
                external_id=f"{count}-{i}",
                paid=True,
                buyer=BuyerIn(name=f"B{i}", email=f"b{count}{i}@x.example"),
            )
            for i in range(count)
        ]
        with CaptureQueriesContext(connection) as queries:
            place_orders(batch, actor=ANN)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_a_thousand_and_one_are_too_many(scope):
    with pytest.raises(Refused, match="1,000"):
        place_orders([given(("X", 1))] * 1001, actor=ANN)


def test_a_paid_order_comes_with_its_payment_and_deadline(scope):
    at = timezone.now().replace(second=0, microsecond=0)
    order = placed((stocked(), 1), paid=True, payment_method="wechat", payment_reference="P1", placed_at=at)
    payment = order.payments.get()
    assert (payment.method, payment.reference, payment.amount, payment.at) == ("wechat", "P1", order.total, at)
    assert (order.ship_by - at).total_seconds() == 48 * 3600
    assert Customer.objects.get().spend == order.total
