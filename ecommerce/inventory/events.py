"""Facts about stock. Units that leave with an order are told by the order's own facts."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class StockAdjusted(Event):
    """Somebody corrected, received or took back stock; `on_hand` is what the warehouse holds now."""

    kind = "inventory.stock_adjusted"
    label = _("Stock adjusted")
    variant_id: int
    warehouse_id: int
    change: int
    on_hand: int
    reason: str


@event
@dataclass(frozen=True, kw_only=True)
class OpeningStockSet(Event):
    """Opening stock of many variants was brought in at once."""

    kind = "inventory.opening_stock_set"
    label = _("Opening stock set")
    warehouse_id: int
    variants: int
    units: int


@event
@dataclass(frozen=True, kw_only=True)
class WarehouseSaved(Event):
    """A warehouse was added or its details changed."""

    kind = "inventory.warehouse_saved"
    label = _("Warehouse saved")
    warehouse_id: int
    is_new: bool
