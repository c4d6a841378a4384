"""Why things come back, supplier by supplier, and how well buyers say that it was handled."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Avg, Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import TruncDate

from accounts.models import Merchant
from ecommerce.orders.models import OrderLine
from ecommerce.purchasing.models import ReceiptLine, Supplier
from ecommerce.returns.models import Return, ReturnLine
from ecommerce.returns.queries import CAME, NOT_COMING, Returns

Changes = dict[int, list[tuple[date, int]]]


@dataclass(frozen=True)
class SupplierReturns(Returns):
    """Those of one supplier, None for units of which no delivery before the sale is known."""

    supplier: Supplier | None


def reasons_by_supplier(since: datetime, *, product: int | None = None) -> list[SupplierReturns]:
    """Suppliers with returns of orders placed since then, the most units returned first; of one product if it is named.

    A unit is laid to the supplier of the latest delivery of its variant that was accepted on or before the day of the
    order. That is an assumption: which unit of the shelf was sold is not known, and older ones may have lain there.
    Units of variants without such a delivery are a row of their own. Both numbers are of the same orders; what counts
    as returned is what counts in reasons_by_product(). Six queries, however many products and suppliers.
    """
    merchant = Merchant.objects.in_scope()
    changes = _changes(product)
    units: dict[int | None, Counter[str]] = defaultdict(Counter)
    rows = ReturnLine.objects.filter(case__order__placed_at__gte=since, order_line__variant__isnull=False)
    if product is not None:
        rows = rows.filter(order_line__variant__product=product)
    rows = rows.exclude(case__state__in=NOT_COMING).select_related("case__order", "order_line")
    for line in rows.iterator(chunk_size=2000):
        day = merchant.day_of(line.case.order.placed_at)
        came = line.came if line.case.state in CAME else line.quantity
        units[_supplier_at(changes, line.order_line.variant_id, day)][line.reason] += came
    shipped = _shipped(merchant, since, changes, product)
    suppliers = Supplier.objects.select_related("merchant").in_bulk([pk for pk in units if pk is not None])
    found = [
        SupplierReturns(
            shipped[pk], sum(reasons.values()), reasons.most_common(), suppliers[pk] if pk is not None else None
        )
        for pk, reasons in units.items()
        if sum(reasons.values())
    ]
    return sorted(found, key=lambda one: (-one.returned, one.supplier.name if one.supplier else ""))


def lines_of_supplier(supplier: int | None) -> QuerySet[ReturnLine]:
    """The units that reasons_by_supplier() lays to a supplier, or to none that is known, in the time zone in force."""
    deliveries = ReceiptLine.objects.filter(
        accepted__gt=0, line__variant=OuterRef("order_line__variant"), receipt__received_on__lte=OuterRef("sold_on")
    ).order_by("-receipt__received_on", "-receipt_id", "-pk")
    rows = ReturnLine.objects.filter(order_line__variant__isnull=False)
    if supplier is not None:  # most units are of products that came from others
        theirs = ReceiptLine.objects.filter(receipt__order__supplier=supplier).values("line__variant")
        rows = rows.filter(order_line__variant__in=theirs)
    return rows.annotate(
        sold_on=TruncDate("case__order__placed_at"),
        delivered_by=Subquery(deliveries.values("receipt__order__supplier")[:1]),
    ).filter(delivered_by=supplier)


def _changes(product: int | None) -> Changes:
    """By variant, the days from which on its deliveries came from another supplier than before."""
    rows = ReceiptLine.objects.filter(accepted__gt=0)
    if product is not None:
        rows = rows.filter(line__variant__product=product)
    columns = ("line__variant_id", "receipt__received_on", "receipt__order__supplier_id")
    found: Changes = defaultdict(list)
    ordered = rows.order_by("line__variant_id", "receipt__received_on", "receipt_id", "pk")
    for variant, day, supplier in ordered.values_list(*columns).iterator(chunk_size=5000):
        if not found[variant] or found[variant][-1][1] != supplier:
            found[variant].append((day, supplier))
    return dict(found)


def _supplier_at(changes: Changes, variant: int | None, day: date) -> int | None:
    rows = changes.get(variant, []) if variant is not None else []
    at = bisect_right(rows, day, key=lambda row: row[0])
    return rows[at - 1][1] if at else None


def _shipped(merchant: Merchant, since: datetime, changes: Changes, product: int | None) -> Counter[int | None]:
    """Units shipped by supplier. Only variants whose supplier changed meanwhile are gone through line by line."""
    sold = OrderLine.objects.filter(variant__isnull=False, order__placed_at__gte=since, shipped_quantity__gt=0)
    if product is not None:
        sold = sold.filter(variant__product=product)
    first = merchant.day_of(since)
    moving = {variant for variant, rows in changes.items() if rows[-1][0] > first}
    counts: Counter[int | None] = Counter()
    by_variant = sold.order_by().values_list("variant_id").annotate(units=Sum("shipped_quantity"))
    for variant, units in by_variant:
        if variant not in moving:
            counts[_supplier_at(changes, variant, first)] += units
    if moving:
        lines = (
            sold.filter(variant__in=moving).order_by().values_list("variant_id", "order__placed_at", "shipped_quantity")
        )
        for variant, placed_at, units in lines.iterator(chunk_size=5000):
            counts[_supplier_at(changes, variant, merchant.day_of(placed_at))] += units
    return counts


@dataclass(frozen=True)
class Ratings:
    """What buyers gave for how their returns were handled; no mean without any."""

    count: int
    mean: float | None


def ratings_since(since: datetime) -> Ratings:
    """Of the returns rated since then: one query."""
    found = Return.objects.filter(rated_at__gte=since, rating__isnull=False).aggregate(
        mean=Avg("rating"), count=Count("pk")
    )
    return Ratings(found["count"], found["mean"])
