"""Facts about buying; never the name or the address of a supplier's person."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class SupplierCreated(Event):
    kind = "purchasing.supplier_created"
    label = _("Supplier added")
    supplier_id: int


@event
@dataclass(frozen=True, kw_only=True)
class SupplierChanged(Event):
    """`fields` names what changed; "archived_at" when it was put away or taken up again."""

    kind = "purchasing.supplier_changed"
    label = _("Supplier changed")
    supplier_id: int
    fields: list[str]


@event
@dataclass(frozen=True, kw_only=True)
class SupplierPriceSet(Event):
    """What a supplier asks for a variant from `valid_from` (an ISO date) on; or that it is no longer offered."""

    kind = "purchasing.price_set"
    label = _("Supplier’s price set")
    supplier_id: int
    variant_id: int
    sku: str
    price: str
    currency: str
    valid_from: str
    is_offered: bool
