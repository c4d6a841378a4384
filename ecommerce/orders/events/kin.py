"""Orders that come from other orders: copies, parts, and what goes out in exchange."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import event
from ecommerce.orders.events.life import OrderFact


@event
@dataclass(frozen=True, kw_only=True)
class OrderDuplicated(OrderFact):
    """A new, unpaid order with the same buyer and lines was made of it."""

    kind = "orders.duplicated"
    label = _("Order duplicated")
    sentence = _("Order duplicated as %(copy_number)s")
    copy_id: int
    copy_number: str


@event
@dataclass(frozen=True, kw_only=True)
class OrderCopied(OrderFact):
    """It was made as a copy of another order."""

    kind = "orders.copied"
    label = _("Made as a copy of another order")
    sentence = _("Made as a copy of order %(origin_number)s")
    origin_id: int
    origin_number: str


@event
@dataclass(frozen=True, kw_only=True)
class OrderReplaced(OrderFact):
    """Goods of it came back, and `units` go out in exchange as an order of their own; `reference` is the return."""

    kind = "orders.replaced"
    label = _("Replacement sent out")
    sentence = _("Order %(other_number)s goes out in exchange, for return %(reference)s")
    other_id: int
    other_number: str
    units: int
    reference: str


@event
@dataclass(frozen=True, kw_only=True)
class OrderPlacedInstead(OrderFact):
    """It goes out for goods of another order that came back."""

    kind = "orders.placed_instead"
    label = _("Goes out in exchange")
    sentence = _("Goes out in exchange for goods of order %(origin_number)s, return %(reference)s")
    origin_id: int
    origin_number: str
    reference: str


@event
@dataclass(frozen=True, kw_only=True)
class OrderSplit(OrderFact):
    """`units` of it went into a second order that comes to `amount`, with its share of the payment."""

    kind = "orders.split"
    label = _("Order split")
    sentence = _("Order split: %(units)s items went into %(other_number)s")
    other_id: int
    other_number: str
    units: int
    amount: str
    currency: str


@event
@dataclass(frozen=True, kw_only=True)
class OrderSplitOff(OrderFact):
    """It was split off another order, with its share of the payment."""

    kind = "orders.split_off"
    label = _("Split off another order")
    sentence = _("Split off order %(origin_number)s")
    origin_id: int
    origin_number: str
    units: int
