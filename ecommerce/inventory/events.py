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


@event
@dataclass(frozen=True, kw_only=True)
class TransferDrafted(Event):
    """A transfer between two warehouses was written down or changed; nothing has left yet."""

    kind = "inventory.transfer_drafted"
    label = _("Transfer drafted")
    transfer_id: int
    number: str
    units: int


@event
@dataclass(frozen=True, kw_only=True)
class TransferSent(Event):
    kind = "inventory.transfer_sent"
    label = _("Transfer sent")
    transfer_id: int
    number: str
    units: int


@event
@dataclass(frozen=True, kw_only=True)
class TransferReceived(Event):
    """`received` units arrived of `units` that were sent."""

    kind = "inventory.transfer_received"
    label = _("Transfer received")
    transfer_id: int
    number: str
    units: int
    received: int


@event
@dataclass(frozen=True, kw_only=True)
class TransferCancelled(Event):
    """Units that had left are back in the warehouse they came from."""

    kind = "inventory.transfer_cancelled"
    label = _("Transfer cancelled")
    transfer_id: int
    number: str


@event
@dataclass(frozen=True, kw_only=True)
class CountStarted(Event):
    kind = "inventory.count_started"
    label = _("Stock count started")
    count_id: int
    number: str
    lines: int


@event
@dataclass(frozen=True, kw_only=True)
class CountApproved(Event):
    """Differences of `lines` variants became the stock: `found` units more and `missing` units less."""

    kind = "inventory.count_approved"
    label = _("Stock count approved")
    count_id: int
    number: str
    lines: int
    found: int
    missing: int


@event
@dataclass(frozen=True, kw_only=True)
class CountCancelled(Event):
    kind = "inventory.count_cancelled"
    label = _("Stock count cancelled")
    count_id: int
    number: str


@event
@dataclass(frozen=True, kw_only=True)
class StockRulesSaved(Event):
    """How long unpaid orders hold stock, when stock is dead, or how early people are told of lots was changed."""

    kind = "inventory.rules_saved"
    label = _("Stock rules saved")
    hold_minutes: int
    dead_days: int = 90
    expiry_days: int = 30


@event
@dataclass(frozen=True, kw_only=True)
class ChannelBufferSet(Event):
    """What a channel is not offered was changed; zero of both means nothing is kept back any more."""

    kind = "inventory.buffer_set"
    label = _("Channel buffer set")
    channel: str
    variant_id: int | None
    units: int
    percent: int


@event
@dataclass(frozen=True, kw_only=True)
class LotFilled(Event):
    """Somebody said of units that were on the shelf without a lot which one they are of."""

    kind = "inventory.lot_filled"
    label = _("Units put into a lot")
    lot_id: int
    variant_id: int
    warehouse_id: int
    units: int


@event
@dataclass(frozen=True, kw_only=True)
class LotChanged(Event):
    """The expiry date of a lot was corrected."""

    kind = "inventory.lot_changed"
    label = _("Lot corrected")
    lot_id: int
    variant_id: int


@event
@dataclass(frozen=True, kw_only=True)
class ExpiredLotsLeft(Event):
    """Of an order, `without_lot` units left as units of no lot: `expired` units of lots may not be sold any more."""

    kind = "inventory.expired_lots_left"
    label = _("Expired lots left on the shelf")
    variant_id: int
    warehouse_id: int
    expired: int
    without_lot: int
    reference: str


@event
@dataclass(frozen=True, kw_only=True)
class LotsExpiring(Event):
    """Lots with units that expire within `days`, of which nobody was told before; `lot_id` expires first."""

    kind = "inventory.lots_expiring"
    label = _("Lots expire soon")
    lot_ids: list[int]
    lot_id: int
    count: int
    days: int
