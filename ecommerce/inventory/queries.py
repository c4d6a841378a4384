"""What is where, how much of it is free, and how long it lasts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from ecommerce.catalog.models import Variant
from ecommerce.inventory.models import StockLevel, StockMove, Warehouse

PACE_DAYS = 28
ENDLESS = 100_000.0  # days of cover where nothing sells: sorts behind everything that does


def stock_list(*, now: datetime, warehouse: Warehouse | None = None) -> QuerySet[Variant]:
    """Variants with `on_hand`, `reserved`, `available`, `is_counted`, `sold` (units shipped in 28 days) and `cover`.

    Over all warehouses or in one. `cover` is in days at the pace of those 28; ENDLESS where nothing was shipped.
    """
    here: dict[str, Any] = {"variant": OuterRef("pk")}
    if warehouse is not None:
        here["warehouse"] = warehouse
    levels = StockLevel.objects.filter(**here).order_by()
    sales = StockMove.objects.filter(
        **here, reason=StockMove.Reason.SALE, at__gte=now - timedelta(days=PACE_DAYS)
    ).order_by()
    return (
        Variant.objects.select_related("product")
        .annotate(
            is_counted=Exists(levels),
            on_hand=_total(levels, "on_hand"),
            reserved=_total(levels, "reserved"),
            sold=_total(sales, "quantity", sign=-1),
        )
        .annotate(available=F("on_hand") - F("reserved"))
        .annotate(
            cover=Case(
                When(sold__gt=0, then=F("available") * float(PACE_DAYS) / F("sold")),
                default=Value(ENDLESS),
                output_field=FloatField(),
            )
        )
    )


def _total(rows: QuerySet[Any], field: str, *, sign: int = 1) -> Any:
    total = Subquery(rows.values("variant").annotate(total=Sum(field)).values("total"), output_field=IntegerField())
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
