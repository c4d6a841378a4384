"""What became of orders after a fact: sent off, paid or lost, and whether their buyers came again."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from accounts.merchants.models import Merchant
from core.among import Among
from ecommerce.orders.models import Order, Payment
from notifications.playbooks.measures.cases import Case, Facts

PAID_WITHIN: Final = timedelta(days=7)


def _orders(facts: Facts, *columns: str) -> dict[int, tuple[Any, ...]]:
    """These columns of the orders that facts name as `order_id`, by order."""
    ids = {fact.payload.get("order_id") or 0 for fact in facts}
    rows: Any = Order.objects.filter(Among("pk", ids)).order_by()
    return {pk: tuple(found) for pk, *found in rows.values_list("pk", *columns)}


def days_until_shipped(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Days until all of an order had left, those of the HORIZON where it had not; none of those cancelled unsent.

    As large as what the order comes to.
    """
    orders = _orders(facts, "total", "shipped_at", "cancelled_at")
    found: list[Case | None] = []
    for fact in facts:
        total, shipped, cancelled = orders.get(fact.payload["order_id"], (0, None, fact.at))
        is_off = shipped is None and cancelled is not None
        found.append(None if is_off else Case(float(total), fact.days_until(shipped)))
    return found


def lost(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Of what an order comes to the percent that was given back within the HORIZON days: all of it where the order was
    cancelled. None of orders that come to nothing, and of facts without an order.
    """
    orders = _orders(facts, "total", "cancelled_at")
    back: dict[int, list[tuple[datetime, Decimal]]] = defaultdict(list)
    refunds: Any = Payment.objects.filter(
        Among("order_id", orders),
        kind=Payment.Kind.REFUND,
        state=Payment.State.SUCCEEDED,
        at__gt=min(fact.at for fact in facts),
    )
    for order, at, amount in refunds.order_by().values_list("order_id", "at", "amount"):
        back[order].append((at, amount))
    found: list[Case | None] = []
    for fact in facts:
        order = fact.payload.get("order_id") or 0
        total, cancelled = orders.get(order, (0, None))
        if not total:
            found.append(None)
            continue
        refunded = sum(amount for at, amount in back[order] if fact.led_to(at))
        share = 1.0 if fact.led_to(cancelled) else min(float(refunded / total), 1.0)
        found.append(Case(float(total), 100 * share))
    return found


def sent_off(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """100 where all of an order left within the HORIZON days, else 0; as large as what the order comes to."""
    orders = _orders(facts, "total", "shipped_at")
    return [
        Case(float(orders[order][0]), 100.0 * fact.led_to(orders[order][1]))
        if (order := fact.payload["order_id"]) in orders
        else None
        for fact in facts
    ]


def paid_soon(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """100 where an order was paid within PAID_WITHIN, else 0; none of those paid before. As large as the amount."""
    orders = _orders(facts, "paid_at")
    found: list[Case | None] = []
    for fact in facts:
        (paid,) = orders.get(fact.payload["order_id"], (fact.at,))
        is_open = paid is None or paid > fact.at
        came = 100.0 * fact.led_to(paid, within=PAID_WITHIN)
        found.append(Case(float(fact.payload["amount"]), came) if is_open else None)
    return found


def came_again(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """100 where the buyer placed another order within the HORIZON days, else 0; none of unknown buyers.

    What goes out in exchange is no order of the buyer's, and what was cancelled none that counts. As large as what the
    order of the fact comes to.
    """
    orders = _orders(facts, "total")
    buyers = {fact.payload.get("customer_id") or 0 for fact in facts}
    placed: dict[int, list[datetime]] = defaultdict(list)
    later: Any = Order.objects.filter(
        Among("customer_id", buyers), placed_at__gt=min(fact.at for fact in facts), replaces=None, cancelled_at=None
    )
    for buyer, at in later.order_by().values_list("customer_id", "placed_at"):
        placed[buyer].append(at)
    found: list[Case | None] = []
    for fact in facts:
        buyer = fact.payload.get("customer_id")
        (total,) = orders.get(fact.payload["order_id"], (0,))
        again = any(fact.led_to(at) for at in placed[buyer or 0])
        found.append(Case(float(total), 100.0 * again) if buyer else None)
    return found
