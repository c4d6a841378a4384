"""Many buyers pay for the last items at one moment; used by bench/volume/oversell.py, in a database of its own.

main([ROUNDS, BUYERS, CARELESS]) makes an item a round with 1 to 9 units and an order of one unit for each buyer, and
lets all pay at once, by threads with a connection each. In every tenth round all ship at once too. Then the same for
CARELESS rounds with buyers who look first and write afterwards, as code without the guard does. Prints a JSON object.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import OperationalError, connections, transaction
from django.db.models import F, Sum

from accounts.models import Merchant
from core.actors import SYSTEM
from core.bulk import bulk_insert
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.fulfilment.actions import ship_order
from ecommerce.inventory.actions import open_stock
from ecommerce.inventory.queries import broken_levels
from ecommerce.models import Category, Order, OrderLine, Product, StockLevel, Variant
from ecommerce.orders.actions import place_orders, take_payment
from ecommerce.orders.rules import BuyerIn, LineIn, OrderIn

MOST_LEFT = 9
SHIPPED_EVERY = 10
BATCH = 512
PATIENCE = 10  # tries of one buyer


class Crowd:
    """Threads that do things at one moment, again and again, each with a connection of its own in one shop."""

    def __init__(self, size: int, shop: Merchant) -> None:
        self.size, self.shop = size, shop
        self.begin, self.end = threading.Barrier(size + 1), threading.Barrier(size + 1)
        self.acts: Sequence[Callable[[], Any]] = ()
        self.outcome: list[Any] = [None] * size
        self.over = False
        for place in range(size):
            threading.Thread(target=self._live, args=(place,), daemon=True).start()

    def _live(self, place: int) -> None:
        with tenant(self.shop):
            while True:
                self.begin.wait()
                if self.over:
                    connections.close_all()
                    self.end.wait()
                    return
                try:
                    self.outcome[place] = self.acts[place]()
                except Exception as fault:
                    self.outcome[place] = fault
                self.end.wait()

    def at_once(self, acts: Sequence[Callable[[], Any]]) -> list[Any]:
        """What each returned; raises what one of them raised, but refusals, which count as None."""
        self.acts = acts
        self.begin.wait()
        self.end.wait()
        for one in self.outcome:
            if isinstance(one, Exception) and not isinstance(one, Refused):
                raise one
        return [None if isinstance(one, Refused) else one for one in self.outcome]

    def disband(self) -> None:
        self.over = True
        self.begin.wait()
        self.end.wait()


def build(rounds: int, buyers: int) -> tuple[Merchant, list[tuple[int, int, list[int]]]]:
    """The shop, and for each round the variant, its units and the orders that want one each."""
    shop = Merchant.objects.create(slug=f"last-{Merchant.objects.count()}", name="Last items", state="active")
    category, _ = Category.objects.get_or_create(code="last", defaults={"name": "Last items", "path": "last"})
    numbers = count(1)
    with tenant(shop):
        product = Product.objects.create(title="Last item", category=category, state="live")
        variants = bulk_insert(
            Variant(product=product, sku=f"{shop.slug}-{place}", price="19.90") for place in range(rounds)
        )
        stock = {variant.pk: place % MOST_LEFT + 1 for place, variant in enumerate(variants)}
        open_stock(stock, actor=SYSTEM)
        wanted = [
            OrderIn(
                lines=[LineIn(variant.sku, 1, Decimal("19.90"))],
                buyer=BuyerIn(name="Buyer", external_id=f"{shop.slug}-{place}-{number}"),
                number=f"L{next(numbers)}",
            )
            for place, variant in enumerate(variants)
            for number in range(buyers)
        ]
        placed: list[int] = []
        for start in range(0, len(wanted), BATCH):
            for one in place_orders(wanted[start : start + BATCH], actor=SYSTEM):
                assert one.order is not None
                placed.append(one.order.pk)
        return shop, [
            (variant.pk, stock[variant.pk], placed[place * buyers : (place + 1) * buyers])
            for place, variant in enumerate(variants)
        ]


def pay(pk: int) -> Callable[[], Any]:
    """What a buyer of the order does; returns the units promised to it."""

    def act() -> int:
        _patiently(lambda: take_payment(Order.objects.get(pk=pk), method="card", actor=SYSTEM))
        return OrderLine.objects.get(order_id=pk).reserved_quantity

    return act


def _patiently(act: Callable[[], Any]) -> Any:
    """What it returns; done again where a busy machine let somebody wait longer than the database lets wait."""
    for left in reversed(range(PATIENCE)):
        try:
            return act()
        except OperationalError as fault:
            if not left or not any(words in str(fault) for words in ("lock timeout", "is locked")):
                raise
            connections.close_all()


def ship(pk: int) -> Callable[[], Any]:
    def act() -> int:
        with suppress(Refused):
            _patiently(lambda: ship_order(Order.objects.get(pk=pk), actor=SYSTEM))
            return 1
        return 0

    return act


def pay_carelessly(pk: int, variant: int) -> Callable[[], Any]:
    """The control: is one free? Then it is mine."""

    def act() -> int:
        level = StockLevel.objects.get(variant_id=variant)
        if level.on_hand - level.reserved < 1:
            return 0
        with transaction.atomic():
            level.reserved += 1
            level.save()
            OrderLine.objects.filter(order_id=pk).update(reserved_quantity=F("reserved_quantity") + 1)
        return 1

    return act


def main(argv: list[str]) -> None:
    rounds, buyers, careless = (int(word) for word in argv)
    found = {"rounds": rounds, "oversold": 0, "undersold": 0, "shipped_beyond": 0, "careless_oversold": 0}
    shop, guarded = build(rounds, buyers)
    crowd = Crowd(buyers, shop)
    with tenant(shop):
        for place, (variant, units, orders) in enumerate(guarded):
            promised = sum(crowd.at_once([pay(pk) for pk in orders]))
            held = StockLevel.objects.get(variant_id=variant).reserved
            found["oversold"] += promised > units or held != promised
            found["undersold"] += promised < min(units, buyers)
            if place % SHIPPED_EVERY == 0:
                crowd.at_once([ship(pk) for pk in orders])
                out = OrderLine.objects.filter(variant_id=variant).aggregate(n=Sum("shipped_quantity"))["n"]
                found["shipped_beyond"] += max(0, out - units)
        found["broken_levels"] = broken_levels().count()
    crowd.disband()
    shop, unguarded = build(careless, buyers)
    crowd = Crowd(buyers, shop)
    for variant, units, orders in unguarded:
        found["careless_oversold"] += sum(crowd.at_once([pay_carelessly(pk, variant) for pk in orders])) > units
    crowd.disband()
    json.dump(found, sys.stdout)
