"""Reading what the figures of stock are made of, and the figures themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, FloatField, Max, Min, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from accounts.merchants.models import Merchant
from analytics import frames
from analytics.demand.history import unknown_days
from analytics.demand.queries import fresh_outlooks
from analytics.facts.models import VariantFact
from analytics.holdings.models import Holding, HoldingTotal
from analytics.holdings.rules import YEAR
from core.among import Among
from core.money import money_field
from ecommerce.catalog.models import Product, Variant
from ecommerce.inventory.models import StockLevel, StockMove

SECONDS = 86_400.0
FOR_SALE = Q(is_active=True, product__state__in=Product.FOR_SALE)


@dataclass
class Place:
    """A variant in a warehouse: units there and free now, what moved since the beginning of the year looked at (`moved`
    units, `moved_days` units times days from that beginning), and how many were sold, less those that came back."""

    on_hand: int = 0
    free: int = 0
    moved: int = 0
    moved_days: float = 0.0
    sold: int = 0


@dataclass
class Past:
    """All that is known of one variant. `units` are per day with NaN where nothing was there to be sold, `recent` as
    they were; `out` counts whole days without stock, `missing` those of them without a sale."""

    variant_id: int
    price: Decimal
    cost: Decimal | None
    for_sale: bool
    units: Any = None
    recent: Any = None
    out: int = 0
    missing: int = 0
    places: dict[int, Place] = field(default_factory=dict)
    first_move: datetime | None = None
    last_sale: date | None = None
    value: Decimal = Decimal(0)
    sold: int = 0
    outlook: tuple[float, float, float, int] | None = None

    @property
    def is_counted(self) -> bool:
        return bool(self.places)

    @property
    def on_hand(self) -> int:
        return sum(one.on_hand for one in self.places.values())

    @property
    def available(self) -> int:
        return sum(one.free for one in self.places.values())


def held_variants(since: date) -> list[int]:
    """Variants for sale, in stock, or sold since a day."""
    sold: Any = VariantFact.objects.filter(day__gte=since, units__gt=0).order_by().values("variant_id")
    stocked: Any = StockLevel.objects.filter(on_hand__gt=0).order_by().values("variant_id")
    wanted = Variant.objects.filter(FOR_SALE | Q(pk__in=sold) | Q(pk__in=stocked))
    return list(wanted.order_by("pk").values_list("pk", flat=True).distinct())


def first_move(since: datetime) -> datetime | None:
    """When the ledger begins, or `since` where it goes further back."""
    first: datetime | None = StockMove.objects.aggregate(first=Min("at"))["first"]
    return None if first is None else max(first, since)


def read_pasts(merchant: Merchant, variants: Sequence[int], today: date) -> list[Past]:
    """Everything about some variants: nine queries, and two rows of numbers a day each."""
    yesterday, since = today - timedelta(days=1), today - timedelta(days=YEAR)
    begin = merchant.day_bounds(since)[0]
    these: Any = Variant.objects.filter(Among("pk", variants)).order_by()
    columns = ("pk", "price", "cost", "is_active", "product__state")
    found = {
        pk: Past(pk, price, cost, active and state in Product.FOR_SALE)
        for pk, price, cost, active, state in these.values_list(*columns)
    }
    ids = [pk for pk in variants if pk in found]
    panel = frames.variant_units(ids, since, yesterday)
    out = frames.sold_out_days(ids, since, yesterday, merchant)
    offered = unknown_days(out)
    for row, pk in enumerate(ids):
        one = found[pk]
        one.recent = panel[row].copy()
        one.units = panel[row]
        if one.for_sale:
            one.out = int(offered[row].sum())
            one.missing = int((offered[row] & (panel[row] == 0)).sum())
        one.units[out[row] & (panel[row] == 0)] = float("nan")
    _add_sales(found, ids, since, yesterday)
    _add_places(found, ids, merchant, begin)
    outlooks = fresh_outlooks(today).filter(Among("variant_id", ids)).order_by()
    for pk, *figures in outlooks.values_list("variant_id", "low", "mean", "high", "run__horizon"):
        low, mean, high, horizon = figures
        found[pk].outlook = (low, mean, high, int(horizon))
    return [found[pk] for pk in ids]


def _add_sales(found: dict[int, Past], ids: Sequence[int], since: date, until: date) -> None:
    lately = Q(day__gte=since)
    facts: Any = VariantFact.objects.filter(Among("variant_id", ids), day__lte=until, units__gt=0).order_by()
    sums = facts.values_list("variant_id").annotate(
        last=Max("day"), n=Sum("units", filter=lately), amount=Sum("value", filter=lately)
    )
    for pk, last, units, value in sums:
        one = found[pk]
        one.last_sale, one.sold, one.value = last, int(units or 0), value or Decimal(0)


def _add_places(found: dict[int, Past], ids: Sequence[int], merchant: Merchant, begin: datetime) -> None:
    levels: Any = StockLevel.objects.filter(Among("variant_id", ids)).order_by()
    for pk, warehouse, on_hand, reserved in levels.values_list("variant_id", "warehouse_id", "on_hand", "reserved"):
        found[pk].places[warehouse] = Place(on_hand, on_hand - reserved)
    moves: Any = StockMove.objects.filter(Among("variant_id", ids)).order_by()
    left = Q(reason=StockMove.Reason.SALE)
    for pk, first, last in moves.values_list("variant_id").annotate(first=Min("at"), last=Max("at", filter=left)):
        one = found[pk]
        one.first_move = first
        if last is not None:  # what left in a bundle is no sale of its own, but it is one
            one.last_sale = max(merchant.day_of(last), one.last_sale or date.min)
    came_back = {StockMove.Reason.SALE, StockMove.Reason.RETURN}
    rows = moves.filter(at__gte=begin).values_list("variant_id", "warehouse_id", "quantity", "reason", "at")
    for pk, warehouse, quantity, reason, at in rows.iterator(chunk_size=5000):
        place = found[pk].places.get(warehouse)
        if place is None:
            continue
        place.moved += quantity
        place.moved_days += quantity * (at - begin).total_seconds() / SECONDS
        if reason in came_back:
            place.sold -= quantity


def holding_list() -> QuerySet[Any]:
    """Counted variants with what the list sorts by: `by_worth`, `by_turnover` and `by_missed` are never None."""
    rows = Holding.objects.counted().select_related("variant__product")
    found: QuerySet[Any] = rows.annotate(
        by_worth=Coalesce(F("worth"), Value(Decimal(-1)), output_field=money_field()),
        by_turnover=Coalesce(F("turnover"), Value(-1.0), output_field=FloatField()),
        by_missed=Coalesce(F("missed_margin"), Value(-1.0), output_field=FloatField()),
    )
    return found


def search_holdings(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """By SKU or title of the product."""
    return rows.filter(Q(variant__sku__icontains=words) | Q(variant__product__title__icontains=words))


def totals() -> tuple[HoldingTotal | None, list[HoldingTotal]]:
    """The sums of the shop, None before the first night, and of each warehouse; one query."""
    rows = list(
        HoldingTotal.objects.select_related("warehouse").order_by("-warehouse__is_default", "warehouse__name", "pk")
    )
    shop = next((row for row in rows if row.warehouse_id is None), None)
    return shop, [row for row in rows if row.warehouse_id is not None]


@dataclass(frozen=True)
class Cell:
    """Variants of two classes: how many, what their stock is worth (of `without_cost` it is not known), and their part
    of all sales."""

    abc: str
    xyz: str
    variants: int = 0
    worth: Decimal = Decimal(0)
    without_cost: int = 0
    sales: Decimal = Decimal(0)
    share: float = 0.0


def matrix() -> dict[tuple[str, str], Cell]:
    """The cells that have variants, xyz "" for those of which too little is known; one query."""
    rows = list(
        Holding.objects.order_by()
        .values("abc", "xyz")
        .annotate(
            variants=Count("pk"),
            value=Coalesce(Sum("worth"), Decimal(0), output_field=money_field()),
            unpriced=Count("pk", filter=Q(on_hand__gt=0, worth=None)),
            sold=Sum("sales"),
        )
    )
    whole = sum((row["sold"] for row in rows), Decimal(0))
    return {
        (row["abc"], row["xyz"]): Cell(
            row["abc"],
            row["xyz"],
            row["variants"],
            row["value"],
            row["unpriced"],
            row["sold"],
            float(row["sold"] / whole) if whole else 0.0,
        )
        for row in rows
    }
