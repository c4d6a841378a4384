"""Who the demo shops buy from: suppliers, price lists, and the purchase orders behind a year's deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from accounts.merchants.models import Merchant
from config.demo.simulate import ShopHistory
from core.bulk import bulk_insert
from core.money import cents
from ecommerce.catalog.models import Variant
from ecommerce.inventory.models import Warehouse
from ecommerce.purchasing import rules
from ecommerce.purchasing.models import (
    PurchaseCounter,
    PurchaseLine,
    PurchaseOrder,
    Receipt,
    ReceiptLine,
    Supplier,
    SupplierPrice,
)

YEAR: Final = timedelta(days=365)
RISE: Final = timedelta(days=150)  # ago: prices of the second supplier rose


@dataclass(frozen=True)
class Who:
    """A supplier as they are: what they promise and how long they take, and the share of units that arrive broken."""

    name: str
    name_zh: str
    code: str
    promised: int
    fastest: int
    slowest: int
    late: float
    broken: float
    step: int


WHO: Final = (
    Who("Longquan Works", "龙泉窑厂", "LQ", 7, 5, 9, 0.05, 0.004, 6),
    Who("East River Trading", "东江贸易", "ER", 12, 9, 18, 0.25, 0.015, 12),
    Who("Hillside Studio", "山房工作室", "HS", 5, 3, 6, 0.1, 0.03, 1),
)


@dataclass
class Delivery:
    """What came of one supplier on one day: (column, units) of each variant, under one order."""

    number: str
    supplier: int
    day: date
    lines: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Bought:
    """The deliveries of the last year, and the reference of each of the history's receipts."""

    deliveries: Sequence[Delivery]
    references: Sequence[str]


def supplier_of(column: int) -> int:
    """Most is bought from the first supplier: the risk of one source that the pages point at."""
    return (0, 0, 1, 0, 2)[column % 5]


def second_source(column: int) -> int | None:
    """Who else has some of the variants, a little dearer: a choice for whoever orders."""
    return {1: 1, 4: 0}.get(column % 5)


def plan(merchant: Merchant, history: ShopHistory) -> Bought:
    """Sort a shop's deliveries of the last year into purchase orders; older ones keep a number of their own."""
    since = merchant.today() - YEAR
    found: dict[tuple[int, int], Delivery] = {}
    references = []
    for number, (position, column, units) in enumerate(history.receipts, 1):
        day = history.days[position]
        if day <= since:
            references.append(f"PO-{number:05d}")
            continue
        key = (position, supplier_of(column))
        if key not in found:
            found[key] = Delivery(f"PO-{1001 + len(found)}", key[1], day)
        found[key].lines.append((column, units))
        references.append(found[key].number)
    return Bought(list(found.values()), references)


def write(merchant: Merchant, variants: Sequence[Variant], bought: Bought, *, chinese: bool) -> None:
    """The suppliers with their prices, and the orders and receipts of what came; one order is still on its way."""
    draw = np.random.default_rng(len(variants) * 7 + len(bought.deliveries))
    today = merchant.today()
    start = today - timedelta(days=500)
    suppliers = bulk_insert(
        Supplier(
            name=one.name_zh if chinese else one.name,
            code=one.code,
            email=f"orders@{one.code.lower()}.example.com",
            currency=merchant.currency,
            lead_days=one.promised,
            payment_terms="30",
        )
        for one in WHO
    )
    bulk_insert(_prices(variants, suppliers, start, today))
    warehouse = Warehouse.objects.get(is_default=True)
    for delivery in bought.deliveries:
        _order(merchant, variants, suppliers[delivery.supplier], warehouse, delivery, draw)
    _on_the_way(merchant, variants, suppliers[0], warehouse, len(bought.deliveries))
    PurchaseCounter.objects.update_or_create(defaults={"last": 1001 + len(bought.deliveries)})


