"""A variant kept in lots, with units of some of them on the shelf."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Sum

from accounts.models import Merchant
from core.actors import SYSTEM
from ecommerce.inventory import actions
from ecommerce.inventory.lots import broken_lots
from ecommerce.inventory.queries import broken_levels
from ecommerce.inventory.rules import EXPIRED
from ecommerce.models import LineLot, LotLevel, Order, StockLevel, Variant, Warehouse
from tests import factories


def shop_day() -> date:
    """The day it is for the shop, which for eight hours of 24 is not the day in UTC."""
    return Merchant.objects.in_scope().today()


def in_days(days: int) -> date:
    return shop_day() + timedelta(days=days)


def cream(**fields: object) -> Variant:
    """A variant of a product that keeps lots; nothing of it is there."""
    return factories.VariantFactory(**{"sku": "CREAM", "product__keeps_lots": True, **fields})


def delivered(variant: Variant, units: int, code: str = "", days: int | None = None, place: Warehouse | None = None):
    """Units that came, of a lot where a code is given, which expires in so many days."""
    lot = actions.LotIn(code, None if days is None else in_days(days), "Kiln") if code else None
    where = place or actions.default_warehouse()
    return actions.receive(variant, where, units, lot=lot, reference="P-1", actor=SYSTEM)


def on_shelf(variant: Variant) -> dict[str, int]:
    """Units by lot over all warehouses, "" for those without one. Looks whether the books add up."""
    assert not broken_levels().exists()
    assert not broken_lots().exists()
    found = {"": sum(level.without_lot for level in variant.stock_levels.all())}
    for row in LotLevel.objects.filter(lot__variant=variant, units__gt=0).select_related("lot"):
        found[row.lot.code] = found.get(row.lot.code, 0) + row.units
    return {code: units for code, units in found.items() if units}


def sent_lots(order: Order) -> dict[str, int]:
    """What the lines of an order got, by lot."""
    rows = LineLot.objects.filter(line__order=order)
    return dict(rows.order_by("pk").values_list("lot__code", "units"))


def wrongly_held() -> list[StockLevel]:
    """Levels that hold back more or less than what there is of expired lots and nobody was promised."""
    wrong = []
    for level in StockLevel.objects.filter(in_lots__gt=0):
        held = sum(level.reservations.filter(holder=EXPIRED).values_list("units", flat=True))
        expired = level.lots.filter(lot__expires_on__lt=shop_day()).aggregate(n=Sum("units"))["n"] or 0
        if held != min(expired, level.on_hand - (level.reserved - held)):
            wrong.append(level)
    return wrong
