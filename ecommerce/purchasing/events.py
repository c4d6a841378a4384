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


@event
@dataclass(frozen=True, kw_only=True)
class SupplierChosen(Event):
    """Somebody decided whom a variant is bought from, for `reason`. `supplier` is the company's name."""

    kind = "purchasing.supplier_chosen"
    label = _("Supplier chosen")
    sentence = _("%(sku)s is bought from %(supplier)s: %(reason)s")
    variant_id: int
    sku: str
    supplier_id: int
    supplier: str
    reason: str


@event
@dataclass(frozen=True, kw_only=True)
class SupplierChoiceEnded(Event):
    """The choice does not count any more: `why` is "taken_back", "not_offered" or "archived"."""

    kind = "purchasing.supplier_choice_ended"
    label = _("Supplier no longer chosen")
    sentence = _("%(sku)s is no longer bought from %(supplier)s by choice")
    variant_id: int
    sku: str
    supplier_id: int
    supplier: str
    why: str


@dataclass(frozen=True, kw_only=True)
class PurchaseFact(Event):
    """What every fact about one purchase order carries."""

    order_id: int
    number: str
    supplier_id: int


@event
@dataclass(frozen=True, kw_only=True)
class PurchaseDrafted(PurchaseFact):
    kind = "purchasing.drafted"
    label = _("Purchase order drafted")


@event
@dataclass(frozen=True, kw_only=True)
class PurchaseChanged(PurchaseFact):
    kind = "purchasing.changed"
    label = _("Purchase order changed")


@event
@dataclass(frozen=True, kw_only=True)
class PurchaseSent(PurchaseFact):
    """From now on its units are on their way. `expected_on` is an ISO date, or "" where nobody knows."""

    kind = "purchasing.sent"
    label = _("Purchase order sent")
    expected_on: str


@event
@dataclass(frozen=True, kw_only=True)
class PurchaseCancelled(PurchaseFact):
    kind = "purchasing.cancelled"
    label = _("Purchase order cancelled")
    sentence = _("Purchase order cancelled: %(reason)s")
    reason: str


@event
@dataclass(frozen=True, kw_only=True)
class PurchaseClosed(PurchaseFact):
    """The rest of the order does not come any more, for `reason`."""

    kind = "purchasing.closed"
    label = _("Purchase order closed")
    sentence = _("Purchase order closed before all came: %(reason)s")
    reason: str


@event
@dataclass(frozen=True, kw_only=True)
class GoodsReceived(PurchaseFact):
    """A delivery was looked through. `state` is the order's from now on."""

    kind = "purchasing.received"
    label = _("Goods received")
    sentence = _("Goods received: %(accepted)s accepted, %(damaged)s damaged")
    receipt_id: int
    accepted: int
    damaged: int
    state: str
