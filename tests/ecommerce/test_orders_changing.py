"""Orders that become others before they are packed: edited, split, duplicated. Sums and stock hold to the unit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from accounts.models import Activity
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.models import Order, OrderLine, Payment
from ecommerce.orders import rules
from ecommerce.orders.actions import (
    cancel_order,
    duplicate_order,
    edit_order,
    refund_order,
    split_order,
    take_payment,
)
from ecommerce.orders.queries import order_detail, timeline
from ecommerce.orders.rules import LineIn
from tests import factories
from tests.ecommerce.orders_kit import ANN, level_of, order_in, placed, snapshot, stocked

D = Decimal
cents = st.decimals(min_value=0, max_value=5000, places=2)
LINES = st.lists(
    st.tuples(st.integers(1, 30), cents, st.integers(0, 100)).map(
        lambda one: (one[0], one[1], (one[0] * one[1] * one[2] / 100).quantize(D("0.01"), "ROUND_DOWN"))
    ),
    min_size=1,
    max_size=6,
)


def before(lines, off: int, fee: Decimal, tax: Decimal) -> rules.Totals:
    net = sum(rules.line_total(*line) for line in lines)
    return rules.totals(lines, discount=(net * off / 100).quantize(D("0.01"), "ROUND_DOWN"), shipping_fee=fee, tax=tax)


@given(LINES, st.integers(0, 100), cents, cents, st.data())
def test_two_orders_are_worth_exactly_the_one_they_were(lines, off, fee, tax, data):
    moved = [data.draw(st.integers(0, line[0])) for line in lines]
    assume(0 < sum(moved) < sum(line[0] for line in lines))
    whole = before(lines, off, fee, tax)

    stay, go = rules.split_figures(whole, lines, moved)

    for name in ("subtotal", "discount", "shipping_fee", "tax", "total"):
        assert getattr(stay.totals, name) + getattr(go.totals, name) == getattr(whole, name)
        assert min(getattr(stay.totals, name), getattr(go.totals, name)) >= 0
    assert go.totals.shipping_fee == 0
    assert [a[2] + b[2] for a, b in zip(stay.lines, go.lines, strict=True)] == [line[2] for line in lines]


@given(LINES, st.integers(0, 100), cents, cents, st.data())
def test_an_edit_keeps_the_sums_and_nothing_edited_changes_nothing(lines, off, fee, tax, data):
    whole = before(lines, off, fee, tax)
    assert rules.edited_totals(whole, lines, lines).total == whole.total

    new = [rules.resized(line, data.draw(st.integers(1, 60))) for line in lines]
    after = rules.edited_totals(whole, lines, new)

    assert after.total == after.subtotal - after.discount + after.shipping_fee + after.tax
    assert after.total >= 0
    assert after.shipping_fee == fee


def figures(order: Order) -> tuple[Decimal, ...]:
    return order.subtotal, order.discount, order.shipping_fee, order.tax, order.total


def test_fewer_units_free_their_stock_and_leave_something_to_refund(scope):
    cup, pot = stocked(10, price=D("50")), stocked(10, price=D("100"))
    order = placed((cup, 4), (pot, 1), paid=True, shipping_fee=D("10"), tax=D("30"))
    first, second = order.lines.order_by("position")

    order = edit_order(order, quantities={first.pk: 1, second.pk: 1}, actor=ANN)

    assert figures(order) == (D("150"), 0, D("10"), D("15.00"), D("175.00"))
    assert (order.units, order.payment_state, order.owed, order.overpaid) == (2, "paid", 0, D("165"))
    assert (level_of(cup), level_of(pot)) == ((10, 1), (10, 1))
    refund_order(order, amount=order.overpaid, lines={}, reason="Fewer", actor=ANN)
    order = Order.objects.get(pk=order.pk)
    assert (order.overpaid, order.refundable) == (0, D("175"))


def test_more_units_hold_stock_and_the_rest_is_paid_once(scope):
    cup, lid = stocked(10, price=D("50")), stocked(1, price=D("5"))
    order = placed((cup, 1), paid=True)
    line = order.lines.get()

    order = edit_order(order, quantities={line.pk: 2}, add=[LineIn(lid.sku, 3)], actor=ANN)

    assert (order.total, order.payment_state, order.state, order.owed) == (D("115"), "partly_paid", "paid", D("65"))
    assert (level_of(cup), level_of(lid)) == ((10, 2), (1, 1))
    edited = Activity.objects.get(kind="orders.edited")
    assert (edited.payload["difference"], edited.payload["short_units"]) == ("65.00", 2)
    deadline = order.ship_by
    with pytest.raises(Refused, match="comes to"):
        take_payment(order, method="alipay", amount=D("115"), actor=ANN)
    take_payment(order, method="alipay", reference="R2", amount=D("65"), actor=ANN)
    take_payment(order, method="alipay", reference="R2", amount=D("65"), actor=ANN)
    order = Order.objects.get(pk=order.pk)
    assert (order.paid_total, order.payment_state, order.ship_by) == (D("115"), "paid", deadline)
    assert sum(payment.amount for payment in order.payments.all()) == D("115")


def test_a_line_can_go_and_the_last_one_cannot(scope):
    cup, pot = stocked(10), stocked(10)
    order = placed((cup, 2), (pot, 1), paid=True)
    first, second = order.lines.order_by("position")
    order = edit_order(order, quantities={first.pk: 0}, actor=ANN)
    assert [line.pk for line in order.lines.all()] == [second.pk]
    assert level_of(cup) == (10, 0)
    untouched = snapshot(order)
    with pytest.raises(Refused) as no:
        edit_order(order, quantities={second.pk: 0}, actor=ANN)
    assert (no.value.code, "lines" in no.value.fields, snapshot(order) == untouched) == ("figures", True, True)


def test_an_unpaid_order_is_edited_without_touching_stock(scope):
    cup = stocked(10, price=D("50"))
    order = placed((cup, 1))
    order = edit_order(order, quantities={order.lines.get().pk: 3}, shipping_fee=D("8"), actor=ANN)
    assert (order.total, order.payment_state, level_of(cup)) == (D("158"), "unpaid", (10, 0))


def test_the_address_is_changed_and_not_told_to_the_log(scope):
    order = order_in("paid")
    order = edit_order(
        order, buyer={"ship_to": "9 Lake Road", "ship_country": "cn", "buyer_name": order.buyer_name}, actor=ANN
    )
    assert (order.ship_to, order.ship_country) == ("9 Lake Road", "CN")
    row = Activity.objects.get(kind="orders.edited")
    assert row.payload["fields"] == ["ship_to", "ship_country"]
    assert "Lake" not in f"{row.payload}{row.changes}"
    with pytest.raises(Refused) as no:
        edit_order(order, buyer={"buyer_email": "nobody"}, actor=ANN)
    assert "buyer_email" in no.value.fields
    edit_order(order, buyer={"ship_to": "9 Lake Road"}, quantities={}, actor=ANN)
    assert Activity.objects.filter(kind="orders.edited").count() == 1


@pytest.mark.parametrize("state", ["packed", "partly_shipped", "shipped", "delivered", "completed", "cancelled"])
def test_what_is_packed_or_over_is_neither_edited_nor_split(scope, state):
    order = order_in(state, quantity=3)
    untouched = snapshot(order)
    for do in (
        lambda: edit_order(order, buyer={"ship_to": "x"}, actor=ANN),
        lambda: split_order(order, lines={order.lines.get().pk: 1}, actor=ANN),
    ):
        with pytest.raises(Refused) as no:
            do()
        assert no.value.code == "order_not_editable"
    assert snapshot(order) == untouched


def test_lines_stay_where_part_is_cancelled_but_the_address_may_change(scope):
    order = order_in("paid", quantity=3)
    cancel_order(order, lines={order.lines.get().pk: 1}, reason="Broken", actor=ANN)
    with pytest.raises(Refused, match="lines stay"):
        edit_order(order, quantities={order.lines.get().pk: 2}, actor=ANN)
    assert edit_order(order, buyer={"ship_city": "Suzhou"}, actor=ANN).ship_city == "Suzhou"


def test_a_paid_order_is_split_with_its_payment_and_its_stock(scope):
    cup, pot = stocked(3, price=D("33.33")), stocked(10, price=D("100"))
    order = placed(
        (cup, 5), (pot, 2), paid=True, discount=D("10"), shipping_fee=D("12"), tax=D("7.01"), payment_reference="P1"
    )
    was, line = figures(order), order.lines.get(sku=cup.sku)

    second = split_order(order, lines={line.pk: 2}, actor=ANN)

    order = Order.objects.get(pk=order.pk)
    assert tuple(a + b for a, b in zip(figures(order), figures(second), strict=True)) == was
    assert (second.number, second.state, second.ship_by) == (f"{order.number}-2", "paid", order.ship_by)
    for one in (order, second):
        charges = one.payments.all()
        assert sum(charge.amount for charge in charges) == one.total == one.paid_total
        assert {charge.reference for charge in charges} == {"P1"}
        assert sum(row.total for row in one.lines.all()) - (one.discount) == one.total - one.shipping_fee - one.tax
    assert (order.units, second.units) == (5, 2)
    held = {row.order_id: row.reserved_quantity for row in OrderLine.objects.filter(variant=cup)}
    assert held == {order.pk: 3, second.pk: 0}
    assert (level_of(cup), level_of(pot)) == ((3, 3), (10, 2))
    refund_order(second, reason="Out of stock", actor=ANN)
    assert Order.objects.get(pk=order.pk).refundable == order.total


def test_a_line_that_goes_whole_takes_what_it_holds(scope):
    cup, pot = stocked(5), stocked(5)
    order = placed((cup, 2), (pot, 1), paid=True)
    line = order.lines.get(sku=pot.sku)
    second = split_order(order, lines={line.pk: 1}, actor=ANN)
    third = split_order(order, lines={order.lines.get().pk: 1}, actor=ANN)
    assert second.lines.get().pk == line.pk
    assert second.lines.get().reserved_quantity == 1
    assert third.number == f"{order.number}-3"
    assert (level_of(cup), level_of(pot)) == ((5, 2), (5, 1))
    assert Payment.objects.count() == 3


@pytest.mark.parametrize("units", [0, 2, 3])
def test_nothing_and_everything_is_no_split(scope, units):
    order = order_in("paid")
    untouched = snapshot(order)
    with pytest.raises(Refused):
        split_order(order, lines={order.lines.get().pk: units}, actor=ANN)
    assert snapshot(order) == untouched


def test_a_copy_is_a_new_unpaid_order_with_the_same_sums(scope):
    order = order_in("completed")
    copy = duplicate_order(order, actor=ANN)
    assert (copy.state, copy.payment_state, copy.customer, copy.external_id) == ("placed", "unpaid", order.customer, "")
    assert figures(copy) == figures(order)
    assert copy.number != order.number


def test_every_change_is_on_the_timeline(scope):
    order = order_in("paid", quantity=4)
    edit_order(order, buyer={"ship_city": "Suzhou"}, actor=ANN)
    second = split_order(order, lines={order.lines.get().pk: 1}, actor=ANN)
    copy = duplicate_order(order, actor=ANN)

    def kinds(one: Order) -> list[str]:
        return [moment.kind for moment in timeline(order_detail().get(pk=one.pk))]

    assert kinds(order)[:3] == ["orders.duplicated", "orders.split", "orders.edited"]
    assert "orders.split_off" in kinds(second)
    assert kinds(copy)[0] == "orders.copied"


PAGE = "/m/luming/orders/"


def edit_post(order: Order, **fields: str) -> dict[str, str]:
    names = ("buyer_name", "buyer_email", "buyer_phone", "ship_to", "ship_city", "ship_region", "ship_postcode")
    return {
        **{name: getattr(order, name) for name in names},
        "ship_country": "CN",
        "shipping_fee": str(order.shipping_fee),
        "more-TOTAL_FORMS": "2",
        "more-INITIAL_FORMS": "0",
        "more-0-quantity": "1",
        "more-1-quantity": "1",
        **fields,
    }


def test_the_edit_page_shows_the_sum_before_and_the_difference_after(as_user, ann, shop):
    with tenant(shop):
        cup = stocked(10, price=D("50"))
        order = placed((cup, 1), paid=True)
        name = f"units_{order.lines.get().pk}"
    client, page = as_user(ann), f"{PAGE}{order.number}/edit/"
    assert client.get(page).status_code == 200
    looked = client.post(page, edit_post(order, **{name: "3", "look": "1"}))
    assert (looked.context["sums"].total, looked.context["difference"]) == (D("150"), D("100"))
    with tenant(shop):
        assert Order.objects.get(pk=order.pk).total == D("50")
    assert client.post(page, edit_post(order, **{name: "3"}))["Location"] == f"{PAGE}{order.number}/"
    shown = client.get(f"{PAGE}{order.number}/").content.decode()
    assert "is still to be paid" in shown
    more = edit_post(order, **{"more-0-sku": "NO-SUCH", "more-0-quantity": "1"})
    answer = client.post(page, more)
    assert answer.status_code == 422
    assert "NO-SUCH" in answer.content.decode()


def test_the_page_says_why_a_step_is_not_there(as_user, ann, ben, shop):
    with tenant(shop):
        order = order_in("packed")
    shown = as_user(ann).get(f"{PAGE}{order.number}/")
    reasons = {one.step.key: one.reason for one in shown.context["not_now"]}
    assert "It is edited before it is packed" in reasons["edit"]
    assert "packed already" in reasons["pack"]
    assert "ship" not in reasons
    assert reasons["edit"] in shown.content.decode()
    reasons = {one.step.key: one.reason for one in as_user(ben).get(f"{PAGE}{order.number}/").context["not_now"]}
    assert "role" in reasons["refund"]


def test_splitting_and_duplicating_by_the_page(as_user, ann, shop):
    with tenant(shop):
        order = order_in("paid", quantity=3)
        line = order.lines.get()
    client = as_user(ann)
    assert client.post(f"{PAGE}{order.number}/split/", {f"units_{line.pk}": "3"}).status_code == 422
    to = client.post(f"{PAGE}{order.number}/split/", {f"units_{line.pk}": "1"})["Location"]
    assert to == f"{PAGE}{order.number}-2/"
    assert client.get(to).status_code == 200
    to = client.post(f"{PAGE}{order.number}/duplicate/")["Location"]
    with tenant(shop):
        assert Order.objects.count() == 3
    assert client.get(to).status_code == 200


def test_another_shops_line_is_refused(scope, rival):
    order = order_in("paid", quantity=3)
    with tenant(rival):
        theirs = factories.OrderLineFactory().pk
    for do in (edit_order, split_order):
        values = {"quantities" if do is edit_order else "lines": {theirs: 1}}
        with pytest.raises(Refused, match="no such line"):
            do(order, **values, actor=ANN)
