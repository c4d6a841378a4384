"""Counting the daily figures of 60,000 orders again, against adding them up order by order through the ORM."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from accounts.merchants.models import Merchant
from analytics.facts.actions import mark_everything, rebuild_dirty
from bench.figures import Figure, seconds
from bench.place import marketplace
from core.tenancy import tenant
from ecommerce.orders.models import Order

LOOPED = 3_000


def _rebuild(shops: list[Merchant]) -> None:
    for shop in shops:
        with tenant(shop):
            while rebuild_dirty():
                pass


def _order_by_order(shop: Merchant) -> int:
    days: dict[Any, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    with tenant(shop):
        orders = list(Order.objects.order_by("pk")[:LOOPED])
        for order in orders:
            day = days[shop.day_of(order.placed_at)]
            day[0] += order.total
            for line in order.lines.select_related("variant__product"):
                day[1] += line.total
    return len(orders)


def run() -> Iterator[Figure]:
    marketplace()
    shops = list(Merchant.objects.all())
    orders = 0
    for shop in shops:
        with tenant(shop):
            orders += Order.objects.count()
            mark_everything()
    spent = seconds(lambda: _rebuild(shops))
    looped = 0

    def loop() -> None:
        nonlocal looped
        looped = _order_by_order(Merchant.objects.get(slug="luming"))

    per_order = seconds(loop) / looped
    yield Figure("facts rebuilt", spent, "s", per_order * orders, f"loop over {orders:,} orders", 0.5, "lower")
    yield Figure(
        "facts of 60,000 orders", spent * 60_000 / orders, "s", per_order * 60_000, "loop", 10, "lower", "figure"
    )
