"""What came of deliveries and prices of suppliers after a fact."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from accounts.merchants.models import Merchant
from analytics.facts.models import VariantFact
from core.among import Among
from ecommerce.purchasing.models import PurchaseLine, Receipt, ReceiptLine
from notifications.playbooks.measures.cases import HORIZON, Case, Facts


def still_missing(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Of the units that an order lacked after a delivery the percent still missing HORIZON days later; none where
    nothing was missing. As large as the units that were.
    """
    orders = {fact.thing for fact in facts}
    lines: dict[int, dict[int, int]] = defaultdict(dict)
    ordered: Any = PurchaseLine.objects.filter(Among("order_id", orders)).order_by()
    for order, line, quantity in ordered.values_list("order_id", "pk", "quantity"):
        lines[order][line] = quantity
    came: dict[int, list[tuple[int, datetime, int]]] = defaultdict(list)
    receipts: Any = ReceiptLine.objects.filter(Among("receipt__order_id", orders)).order_by()
    for line, receipt, at, units in receipts.values_list("line_id", "receipt_id", "receipt__at", "accepted"):
        came[line].append((receipt, at, units))
    found: list[Case | None] = []
    for fact in facts:
        lacking = left = 0
        for line, quantity in lines[fact.thing].items():
            then = sum(units for receipt, _at, units in came[line] if receipt <= fact.payload["receipt_id"])
            later = sum(units for _receipt, at, units in came[line] if at <= fact.end)
            lacking += max(quantity - then, 0)
            left += max(quantity - max(then, later), 0)
        found.append(Case(lacking, 100 * left / lacking) if lacking else None)
    return found


def damaged_later(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Of the units that the same supplier delivered in the HORIZON days after the percent that was damaged; none where
    nothing came. As large as the units damaged in the delivery of the fact.
    """
    suppliers = {fact.payload["supplier_id"] for fact in facts}
    rows: Any = Receipt.objects.filter(
        Among("order__supplier_id", suppliers), at__gt=min(fact.at for fact in facts)
    ).order_by()
    came: dict[int, list[tuple[int, datetime, int, int]]] = defaultdict(list)
    for supplier, *row in rows.values_list("order__supplier_id", "pk", "at", "accepted", "damaged"):
        came[supplier].append(tuple(row))
    found: list[Case | None] = []
    for fact in facts:
        good = bad = 0
        for pk, at, accepted, damaged in came[fact.payload["supplier_id"]]:
            if fact.led_to(at) and pk != fact.payload["receipt_id"]:
                good, bad = good + accepted, bad + damaged
        found.append(Case(fact.payload["damaged"], 100 * bad / (good + bad)) if good + bad else None)
    return found


def margin_after(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Points by which the margin of a SKU at its new price of purchase rose from the HORIZON days before to the next.

    Margin: what is left of the sales, in percent of them. None where nothing was sold before or after, the supplier
    does not offer it any more, or asks in another currency than the shop sells in. As large as the units sold before.
    """
    first = min(fact.day for fact in facts) - timedelta(days=HORIZON)
    last = max(fact.day for fact in facts) + timedelta(days=HORIZON)
    rows: Any = VariantFact.objects.filter(
        Among("variant_id", {fact.thing for fact in facts}), day__gte=first, day__lte=last
    ).order_by()
    sold: dict[int, list[tuple[date, int, Decimal]]] = defaultdict(list)
    for variant, day, units, value in rows.values_list("variant_id", "day").annotate(Sum("units"), Sum("value")):
        sold[variant].append((day, units, value))
    found: list[Case | None] = []
    for fact in facts:
        is_known = fact.payload["is_offered"] and fact.payload["currency"] == merchant.currency
        before: list[Any] = [0, Decimal(0)]
        after: list[Any] = [0, Decimal(0)]
        for day, units, value in sold[fact.thing]:
            if day != fact.day and abs((day - fact.day).days) <= HORIZON:
                side = before if day < fact.day else after
                side[0], side[1] = side[0] + units, side[1] + value
        if not is_known or not before[1] or not after[1]:
            found.append(None)
            continue
        price = Decimal(fact.payload["price"])
        cost = [100 * price * units / value for units, value in (before, after)]
        found.append(Case(before[0], float(cost[0] - cost[1])))
    return found
