"""What is where, how much of it is free, and how long it lasts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from ecommerce.catalog.models import BundlePart, Variant
from ecommerce.inventory.models import StockLevel, StockMove, Warehouse

PACE_DAYS = 28
ENDLESS = 100_000.0  # days of cover where nothing sells: sorts behind everything that does


def stock_list(*, now: datetime, low_below: int) -> QuerySet[Variant]:
    """Every variant with the figures of with_stock(), over all warehouses."""
    return with_stock(Variant.objects.select_related("product"), now=now, low_below=low_below)


def with_stock(
    variants: QuerySet[Any], *, now: datetime, low_below: int, warehouse: Warehouse | None = None
) -> QuerySet[Any]:
    """Add `on_hand`, `reserved`, `available`, `is_counted`, `sold` (units shipped in 28 days), `cover` and `low_below`.

    Over all warehouses or in one. `cover` is how many days the available units last at the pace of those 28 days;
    ENDLESS where nothing was shipped. `low_below` days are what the merchant calls low.
    """
    here: dict[str, Any] = {"variant": OuterRef("pk")}
    if warehouse is not None:
        here["warehouse"] = warehouse
    levels = StockLevel.objects.filter(**here).order_by()
    since = now - timedelta(days=PACE_DAYS)
    sales = StockMove.objects.filter(**here, reason=StockMove.Reason.SALE, at__gte=since).order_by()
    counted = variants.annotate(
        is_counted=Exists(levels),
        on_hand=_total(levels, "on_hand"),
        reserved=_total(levels, "reserved"),
        sold=_total(sales, "quantity", sign=-1),
        low_below=Value(float(low_below)),
    ).annotate(available=F("on_hand") - F("reserved"))
    pace = F("sold") / Value(float(PACE_DAYS))
    covered: QuerySet[Any] = counted.annotate(
        cover=Case(
            When(sold__gt=0, then=Cast(F("available"), FloatField()) / Cast(pace, FloatField())),
            default=Value(ENDLESS),
            output_field=FloatField(),
        )
    )
    return covered


def running_low(variants: QuerySet[Any]) -> QuerySet[Any]:
    """Those that last fewer days than the merchant calls low, and are not sold out yet."""
    return variants.filter(is_counted=True, available__gt=0, cover__lt=F("low_below"))


def sold_out(variants: QuerySet[Any]) -> QuerySet[Any]:
    """Those that are counted and of which nothing is left to sell."""
    return variants.filter(is_counted=True, available__lte=0)


def never_counted(variants: QuerySet[Any]) -> QuerySet[Any]:
    return variants.filter(is_counted=False, is_bundle=False)


def search_stock(variants: QuerySet[Any], words: str) -> QuerySet[Any]:
    """By SKU, title of the product or whole barcode."""
    return variants.filter(Q(sku__icontains=words) | Q(product__title__icontains=words) | Q(barcode=words))


def _total(rows: QuerySet[Any], field: str, *, sign: int = 1) -> Any:
    sums = rows.values("variant").annotate(total=Sum(field)).values("total")
    total: Any = Subquery(sums, output_field=IntegerField())
    return Coalesce(ExpressionWrapper(total * sign, output_field=IntegerField()), 0)


def places_of(variant: Variant) -> QuerySet[StockLevel]:
    """The levels of one variant, the default warehouse first."""
    return (
        StockLevel.objects.filter(variant=variant)
        .select_related("warehouse")
        .order_by("-warehouse__is_default", "warehouse__name", "pk")
    )


def ledger_of(variant: Variant) -> QuerySet[StockMove]:
    """All moves of one variant, newest first."""
    return StockMove.objects.filter(variant=variant).select_related("warehouse").order_by("-at", "-pk")


def stock_levels() -> QuerySet[StockLevel]:
    """Every level with its variant and warehouse."""
    return StockLevel.objects.select_related("variant__product", "warehouse")


def warehouse_list() -> QuerySet[Warehouse]:
    """Warehouses with `units` on hand, `promised` units and the number of `variants` there."""
    levels = StockLevel.objects.filter(warehouse=OuterRef("pk")).order_by().values("warehouse")
    return Warehouse.objects.annotate(
        units=Coalesce(Subquery(levels.annotate(n=Sum("on_hand")).values("n"), output_field=IntegerField()), 0),
        promised=Coalesce(Subquery(levels.annotate(n=Sum("reserved")).values("n"), output_field=IntegerField()), 0),
    )


def broken_levels() -> QuerySet[Any]:
    """Levels that are not the sum of their moves, which is then in `moved`."""
    moves = (
        StockMove.objects.filter(warehouse=OuterRef("warehouse"), variant=OuterRef("variant"))
        .order_by()
        .values("variant")
        .annotate(total=Sum("quantity"))
        .values("total")
    )
    levels = StockLevel.objects.select_related("variant", "warehouse")
    counted = levels.annotate(moved=Coalesce(Subquery(moves, output_field=IntegerField()), 0))
    return counted.exclude(on_hand=F("moved")).order_by("pk")


def counted_variants(ids: Iterable[int]) -> set[int]:
    """Those of the variants that stock is kept of, bundles with a counted part among them; one query."""
    wanted = list(ids)
    own = StockLevel.objects.filter(variant_id__in=wanted).order_by().values_list("variant_id", flat=True)
    parts = BundlePart.objects.filter(bundle_id__in=wanted, part__stock_levels__isnull=False).order_by()
    return set(own.union(parts.values_list("bundle_id", flat=True)))


@dataclass(frozen=True)
class BundleStock:
    """How many whole bundles can be sold, None where no part is counted; the parts with what is free of each."""

    available: int | None
    parts: list[tuple[BundlePart, int | None]]

    @property
    def cost(self) -> Decimal | None:
        """What the parts of one bundle cost; None where one of the costs is not known."""
        costs = [(one.part.cost, one.quantity) for one, _free in self.parts]
        known = [cost * quantity for cost, quantity in costs if cost is not None]
        return sum(known, Decimal(0)) if len(known) == len(costs) else None

    @property
    def price_of_parts(self) -> Decimal:
        """What the parts of one bundle would cost the buyer one by one."""
        return sum((one.part.price * one.quantity for one, _free in self.parts), Decimal(0))


def bundle_stocks(bundles: Iterable[int]) -> dict[int, BundleStock]:
    """The stock of bundles by their id: whole bundles in the default warehouse, where orders are served from."""
    rows = BundlePart.objects.filter(bundle_id__in=list(bundles)).select_related("part__product").order_by("part_id")
    together: dict[int, list[BundlePart]] = {}
    for row in rows:
        together.setdefault(row.bundle_id, []).append(row)
    ids = {row.part_id for several in together.values() for row in several}
    levels: Any = StockLevel.objects.filter(variant_id__in=ids).order_by().values("variant_id")
    here = F("on_hand") - F("reserved")
    sums = levels.annotate(free=Sum(here, filter=Q(warehouse__is_default=True)))
    free = {row["variant_id"]: row["free"] or 0 for row in sums}
    return {
        pk: BundleStock(
            min((free[one.part_id] // one.quantity for one in several if one.part_id in free), default=None),
            [(one, free.get(one.part_id)) for one in several],
        )
        for pk, several in together.items()
    }
