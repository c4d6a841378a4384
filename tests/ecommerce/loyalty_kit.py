"""Points and coupons for tests, by the actions themselves."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from ecommerce.coupons.actions import Terms, issue_coupon
from ecommerce.loyalty.actions import change_points, change_points_rules
from ecommerce.models import Coupon, Customer, Order, PointsEntry, PointsRules
from tests.ecommerce.orders_kit import ANN, order_in, stocked
from tests.queue import run_tasks

D = Decimal


def points_on(**fields: Any) -> PointsRules:
    """The shop gives a point for each unit of its currency, unless said otherwise."""
    return change_points_rules(**{"is_on": True, "per_unit": D(1), **fields}, actor=ANN)


def completed(price: str = "168.00", quantity: int = 1) -> Order:
    """An order that was paid, arrived and is completed; its buyer got points if there are any."""
    order = order_in("completed", stocked(price=D(price)), quantity)
    run_tasks()
    return order


def granted(customer: Customer, points: int, key: str = "k") -> PointsEntry:
    return change_points(customer, points=points, reason="a test", key=key, actor=ANN)


def ledger(customer: Customer | None) -> list[tuple[str, int, int]]:
    """(kind, points, balance) of each entry, oldest first."""
    rows = PointsEntry.objects.filter(customer=customer).order_by("sequence")
    return list(rows.values_list("kind", "points", "balance"))


def coupon_of(customer: Customer | None, **fields: Any) -> Coupon:
    """A coupon of 10 for that customer, or for whoever has its code."""
    own = {name: fields.pop(name) for name in ("code", "origin", "note") if name in fields}
    return issue_coupon(Terms(**{"amount": D("10.00"), **fields}), customer=customer, **own, actor=ANN)


def points_and_coupons(order: Order) -> None:
    """Points that the order brought, some of which expire, and a coupon for its buyer that does."""
    assert order.customer is not None
    day = order.merchant.today() + timedelta(days=30)
    PointsEntry.objects.create(
        customer=order.customer, sequence=1, kind="earned", points=1680, balance=1680, expires_on=day, order=order,
        cause=f"earned:order:{order.pk}",
    )  # fmt: skip
    coupon_of(order.customer, least=D("100.00"), valid_until=day)
