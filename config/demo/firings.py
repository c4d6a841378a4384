"""Lots of the main shop: from which firing of the kiln its clay teapots on the shelf are."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.people.models import User
from config.demo.clock import as_of
from ecommerce.catalog.actions import change_product
from ecommerce.catalog.models import Product
from ecommerce.inventory.actions import LotIn, fill_lot
from ecommerce.inventory.models import StockLevel

FIRINGS = (("K-31", 20), ("K-38", 9))  # name, days since it was written down


def sort_out(owner: User, now: datetime) -> None:
    """Half of what is there is of the older firing, and half of the rest of the newer one."""
    product = Product.objects.filter(title="Purple clay teapot").first()
    if product is None:
        return
    with as_of(now - timedelta(days=21)):
        change_product(product, keeps_lots=True, actor=owner.actor)
    for code, days in FIRINGS:
        for level in StockLevel.objects.filter(variant__product=product).select_related("variant", "warehouse"):
            if units := level.without_lot // 2:
                with as_of(now - timedelta(days=days)):
                    given = LotIn(code, None, "Longquan Works")
                    fill_lot(level.variant, level.warehouse, given, units, actor=owner.actor)
