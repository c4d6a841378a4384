"""Who the shop buys from, what they ask, and what was ordered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import DateField, Exists, F, Min, OuterRef, Prefetch, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from accounts.activity.models import Activity
from core.among import Among
from ecommerce.catalog.models import Variant
from ecommerce.purchasing import rules
from ecommerce.purchasing.models import (
    PurchaseLine,
    PurchaseOrder,
    PurchaseOrderQuerySet,
    Receipt,
    ReceiptLine,
    Supplier,
    SupplierChoice,
    SupplierPrice,
    SupplierQuerySet,
)

STILL_TO_COME = F("quantity") - F("accepted")
"""Units of a purchase line that are not there yet."""
NO_DAY = date(9999, 12, 31)  # sorts behind every day


def supplier_list() -> SupplierQuerySet:
    rows: SupplierQuerySet = Supplier.objects.select_related("merchant")
    return rows


def search_suppliers(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """By name, short name, contact person or e-mail."""
    return rows.filter(
        Q(name__icontains=words) | Q(code__icontains=words) | Q(contact__icontains=words) | Q(email__icontains=words)
    )


def prices_on(day: date) -> QuerySet[SupplierPrice]:
    """The prices that count on a day, of all suppliers: one row at most for each supplier and variant."""
    same = SupplierPrice.objects.filter(
        supplier=OuterRef("supplier"), variant=OuterRef("variant"), valid_from__lte=day
    ).order_by()
    newer = same.filter(
        Q(valid_from__gt=OuterRef("valid_from")) | Q(valid_from=OuterRef("valid_from"), pk__gt=OuterRef("pk"))
    )
    return SupplierPrice.objects.filter(~Exists(newer), valid_from__lte=day, is_offered=True)


def price_list(supplier: Supplier, day: date) -> QuerySet[SupplierPrice]:
    """What a supplier offers on a day, with the variants; `has_other` tells whether one could buy it elsewhere."""
    others = prices_on(day).filter(variant=OuterRef("variant"), supplier__archived_at=None)
    found = prices_on(day).filter(supplier=supplier).select_related("variant__product")
    return found.annotate(has_other=Exists(others.exclude(supplier=supplier)))


def search_prices(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """By SKU or title of the product."""
    return rows.filter(Q(variant__sku__icontains=words) | Q(variant__product__title__icontains=words))


def offers_of(variant: Variant, day: date) -> QuerySet[SupplierPrice]:
    """What suppliers in use ask for a variant on a day, the cheapest first."""
    rows = prices_on(day).filter(variant=variant, supplier__archived_at=None)
    return rows.select_related("supplier").order_by("price", "supplier_id")


def price_history(supplier: Supplier, variant: Variant) -> QuerySet[SupplierPrice]:
    """All that a supplier ever asked for a variant, and what was announced; newest first."""
    return SupplierPrice.objects.filter(supplier=supplier, variant=variant).order_by("-valid_from", "-pk")


def supplier_prices() -> QuerySet[SupplierPrice]:
    """Every row of every price list, for programs."""
    return SupplierPrice.objects.select_related("variant", "supplier")


def skus_for_sale(limit: int = 200) -> list[tuple[str, str]]:
    """SKU and title of variants, to choose from."""
    variants = Variant.objects.filter(is_active=True).select_related("product").order_by("sku")
    return [(variant.sku, variant.full_title) for variant in variants[:limit]]


def purchase_list() -> PurchaseOrderQuerySet:
    """Purchase orders with supplier and warehouse; `due` is the expected day, a far one where none is known."""
    rows: Any = PurchaseOrder.objects.select_related("merchant", "supplier", "warehouse")
    listed: PurchaseOrderQuerySet = rows.annotate(due=Coalesce("expected_on", Value(NO_DAY), output_field=DateField()))
    return listed


def purchases_with_lines() -> PurchaseOrderQuerySet:
    """Purchase orders with their lines and receipts: four queries however many."""
    came = ReceiptLine.objects.select_related("line")
    receipts = Receipt.objects.order_by("received_on", "pk").prefetch_related(Prefetch("lines", came))
    lines = PurchaseLine.objects.select_related("variant__product")
    return purchase_list().prefetch_related(Prefetch("lines", lines), Prefetch("receipts", receipts))


def search_purchases(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """By number, supplier, or whole SKU of a line."""
    has_sku = PurchaseLine.objects.filter(order=OuterRef("pk"), sku__iexact=words)
    found = Q(number__icontains=words) | Q(supplier__name__icontains=words) | Q(supplier__code__iexact=words)
    return rows.filter(found | Exists(has_sku))


def timeline(order: PurchaseOrder) -> list[Activity]:
    """What happened to the order, newest first."""
    return list(reversed(Activity.objects.about(order._meta.label_lower, order.pk)))


def lines_on_the_way() -> QuerySet[PurchaseLine]:
    """Lines of sent and partly received orders of which units are still to come."""
    return PurchaseLine.objects.filter(order__state__in=rules.ON_THE_WAY, accepted__lt=F("quantity")).order_by()


def days_to_deliver(since: date) -> dict[int, list[int]]:
    """Days from the order to each delivery that came after a day, by supplier. One query."""
    came: Any = Receipt.objects.filter(received_on__gt=since, order__sent_on__isnull=False)
    came = came.order_by("received_on", "pk")
    found: dict[int, list[int]] = {}
    for supplier, day, sent in came.values_list("order__supplier_id", "received_on", "order__sent_on"):
        found.setdefault(supplier, []).append((day - sent).days)
    return found


def usual_suppliers(variants: Iterable[int], today: date) -> dict[int, int]:
    """The supplier in use that each variant is bought from: whom somebody chose, else the cheapest by today's price
    lists. One query."""
    offers: Any = prices_on(today).filter(Among("variant_id", variants), supplier__archived_at=None)
    is_chosen = Exists(SupplierChoice.objects.filter(variant=OuterRef("variant"), supplier=OuterRef("supplier")))
    offers = offers.annotate(is_chosen=is_chosen).order_by("is_chosen", "-price", "-supplier_id")
    found: dict[int, int] = {}
    for variant, supplier in offers.values_list("variant_id", "supplier_id"):
        found[variant] = supplier
    return found


@dataclass(frozen=True)
class Coming:
    """Units of a variant on their way, and the first day on which some are expected; None where none is known."""

    units: int
    first: date | None


def coming_units(variants: Iterable[int]) -> dict[int, Coming]:
    """What is on its way by variant; those of which nothing is have no entry. One query."""
    rows = coming_by_variant().filter(Among("variant_id", variants))
    return {variant: Coming(units, first) for variant, units, first in rows}


def coming_by_variant() -> QuerySet[Any]:
    """Rows of (variant id, units on their way, the first day on which some are expected)."""
    lines: Any = lines_on_the_way().values_list("variant_id")
    rows: QuerySet[Any] = lines.annotate(units=Sum(STILL_TO_COME), first=Min("order__expected_on"))
    return rows
