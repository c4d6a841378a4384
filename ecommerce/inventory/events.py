"""Facts about stock. Units that leave with an order are told by the order's own facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class StockAdjusted(Event):
    """Somebody corrected, received or took back stock; `on_hand` is what the warehouse holds now."""

    kind: ClassVar[str] = "inventory.stock_adjusted"
    variant_id: int
    warehouse_id: int
    change: int
    on_hand: int
    reason: str


@event
@dataclass(frozen=True, kw_only=True)
class OpeningStockSet(Event):
    """Opening stock of many variants was brought in at once."""

    kind: ClassVar[str] = "inventory.opening_stock_set"
    warehouse_id: int
    variants: int
    units: int


@event
@dataclass(frozen=True, kw_only=True)
class WarehouseSaved(Event):
    """A warehouse was added or its details changed."""

    kind: ClassVar[str] = "inventory.warehouse_saved"
    warehouse_id: int
    is_new: bool
