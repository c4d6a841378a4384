"""Reading lots: for pages, API and exports alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.among import Among
from ecommerce.catalog.models import Variant
from ecommerce.inventory.models import (
    CountLine,
    Lot,
    LotLevel,
    LotMove,
    Reservation,
    StockCount,
    StockLevel,
    StockRules,
)
from ecommerce.inventory.rules import EXPIRED, USUAL_EXPIRY_DAYS

NO_DAY = date(9999, 12, 31)  # sorts behind every day


def expiry_days() -> int:
    """How many days before a lot expires the merchant wants to be told."""
    return StockRules.objects.values_list("expiry_days", flat=True).first() or USUAL_EXPIRY_DAYS


def lot_list() -> QuerySet[LotLevel]:
    """Every lot in every warehouse it ever was in; `keeps_until` is its expiry date, or far away without one."""
    rows = LotLevel.objects.select_related("lot__merchant", "lot__variant__product", "level__warehouse")
    return rows.annotate(keeps_until=Coalesce("lot__expires_on", Value(NO_DAY)))


def search_lots(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """By code, SKU or title of the product."""
    return rows.filter(
        Q(lot__code__icontains=words)
        | Q(lot__variant__sku__icontains=words)
        | Q(lot__variant__product__title__icontains=words)
    )


def lots_of(variant: Variant) -> QuerySet[LotLevel]:
    """The lots of a variant that units are left of, what expires first at the top."""
    return lot_list().filter(lot__variant=variant, units__gt=0).order_by("keeps_until", "lot__received_on", "pk")


def lots_on_shelf(variant: Variant) -> QuerySet[Lot]:
    """The lots of a variant that units are left of anywhere, to choose from."""
    return Lot.objects.filter(_is_left(), variant=variant).order_by(F("expires_on").asc(nulls_last=True), "pk")


def is_in_lots(variant: Variant) -> bool:
    """Whether units of a variant are told apart by lot: its product keeps lots, or there were some before."""
    return variant.product.keeps_lots or Lot.objects.filter(variant=variant).exists()


def lots_to_count(count: StockCount, variant: Variant) -> QuerySet[Lot]:
    """The lots of a variant that somebody may find who counts: those on the count, and those in its warehouse."""
    listed = CountLine.objects.filter(count=count, variant=variant, lot=OuterRef("pk"))
    there = LotLevel.objects.filter(lot=OuterRef("pk"), level__warehouse=count.warehouse_id, units__gt=0)
    lots = Lot.objects.filter(Exists(listed) | Exists(there), variant=variant)
    return lots.order_by(F("expires_on").asc(nulls_last=True), "received_on", "pk")


def units_of(levels: QuerySet[StockLevel]) -> dict[int, list[tuple[int, int]]]:
    """The lots on levels that have any, as (lot, units) by the level's id, what expires first at the front."""
    rows = LotLevel.objects.filter(level__in=levels.order_by().values("pk"), units__gt=0).order_by(
        F("lot__expires_on").asc(nulls_last=True), "lot__received_on", "lot_id"
    )
    found: dict[int, list[tuple[int, int]]] = {}
    for level, lot, units in rows.values_list("level_id", "lot_id", "units"):
        found.setdefault(level, []).append((lot, units))
    return found


def held_back_of(variant: Variant) -> int:
    """Units of its expired lots that are held back and so not for sale."""
    held = Reservation.objects.filter(holder=EXPIRED, level__variant=variant)
    return held.aggregate(n=Sum("units"))["n"] or 0


def any_left(ids: Iterable[int]) -> bool:
    """Whether a unit of any of these lots is left anywhere."""
    return LotLevel.objects.filter(Among("lot_id", ids), units__gt=0).exists()


def _is_left() -> Exists:
    return Exists(LotLevel.objects.filter(lot=OuterRef("pk"), units__gt=0))


def with_days(rows: Iterable[LotLevel]) -> list[LotLevel]:
    """The rows, each with `days` until its lot expires (None: never) and whether it `is_expired`, today."""
    today, found = timezone.localdate(), []
    for row in rows:
        row.days, row.is_expired = row.lot.days_left(today), row.lot.has_expired(today)  # type: ignore[attr-defined]
        found.append(row)
    return found


def lot_detail() -> QuerySet[Lot]:
    """Lots with their variant."""
    return Lot.objects.select_related("merchant", "variant__product")


def places_of_lot(lot: Lot) -> QuerySet[LotLevel]:
    """Where a lot is and was, the default warehouse first."""
    return lot_list().filter(lot=lot).order_by("-level__warehouse__is_default", "level__warehouse__name", "pk")


def moves_of_lot(lot: Lot) -> QuerySet[LotMove]:
    """All that came and went of a lot."""
    return LotMove.objects.filter(lot=lot).select_related("warehouse", "move")


def lots_to_tell(today: date, days: int) -> QuerySet[Lot]:
    """Lots with units that expire within `days`, or have, and of which nobody was told yet, in that order."""
    soon = Lot.objects.filter(told_at=None, expires_on__lte=today + timedelta(days=days))
    return soon.filter(_is_left()).order_by("expires_on", "pk")


def broken_lots() -> QuerySet[StockLevel]:
    """Levels whose `in_lots` is not the sum of their lots, which is then in `kept`; or that have a lot whose units are
    not the sum of its moves there.
    """
    kept = LotLevel.objects.filter(level=OuterRef("pk")).order_by().values("level").annotate(n=Sum("units")).values("n")
    moves = (
        LotMove.objects.filter(lot=OuterRef("lot"), warehouse=OuterRef("level__warehouse"))
        .order_by()
        .values("lot")
        .annotate(n=Sum("quantity"))
        .values("n")
    )
    lots = LotLevel.objects.filter(level=OuterRef("pk")).annotate(
        moved=Coalesce(Subquery(moves, output_field=IntegerField()), 0)
    )
    levels = StockLevel.objects.select_related("variant", "warehouse").annotate(
        kept=Coalesce(Subquery(kept, output_field=IntegerField()), 0)
    )
    return levels.filter(~Q(in_lots=F("kept")) | Exists(lots.exclude(units=F("moved")))).order_by("pk")
