"""Facts about products and prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class ProductCreated(Event):
    kind: ClassVar[str] = "catalog.product_created"
    product_id: int
    variants: int


@event
@dataclass(frozen=True, kw_only=True)
class ProductChanged(Event):
    """`fields` names what changed; the old and new values are in the activity's changes."""

    kind: ClassVar[str] = "catalog.product_changed"
    product_id: int
    fields: list[str]


@event
@dataclass(frozen=True, kw_only=True)
class ProductStateChanged(Event):
    kind: ClassVar[str] = "catalog.product_state_changed"
    product_id: int
    old: str
    new: str


@event
@dataclass(frozen=True, kw_only=True)
class PriceChanged(Event):
    """Prices as decimal strings in the merchant's currency."""

    kind: ClassVar[str] = "catalog.price_changed"
    variant_id: int
    product_id: int
    old: str
    new: str