def _prices(
    variants: Sequence[Variant], suppliers: Sequence[Supplier], start: date, today: date
) -> list[SupplierPrice]:
    rows = []
    for column, variant in enumerate(variants):
        who = supplier_of(column)
        price = variant.cost or Decimal(1)
        step = WHO[who].step
        rows.append(
            SupplierPrice(
                supplier=suppliers[who], variant=variant, price=price, minimum=step, multiple=step, valid_from=start
            )
        )
        if (other := second_source(column)) is not None:
            dearer, step = cents(price * Decimal("1.06")), WHO[other].step
            rows.append(
                SupplierPrice(
                    supplier=suppliers[other], variant=variant, price=dearer, minimum=step, multiple=step,
                    valid_from=start,
                )
            )  # fmt: skip
        if who == 1:
            risen = cents(price * Decimal("1.04"))
            rows.append(
                SupplierPrice(
                    supplier=suppliers[who],
                    variant=variant,
                    price=risen,
                    minimum=step,
                    multiple=step,
                    valid_from=today - RISE,
                )
            )
    return rows


def _order(
    merchant: Merchant,
    variants: Sequence[Variant],
    supplier: Supplier,
    warehouse: Warehouse,
    delivery: Delivery,
    draw: np.random.Generator,
) -> None:
    who = WHO[delivery.supplier]
    taken = int(draw.integers(who.fastest, who.slowest + 1)) + (9 if draw.random() < who.late else 0)
    sent = delivery.day - timedelta(days=taken)
    at = _noon(merchant, sent)
    lines, broken = [], []
    for place, (column, units) in enumerate(delivery.lines, 1):
        variant = variants[column]
        price = variant.cost or Decimal(1)
        bad = int(draw.binomial(units, who.broken))
        broken.append(bad)
        lines.append(
            PurchaseLine(
                variant=variant, place=place, sku=variant.sku, title=variant.full_title[:250], quantity=units,
                unit_price=price, total=rules.line_total(units, price), accepted=units, damaged=bad,
            )
        )  # fmt: skip
    total = sum(line.quantity for line in lines)
    order = PurchaseOrder.objects.create(
        number=delivery.number,
        supplier=supplier,
        warehouse=warehouse,
        state=rules.CLOSED,
        currency=supplier.currency,
        total=rules.order_total(line.total for line in lines),
        units=total,
        received=total,
        sent_on=sent,
        expected_on=sent + timedelta(days=who.promised),
        created_at=at,
        ended_at=_noon(merchant, delivery.day),
    )
    for line in lines:
        line.order = order
    lines = bulk_insert(lines)
    receipt = Receipt.objects.create(
        order=order,
        key=f"demo-{delivery.number}",
        digest="",
        received_on=delivery.day,
        accepted=total,
        damaged=sum(broken),
        at=_noon(merchant, delivery.day),
    )
    bulk_insert(
        ReceiptLine(receipt=receipt, line=line, accepted=line.quantity, damaged=bad)
        for line, bad in zip(lines, broken, strict=True)
    )


def _on_the_way(
    merchant: Merchant, variants: Sequence[Variant], supplier: Supplier, warehouse: Warehouse, count: int
) -> None:
    """One order that was sent two days ago and is to come this week."""
    today = merchant.today()
    some = [variant for column, variant in enumerate(variants) if supplier_of(column) == 0][:2]
    if not some:
        return
    price = [variant.cost or Decimal(1) for variant in some]
    order = PurchaseOrder.objects.create(
        number=f"PO-{1001 + count}",
        supplier=supplier,
        warehouse=warehouse,
        state=rules.SENT,
        currency=supplier.currency,
        total=rules.order_total(rules.line_total(24, one) for one in price),
        units=24 * len(some),
        sent_on=today - timedelta(days=2),
        expected_on=today + timedelta(days=5),
        created_at=_noon(merchant, today - timedelta(days=2)),
    )
    bulk_insert(
        PurchaseLine(
            order=order, variant=variant, place=place, sku=variant.sku, title=variant.full_title[:250], quantity=24,
            unit_price=one, total=rules.line_total(24, one),
        )
        for place, (variant, one) in enumerate(zip(some, price, strict=True), 1)
    )  # fmt: skip


def _noon(merchant: Merchant, day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=merchant.zone)
