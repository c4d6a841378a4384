"""Facts about products and prices."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class ProductCreated(Event):
    kind = "catalog.product_created"
    label = _("Product created")
    product_id: int
    variants: int


@event
@dataclass(frozen=True, kw_only=True)
class ProductChanged(Event):
    """`fields` names what changed; the old and new values are in the activity's changes."""

    kind = "catalog.product_changed"
    label = _("Product changed")
    product_id: int
    fields: list[str]


@event
@dataclass(frozen=True, kw_only=True)
class ProductStateChanged(Event):
    kind = "catalog.product_state_changed"
    label = _("Product state changed")
    product_id: int
    old: str
    new: str


@event
@dataclass(frozen=True, kw_only=True)
class PriceChanged(Event):
    """Prices as decimal strings in the merchant's currency."""

    kind = "catalog.price_changed"
    label = _("Price changed")
    variant_id: int
    product_id: int
    old: str
    new: str


@event
@dataclass(frozen=True, kw_only=True)
class GridSaved(Event):
    """Many products and variants were changed together; each also has a fact of its own."""

    kind = "catalog.grid_saved"
    label = _("Products changed in the grid")
    edit_id: int
    rows: int
    cells: int


@event
@dataclass(frozen=True, kw_only=True)
class GridUndone(Event):
    kind = "catalog.grid_undone"
    label = _("Changes of the grid put back")
    edit_id: int
    rows: int
    cells: int


@event
@dataclass(frozen=True, kw_only=True)
class BundleChanged(Event):
    """What a bundle is made of; no parts: it is a plain variant again."""

    kind = "catalog.bundle_changed"
    label = _("Bundle changed")
    variant_id: int
    product_id: int
    parts: int


@event
@dataclass(frozen=True, kw_only=True)
class ProductTagged(Event):
    kind = "catalog.product_tagged"
    label = _("Product tagged")
    sentence = _("Tagged “%(tag)s”")
    product_id: int
    tag: str


@event
@dataclass(frozen=True, kw_only=True)
class ProductsTagged(Event):
    kind = "catalog.products_tagged"
    label = _("Products tagged")
    sentence = _("Products tagged “%(tag)s”: %(count)s")
    product_ids: list[int]
    count: int
    tag: str


@event
@dataclass(frozen=True, kw_only=True)
class ProductUntagged(Event):
    kind = "catalog.product_untagged"
    label = _("Tag taken off a product")
    sentence = _("Tag “%(tag)s” taken off")
    product_id: int
    tag: str


@event
@dataclass(frozen=True, kw_only=True)
class ProductsUntagged(Event):
    kind = "catalog.products_untagged"
    label = _("Tag taken off products")
    sentence = _("Tag “%(tag)s” taken off products: %(count)s")
    product_ids: list[int]
    count: int
    tag: str
