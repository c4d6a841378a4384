"""Coupons: given, taken in with an order exactly once, given back when it is called off."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D

import pytest

from accounts.models import Activity
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.coupons import rules
from ecommerce.coupons.actions import Claim, Terms, issue_coupons, use_coupons, withdraw_coupon
from ecommerce.models import Coupon, Customer, Order
from ecommerce.orders.actions import cancel_order, duplicate_order, place_order, place_orders, split_order
from ecommerce.orders.rules import BuyerIn
from tests import factories
from tests.ecommerce.loyalty_kit import coupon_of
from tests.ecommerce.orders_kit import ANN, given, placed, stocked

YUHAN = BuyerIn(name="Chen Yuhan", email="yuhan@example.com")


@pytest.fixture
def buyer(scope):
    return factories.CustomerFactory(name="Chen Yuhan", email="yuhan@example.com")


@pytest.fixture
def pot(scope):
    return stocked(price=D("100.00"))


def test_an_amount_is_taken_off_the_order(buyer, pot):
    coupon = coupon_of(buyer, amount=D("30.00"), least=D("150.00"))
    order = placed(
        (pot, 2), paid=True, discount=D("20.00"), shipping_fee=D("8.00"), coupon_code=f" {coupon.code.lower()} "
    )

    assert (order.subtotal, order.discount, order.total) == (D("200.00"), D("50.00"), D("158.00"))
    assert order.paid_total == order.payments.get().amount == D("158.00")
    coupon.refresh_from_db()
    assert (coupon.used_on, coupon.taken_off) == (order.number, D("30.00"))
    assert Activity.objects.get(kind="coupons.used").subject_id == order.pk


def test_a_percentage_is_of_what_the_goods_cost_after_other_discounts(buyer, pot):
    coupon = coupon_of(None, code="WELCOME10", kind="percent", amount=D(0), percent=10)
    assert placed((pot, 1), discount=D("0.05"), coupon_code="WELCOME10").discount == D("10.05")
    coupon.refresh_from_db()
    assert coupon.taken_off == D("10.00")


def test_never_more_is_taken_off_than_the_goods_cost(buyer, pot):
    coupon_of(buyer, amount=D("500.00"), code="BIG-500")
    order = placed((pot, 1), shipping_fee=D("8.00"), coupon_code="BIG-500")
    assert order.total == D("8.00")


def _prepared(what, buyer):
    today = buyer.merchant.today()
    day = timedelta(days=1)
    if what == "coupon_unknown":
        return "NOSUCH"
    if what == "coupon_foreign":
        return coupon_of(factories.CustomerFactory(email="other@example.com")).code
    if what == "coupon_order_small":
        return coupon_of(buyer, least=D("100.01")).code
    if what == "coupon_early":
        return coupon_of(buyer, valid_from=today + day).code
    coupon = coupon_of(buyer)
    if what == "coupon_withdrawn":
        withdraw_coupon(coupon, actor=ANN)
    if what == "coupon_expired":
        Coupon.objects.filter(pk=coupon.pk).update(valid_from=today - 3 * day, valid_until=today - day)
    if what == "coupon_used":
        place_order(given((stocked(price=D(20)), 1), coupon_code=coupon.code), actor=ANN)
    return coupon.code


@pytest.mark.parametrize(
    "what",
    [
        "coupon_unknown", "coupon_foreign", "coupon_order_small", "coupon_early", "coupon_withdrawn", "coupon_expired",
        "coupon_used",
    ],
)  # fmt: skip
def test_a_coupon_that_does_not_fit_is_refused_and_nothing_happens(buyer, pot, what):
    code = _prepared(what, buyer)
    before = (Order.objects.count(), Customer.objects.count(), list(Coupon.objects.values()))
    with pytest.raises(Refused) as no:
        placed((pot, 1), coupon_code=code)

    assert no.value.code == what
    assert no.value.fields == {"coupon_code": no.value.message}
    assert code in no.value.message
    assert (Order.objects.count(), Customer.objects.count(), list(Coupon.objects.values())) == before


def test_a_new_buyer_may_use_an_open_coupon_and_no_personal_one(buyer, pot):
    mine, open_one = coupon_of(buyer), coupon_of(None)
    stranger = BuyerIn(name="Li", email="li@example.com")
    with pytest.raises(Refused):
        placed((pot, 1), coupon_code=mine.code, buyer=stranger)
    with pytest.raises(Refused):
        placed((pot, 1), coupon_code=mine.code, buyer=BuyerIn(name="Nobody known"))
    assert placed((pot, 1), coupon_code=open_one.code, buyer=stranger).discount == D("10.00")


def test_of_many_orders_with_one_code_one_gets_it(buyer, pot):
    coupon = coupon_of(None)
    first = given((pot, 1), coupon_code=coupon.code, buyer=BuyerIn(name="A", email="a@example.com"))
    second = given((pot, 1), coupon_code=coupon.code, buyer=BuyerIn(name="B", email="b@example.com"))
    one, two = place_orders([first, second], actor=ANN)

    assert one.order
    assert one.order.total == D("90.00")
    assert two.refusal
    assert two.refusal.code == "coupon_used"
    assert not Customer.objects.filter(email="b@example.com").exists()


def test_the_same_order_again_uses_nothing_more(buyer, pot):
    coupon = coupon_of(buyer)
    order_in = given((pot, 1), coupon_code=coupon.code, external_id="T-1")
    first, again = place_order(order_in, actor=ANN), place_order(order_in, actor=ANN)
    assert first == again
    assert Activity.objects.filter(kind="coupons.used").count() == 1


def test_who_is_slower_does_not_get_it(buyer):
    """Two look at the coupon while it is unused; the second writes nothing."""
    coupon = coupon_of(None)
    claims = [Claim(coupon.code, None, D("50.00"), number) for number in ("1", "2")]
    first, second = use_coupons(claims, merchant=buyer.merchant)
    assert isinstance(first, Coupon)
    assert isinstance(second, Refused)
    assert second.code == "coupon_used"
    coupon.refresh_from_db()
    assert coupon.used_on == "1"


def test_an_order_that_is_called_off_gives_its_coupon_back(buyer, pot):
    coupon = coupon_of(buyer)
    order = placed((pot, 2), paid=True, coupon_code=coupon.code)
    line = order.lines.get()
    cancel_order(order, reason="one less", lines={line.pk: 1}, actor=ANN)
    coupon.refresh_from_db()
    assert coupon.state_on(buyer.merchant.today()) == "used"

    cancel_order(Order.objects.get(pk=order.pk), reason="all of it", actor=ANN)
    coupon.refresh_from_db()
    assert (coupon.state_on(buyer.merchant.today()), coupon.used_on, coupon.taken_off) == ("open", "", D("0.00"))
    assert placed((pot, 1), coupon_code=coupon.code).discount == D("10.00")


def test_the_coupon_of_an_order_that_was_split_comes_back_when_no_part_stands(buyer, pot):
    coupon = coupon_of(buyer)
    order = placed((pot, 4), paid=True, coupon_code=coupon.code)
    line = order.lines.get()
    second = split_order(order, lines={line.pk: 2}, actor=ANN)
    third = split_order(second, lines={second.lines.get().pk: 1}, actor=ANN)
    for number, part in enumerate([order, third, second]):
        assert Coupon.objects.used().filter(pk=coupon.pk).exists(), f"{number} parts are called off"
        cancel_order(Order.objects.get(pk=part.pk), reason="no longer wanted", actor=ANN)
    coupon.refresh_from_db()
    assert (coupon.state_on(buyer.merchant.today()), coupon.taken_off) == ("open", D("0.00"))
    again = placed((pot, 1), coupon_code=coupon.code)
    cancel_order(again, reason="no longer wanted", actor=ANN)
    coupon.refresh_from_db()
    assert coupon.used_on == "", "the parts of the order before do not keep it"


def test_a_copy_of_an_order_does_not_get_the_coupon_too(buyer, pot):
    order = placed((pot, 1), discount=D("5.00"), coupon_code=coupon_of(buyer).code)
    assert order.discount == D("15.00")
    assert duplicate_order(order, actor=ANN).discount == D("5.00")


def test_a_used_coupon_cannot_be_withdrawn(buyer, pot):
    coupon = coupon_of(buyer)
    placed((pot, 1), coupon_code=coupon.code)
    with pytest.raises(Refused) as no:
        withdraw_coupon(coupon, actor=ANN)
    assert no.value.code == "coupon_used"


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"amount": D(0)}, "amount"),
        ({"amount": D("0.001")}, "amount"),
        ({"kind": "percent", "percent": 101}, "percent"),
        ({"kind": "gift"}, "kind"),
        ({"least": D(-1)}, "least"),
        ({"valid_until": timedelta(days=-1)}, "valid_until"),
        ({"code": "A B"}, "code"),
        ({"code": "票票票票"}, "code"),
        ({"note": "x" * 201}, "note"),
    ],
)
def test_terms_that_cannot_be_are_refused_at_their_field(buyer, fields, at):
    if "valid_until" in fields:
        fields = {"valid_until": buyer.merchant.today() + fields["valid_until"]}
    with pytest.raises(Refused) as no:
        coupon_of(buyer, **fields)
    assert list(no.value.fields) == [at]


def test_a_code_is_there_once_in_a_shop(buyer, rival):
    coupon_of(buyer, code="spring-26")
    with pytest.raises(Refused) as no:
        coupon_of(None, code="SPRING-26")
    assert no.value.code == "coupon_code_taken"
    with tenant(rival):
        assert coupon_of(None, code="SPRING-26").merchant == rival


def test_a_coupon_of_another_shop_is_unknown(buyer, pot, rival):
    with tenant(rival):
        code = coupon_of(None).code
    with pytest.raises(Refused) as no:
        placed((pot, 1), coupon_code=code)
    assert no.value.code == "coupon_unknown"


def test_many_customers_get_one_each(buyer):
    buyers = [buyer, *factories.CustomerFactory.create_batch(4)]
    made = issue_coupons(Terms(amount=D("5.00")), customers=buyers, actor=ANN)
    assert [coupon.customer for coupon in made] == buyers
    assert len({coupon.code for coupon in made}) == 5
    assert Activity.objects.filter(kind="coupons.issued_together").count() == 1


def test_codes_are_cleaned_and_worth_is_bounded():
    assert rules.clean_code(" spring ２6\n") == "SPRING26"
    assert not rules.is_code("ABC")
    assert rules.is_code("ABC-1")
    assert rules.worth("percent", D(0), 33, D("10.01")) == D("3.30")
