"""Opens a demo shop: its account rows, products with their price history, and the warehouse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from accounts.merchants.models import Merchant
from analytics.calendar.models import OutsideSeries, OutsideValue
from config.demo.simulate import HELD_DAYS, ShopHistory
from config.demo.spend import spend
from config.demo.world import CATEGORIES, ShopSpec
from core.bulk import bulk_insert
from core.money import cents
from ecommerce.catalog.models import Category, PriceChange, Product, Variant
from ecommerce.inventory.models import StockLevel, StockMove, Warehouse


def load_categories() -> dict[str, Category]:
    """The categories the demo sells in, by code; those that exist are kept."""
    found: dict[str, Category] = {}
    for spec in CATEGORIES:
        parent = found.get(spec.parent)
        path = f"{parent.path}/{spec.code}" if parent else spec.code
        found[spec.code], _ = Category.objects.get_or_create(
            code=spec.code, defaults={"name": spec.name, "name_zh": spec.name_zh, "parent": parent, "path": path}
        )
    return found


def open_shop(history: ShopHistory) -> Merchant:
    """The merchant of one simulated shop, active since its first day."""
    spec = history.spec
    opened = datetime.combine(history.days[0], time(9), tzinfo=None).astimezone()
    chinese = spec.language == "zh-hans"
    return Merchant.objects.create(
        slug=spec.slug,
        name=spec.name_zh if chinese else spec.name,
        city=spec.city,
        state=Merchant.State.ACTIVE,
        language=spec.language,
        applied_at=opened,
        state_changed_at=opened,
        contact_email=f"shop@{spec.slug}.example.com",
    )


def stock_shelves(merchant: Merchant, history: ShopHistory, category: Category) -> list[Variant]:
    """Products and variants in the order of the simulation, at today's price, with the history of their prices."""
    spec = history.spec
    chinese = spec.language == "zh-hans"
    start = merchant.day_bounds(history.days[0])[0]
    items = list(dict.fromkeys(item for item, _ in history.variants))
    products = bulk_insert(
        Product(
            title=item.title_zh if chinese else item.title,
            brand=merchant.name,
            category=category,
            state=Product.State.LIVE,
            created_at=start,
            description=item.title_zh if chinese else f"{item.title} by {merchant.name}.",
        )
        for item in items
    )
    product_of = dict(zip(items, products, strict=True))
    counters: dict[str, int] = {}
    variants = []
    for column, (item, option) in enumerate(history.variants):
        counters[item.sku] = counters.get(item.sku, 0) + 1
        today = Decimal(int(history.cents[-1, column])) / 100
        variants.append(
            Variant(
                product=product_of[item],
                sku=item.sku if len(item.options) == 1 else f"{item.sku}-{counters[item.sku]}",
                title=option[1] if chinese else option[0],
                price=cents(today),
                list_price=cents(Decimal(history.base_cents[column]) / 100),
                cost=cents(Decimal(history.base_cents[column]) / 100 * Decimal("0.48")),
                created_at=start,
            )
        )
    variants = bulk_insert(variants)
    changes = []
    for column, variant in enumerate(variants):
        before: Any = None
        for position, value in enumerate(history.cents[:, column]):
            if value != before:
                is_first = before is None
                changes.append(
                    PriceChange(
                        variant=variant,
                        price=cents(Decimal(int(value)) / 100),
                        old=None if is_first else cents(Decimal(int(before)) / 100),
                        source=PriceChange.Source.START if is_first else PriceChange.Source.PAGE,
                        actor_label="" if is_first else merchant.name,
                        at=merchant.day_bounds(history.days[position])[0],
                    )
                )
            before = value
    bulk_insert(changes)
    return variants


