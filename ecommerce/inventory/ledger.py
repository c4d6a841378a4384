"""Reading the ledger of stock: of one variant, and of the whole shop."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from ecommerce.catalog.models import Variant
from ecommerce.inventory.models import StockMove


def ledger_of(variant: Variant) -> QuerySet[StockMove]:
    """All moves of one variant, newest first."""
    return StockMove.objects.filter(variant=variant).select_related("warehouse").order_by("-at", "-pk")


def move_list() -> QuerySet[StockMove]:
    """Every move of the shop with its variant and warehouse."""
    return StockMove.objects.select_related("variant__product", "warehouse")


def search_moves(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """By SKU, title of the product or whole barcode. The variants are found first: they are few and moves are many."""
    named = Q(sku__icontains=words) | Q(product__title__icontains=words) | Q(barcode=words)
    return rows.filter(variant__in=Variant.objects.filter(named).order_by().values("pk"))
