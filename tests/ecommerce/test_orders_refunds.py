"""Money back: never more than was paid, no unit twice, and the stock with it only where it is asked for."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as examples
from hypothesis import strategies as st

from accounts.models import Activity, Job
from core.errors import Refused
from ecommerce.fulfilment.actions import ship_order
from ecommerce.models import Customer, Order
from ecommerce.orders.actions import hold_order, place_order, refund_order
from ecommerce.orders.queries import line_worths
from ecommerce.orders.rules import LineIn, OrderIn
from tests.ecommerce.orders_kit import ANN, level_of, order_in, placed, snapshot, stocked

D = Decimal


def order_of(*lines, **fields):
    return placed(*lines, paid=True, payment_method="wechat", **fields)


def test_a_whole_refund(scope):
    order = order_of((stocked(price=D("168.00")), 2), shipping_fee=D("12.00"))
    payment = refund_order(order, reason="Damaged", actor=ANN)
    order.refresh_from_db()

    assert (payment.kind, payment.amount, payment.method, payment.reason) == (
        "refund",
        D("348.00"),
        "wechat",
        "Damaged",
    )
    assert (order.payment_state, order.refunded_total, order.state) == ("refunded", D("348.00"), "paid")
    assert order.lines.get().refunded_quantity == 2
    assert Customer.objects.get().spend == 0
    fact = Activity.objects.get(kind="orders.refunded")
    assert (fact.payload["amount"], fact.payload["whole"]) == ("348.00", True)
    with pytest.raises(Refused, match="Nothing is left"):
        refund_order(order, reason="again", actor=ANN)


def test_items_are_worth_their_price_after_the_discount_of_the_order(scope):
    """The lines and the discount of the prototype: 10 % off 168 is 151.20."""
    cup, towel, kettle = (stocked(price=D(price)) for price in ("168.00", "59.00", "329.00"))
    order = order_of((cup, 1), (towel, 1), (kettle, 1), discount=D("55.60"), shipping_fee=D("12.00"))
    first = order.lines.first()
    payment = refund_order(order, lines={first.pk: 1}, reason="Changed mind", actor=ANN)
    order.refresh_from_db()
    assert (payment.amount, order.payment_state) == (D("151.20"), "partly_refunded")
    assert order.lines.first().refunded_quantity == 1

    with pytest.raises(Refused, match="At most 0") as refusal:
        refund_order(order, lines={first.pk: 1}, reason="x", actor=ANN)
    assert set(refusal.value.fields) == {f"units_{first.pk}"}
    rest = {line.pk: 1 for line in order.lines.all() if line.pk != first.pk}
    last = refund_order(order, lines=rest, shipping_fee=D("12.00"), reason="x", actor=ANN)
    assert last.amount == D("512.40") - D("151.20")


def test_shipping_alone_can_go_back(scope):
    order = order_of((stocked(), 1), shipping_fee=D("12.00"))
    assert refund_order(order, shipping_fee=D("12.00"), reason="Late", actor=ANN).amount == D("12.00")


@pytest.mark.parametrize("amount", ["0", "-5", "0.005", "168.01", "NaN", "Infinity"])
def test_sums_that_cannot_go_back(scope, amount):
    order = order_of((stocked(price=D("168.00")), 1))
    before, facts, jobs = snapshot(order), Activity.objects.count(), Job.objects.count()
    with pytest.raises(Refused) as refusal:
        refund_order(order, amount=D(amount), reason="x", actor=ANN)
    assert (refusal.value.code, set(refusal.value.fields)) == ("refund_out_of_range", {"amount"})
    assert (snapshot(order), Activity.objects.count(), Job.objects.count()) == (before, facts, jobs)


def test_a_refund_has_a_reason_and_is_for_lines_of_the_order(scope):
    order, other = order_of((stocked(), 1)), order_of((stocked(), 1))
    before = snapshot(order)
    wrong = [
        ({"reason": "  "}, "reason_missing"),
        ({"reason": "x", "lines": {other.lines.get().pk: 1}}, "line_unknown"),
        ({"reason": "x", "lines": {order.lines.get().pk: -1}}, "refund_units"),
        ({"reason": "x", "lines": {order.lines.get().pk: 0}}, "refund_out_of_range"),
    ]
    for fields, code in wrong:
        with pytest.raises(Refused) as refusal:
            refund_order(order, **fields, actor=ANN)
        assert refusal.value.code == code
    assert snapshot(order) == before


def test_what_had_not_left_is_taken_off_the_order(scope):
    variant = stocked(10)
    order = order_of((variant, 3))
    line = order.lines.get()
    refund_order(order, lines={line.pk: 1}, reason="x", restock=True, actor=ANN)
    line.refresh_from_db()
    assert (line.to_ship, line.cancelled_quantity, level_of(variant)) == (2, 1, (10, 2))

    refund_order(order, lines={line.pk: 2}, reason="x", restock=True, actor=ANN)
    assert (Order.objects.get(pk=order.pk).state, level_of(variant)) == ("cancelled", (10, 0))


def test_what_came_back_is_booked_into_stock(scope):
    variant = stocked(10)
    order = order_of((variant, 3))
    line = order.lines.get()
    ship_order(order, units={line.pk: 2}, actor=ANN)
    assert level_of(variant) == (8, 1)

    refund_order(order, lines={line.pk: 3}, reason="Returned", restock=True, actor=ANN)
    order.refresh_from_db()
    assert (order.state, level_of(variant)) == ("shipped", (10, 0))
    assert list(variant.stock_moves.order_by("pk").values_list("reason", "quantity")) == [
        ("opening", 10),
        ("sale", -2),
        ("return", 2),
    ]


def test_a_held_order_with_parcels_gone_is_released_before_the_rest_is_taken_off(scope):
    order = order_in("partly_shipped")
    hold_order(order, reason="Check", actor=ANN)
    before = snapshot(order)
    with pytest.raises(Refused, match="Release order"):
        refund_order(order, lines={order.lines.get().pk: 1}, reason="x", restock=True, actor=ANN)
    assert snapshot(order) == before


@pytest.mark.django_db
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@examples(st.lists(st.decimals(min_value=D("-1"), max_value=D("200"), places=2), min_size=1, max_size=8))
def test_refunds_one_after_another_stay_within_the_payment(scope, wishes):
    order = order_of((stocked(price=D("168.00")), 1))
    given_back = D(0)
    for wish in wishes:
        with contextlib.suppress(Refused):
            given_back += refund_order(order, amount=wish, reason="x", actor=ANN).amount
        order.refresh_from_db()
        assert order.refunded_total == given_back <= order.paid_total
        assert (order.payment_state == "refunded") is (given_back == order.paid_total)
    assert sum(payment.amount for payment in order.payments.filter(kind="refund")) == given_back


@pytest.mark.django_db
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@examples(
    st.lists(st.tuples(st.decimals(D("0.01"), D("500"), places=2), st.integers(1, 4)), min_size=1, max_size=5),
    st.decimals(0, 1, places=2),
    st.decimals(0, 30, places=2),
    st.decimals(0, 30, places=2),
)
def test_all_items_and_the_shipping_are_worth_the_order(scope, lines, off, shipping_fee, tax):
    net = sum(price * quantity for price, quantity in lines)
    rows = [LineIn(f"S{i}", quantity, price, title="x") for i, (price, quantity) in enumerate(lines)]
    discount = (net * off).quantize(D("0.01"), "ROUND_DOWN")
    order = place_order(OrderIn(rows, discount=discount, shipping_fee=shipping_fee, tax=tax, paid=True), actor=ANN)
    worths = line_worths(order)
    everything = sum(worths[line.pk].of(line.quantity) for line in order.lines.all())
    assert everything + shipping_fee == order.total
