"""Points and coupons asked for at the same moment: one gets them."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from core.errors import Refused
from core.tenancy import tenant
from ecommerce.loyalty.actions import exchange_points
from ecommerce.loyalty.queries import balance_of
from ecommerce.models import Coupon, Customer, Order
from ecommerce.orders.actions import place_order
from tests import factories
from tests.ecommerce.loyalty_kit import coupon_of, granted, points_on
from tests.ecommerce.orders_kit import ANN, given, stocked
from tests.race import alone, shared_database, together

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_orders_at_once_use_a_coupon_once(shop, tmp_path):
    with tenant(shop):
        pot, coupon = stocked(price=D("100.00")), coupon_of(None)

    def order(name: str) -> D | str:
        with tenant(shop):
            try:
                return place_order(given((pot, 1), coupon_code=coupon.code, external_id=name), actor=ANN).total
            except Refused as no:
                return no.code

    def used() -> tuple[int, str]:
        with tenant(shop):
            return Order.objects.count(), str(Coupon.objects.get().taken_off)

    with shared_database(tmp_path):
        outcomes = together(lambda: order("one"), lambda: order("two"))
        assert sorted(outcomes, key=str) == [D("90.00"), "coupon_used"], outcomes
        assert alone(used) == (1, "10.00")


def test_points_are_not_spent_twice_at_one_moment(shop, tmp_path):
    with tenant(shop):
        points_on(exchange_points=100)
        buyer = factories.CustomerFactory()
        granted(buyer, 150)

    def exchange(key: str) -> str:
        with tenant(shop):
            try:
                return exchange_points(Customer.objects.get(pk=buyer.pk), key=key, actor=ANN).origin
            except Refused as no:
                return no.code

    def left() -> tuple[int, int]:
        with tenant(shop):
            return balance_of(buyer), Coupon.objects.count()

    with shared_database(tmp_path):
        outcomes = together(lambda: exchange("one"), lambda: exchange("two"))
        assert sorted(outcomes) == ["points", "points_short"], outcomes
        assert alone(left) == (50, 1)
