"""What stock is kept in."""

from ecommerce.inventory.models.counting import CountEntry, CountLine, StockCount
from ecommerce.inventory.models.lots import Lot, LotLevel, LotMove
from ecommerce.inventory.models.stock import (
    ChannelBuffer,
    Reservation,
    StockClass,
    StockCounter,
    StockLevel,
    StockMove,
    StockRules,
    Transfer,
    TransferLine,
    Warehouse,
)

__all__ = [
    "ChannelBuffer",
    "CountEntry",
    "CountLine",
    "Lot",
    "LotLevel",
    "LotMove",
    "Reservation",
    "StockClass",
    "StockCount",
    "StockCounter",
    "StockLevel",
    "StockMove",
    "StockRules",
    "Transfer",
    "TransferLine",
    "Warehouse",
]
