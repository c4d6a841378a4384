"""A supplier with a price list, and orders to it, for tests of buying."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.actors import SYSTEM
from ecommerce.models import PurchaseOrder, Supplier, Variant
from ecommerce.purchasing.actions import draft_order, send_order, set_price
from ecommerce.purchasing.rules import LineIn
from tests import factories


def kiln(*, minimum: int = 1, multiple: int = 1, price: str = "3.50", sku: str = "POT", **fields: Any) -> Supplier:
    """A supplier who sells one variant, made where there is none yet."""
    supplier = factories.SupplierFactory(**fields)
    variant = Variant.objects.filter(sku=sku).first() or factories.VariantFactory(sku=sku)
    set_price(supplier, variant, price=Decimal(price), minimum=minimum, multiple=multiple, actor=SYSTEM)
    return supplier


def draft(supplier: Supplier, *lines: tuple[str, int], **fields: Any) -> PurchaseOrder:
    place = factories.Warehouse.objects.filter(is_default=True).first() or factories.WarehouseFactory(is_default=True)
    wanted = [LineIn(sku, units) for sku, units in lines or [("POT", 24)]]
    return draft_order(supplier, place, wanted, actor=SYSTEM, **fields)


def sent(supplier: Supplier, *lines: tuple[str, int], **fields: Any) -> PurchaseOrder:
    return send_order(draft(supplier, *lines, **fields), actor=SYSTEM)