def fill_warehouse(
    merchant: Merchant,
    history: ShopHistory,
    variants: list[Variant],
    shipped: list[tuple[int, int, datetime, str]],
    reserved: dict[int, int],
    references: Sequence[str],
) -> None:
    """The stock ledger: opening stock, deliveries, what was shipped (variant, units, when, order), and its sum.

    Units of cancelled orders never left; a stock count three weeks ago set them right, as the shop would have.
    """
    warehouse = Warehouse.objects.create(
        name="主仓" if history.spec.language == "zh-hans" else "Main warehouse",
        code="MAIN",
        city=history.spec.city,
        is_default=True,
    )
    start = merchant.day_bounds(history.days[0])[0]
    moves = [
        StockMove(warehouse=warehouse, variant=variant, quantity=int(units), reason=StockMove.Reason.OPENING, at=start)
        for variant, units in zip(variants, history.opening, strict=True)
    ]
    for reference, (position, column, units) in zip(references, history.receipts, strict=True):
        moves.append(
            StockMove(
                warehouse=warehouse,
                variant=variants[column],
                quantity=units,
                reason=StockMove.Reason.RECEIPT,
                reference=reference,
                at=merchant.day_bounds(history.days[position])[0] + timedelta(hours=10),
            )
        )
    for column, units, at, order in shipped:
        moves.append(
            StockMove(
                warehouse=warehouse,
                variant=variants[column],
                quantity=-units,
                reason=StockMove.Reason.SALE,
                reference=order,
                at=at,
            )
        )
    sold = [0] * len(variants)
    for basket in history.baskets:
        for line in basket.lines:
            sold[line.variant] += line.quantity
    on_hand = [int(units) for units in history.opening]
    for _, column, units in history.receipts:
        on_hand[column] += units
    for column, units, _, _ in shipped:
        on_hand[column] -= units
    counted = merchant.day_bounds(merchant.today() - timedelta(days=20))[0] + timedelta(hours=18)
    for column, variant in enumerate(variants):
        left = int(history.opening[column]) + sum(u for _, c, u in history.receipts if c == column) - sold[column]
        surplus = on_hand[column] - max(left, 0) - reserved.get(column, 0)
        if surplus > 0 and counted > start:
            on_hand[column] -= surplus
            moves.append(
                StockMove(
                    warehouse=warehouse,
                    variant=variant,
                    quantity=-surplus,
                    reason=StockMove.Reason.ADJUSTMENT,
                    note="盘点差异" if history.spec.language == "zh-hans" else "Stock count",
                    at=counted,
                )
            )
    moves += _held_back(merchant, history, warehouse, variants, moves)
    bulk_insert(moves)
    bulk_insert(
        StockLevel(warehouse=warehouse, variant=variant, on_hand=on_hand[column], reserved=reserved.get(column, 0))
        for column, variant in enumerate(variants)
    )


def _held_back(
    merchant: Merchant, history: ShopHistory, warehouse: Warehouse, variants: list[Variant], moves: list[StockMove]
) -> list[StockMove]:
    """Goods taken off the shelf for a check and put back, once what was sold before has left."""
    found = []
    for position, column in history.held:
        variant = variants[column]
        out = merchant.day_bounds(history.days[position] + timedelta(days=4))[0] + timedelta(hours=8)
        again = merchant.day_bounds(history.days[position] + timedelta(days=HELD_DAYS))[0] + timedelta(hours=7)
        own = [move for move in moves if move.variant is variant]
        level = sum(move.quantity for move in own if move.at < out)
        level += sum(move.quantity for move in own if out <= move.at < again and move.quantity < 0)
        if level > 0:
            note = "窑次抽检" if history.spec.language == "zh-hans" else "Checked"
            found += [
                StockMove(
                    warehouse=warehouse,
                    variant=variant,
                    quantity=quantity,
                    reason=StockMove.Reason.ADJUSTMENT,
                    note=note,
                    at=at,
                )
                for quantity, at in ((-level, out), (level, again))
            ]
    return found


def keep_books(merchant: Merchant, spec: ShopSpec, days: list[date], now: datetime) -> None:
    """Enter the spend as a series from outside, each week known the day after it."""
    if not spec.advertising:
        return
    series = OutsideSeries.objects.create(
        name="Advertising", kind=OutsideSeries.Kind.AD_SPEND, unit=merchant.currency, period=OutsideSeries.Period.WEEK
    )
    bulk_insert(
        OutsideValue(series=series, day=week, value=amount, known_on=week + timedelta(days=7), source="Demo")
        for week, amount in spend(spec, days).items()
        if week + timedelta(days=7) <= now.date()
    )
