"""Units promised to orders, and leaving with them: each line is served from one warehouse.

Which one is decided when the units are promised (rules.allotted) and written at the line. The conditions in the UPDATE
keep every promise, whatever the plan rested on.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.catalog.models import Variant
from ecommerce.inventory.actions.expired import hold_back
from ecommerce.inventory.actions.levels import change_level
from ecommerce.inventory.actions.lots import Share
from ecommerce.inventory.bundles import counted_parts, each_part, reserve_whole, units_needed
from ecommerce.inventory.events import ExpiredLotsLeft
from ecommerce.inventory.models import StockLevel, StockMove, Warehouse
from ecommerce.inventory.queries import free_units
from ecommerce.inventory.rules import allotted, positive_units


def choose_places(orders: Sequence[Sequence[tuple[Variant, int]]], places: Sequence[int]) -> list[list[int | None]]:
    """The warehouse for each line (variant, units) of each order, one order after the other; two queries at most.

    A plan only: lock the levels before it (hold_levels) where others must not come between.
    """
    if len(places) < 2:
        only = next(iter(places), None)
        return [[only] * len(order) for order in orders]
    needed = [units_needed(order) for order in orders]
    ids = {variant for lines in needed for line in lines for variant in line}
    free = free_units(ids, places)
    return [allotted(lines, free, places) for lines in needed]


def _places(variant: Variant, first: int | None) -> list[StockLevel]:
    """All levels of a variant, that of the warehouse `first` at the top, then the default one's."""
    levels = StockLevel.objects.filter(variant=variant).select_related("warehouse")
    return sorted(levels, key=lambda level: (level.warehouse_id != first, not level.warehouse.is_default, level.pk))


@transaction.atomic
def reserve(variant: Variant, quantity: int, *, reference: str, actor: Actor, place: int | None = None) -> int:
    """Promise up to `quantity` units of a warehouse (its id; else the default one) to an order; returns how many were
    available.

    Never more than what is there, so the sum of all promises is kept. The caller keeps the number for release() and
    ship(). A promise moves nothing, so it leaves no ledger row and `reference` and `actor` are not stored.
    """
    positive_units(quantity)
    if variant.is_bundle:
        one = partial(reserve, reference=reference, actor=actor, place=place)
        return reserve_whole(variant, quantity, one, partial(release, reference=reference, actor=actor, place=place))
    here = Q(warehouse__is_default=True) if place is None else Q(warehouse_id=place)
    while True:
        level = StockLevel.objects.filter(here, variant=variant).first()
        if level is None:
            return 0
        free = min(level.available, quantity)
        if free <= 0:
            return 0
        hit = StockLevel.objects.filter(pk=level.pk, on_hand__gte=F("reserved") + free)
        if hit.update(reserved=F("reserved") + free, updated_at=timezone.now()):
            return free


@transaction.atomic
def release(variant: Variant, quantity: int, *, reference: str, actor: Actor, place: int | None = None) -> int:
    """Give promised units back, those of the warehouse they were promised in first; returns how many.

    That is `quantity`, unless the caller asks for more than was promised.
    """
    if quantity <= 0:
        return 0
    if variant.is_bundle:
        return each_part(variant, quantity, partial(release, reference=reference, actor=actor, place=place))
    left = quantity
    for level in _places(variant, place):
        part = min(level.reserved, left)
        hit = StockLevel.objects.filter(pk=level.pk, reserved__gte=part) if part else None
        if hit is not None and hit.update(reserved=F("reserved") - part, updated_at=timezone.now()):
            left -= part
            if level.in_lots:
                hold_back(level)
        if not left:
            break
    return quantity - left


@transaction.atomic
def ship(
    variant: Variant,
    quantity: int,
    *,
    reserved: int,
    reference: str,
    actor: Actor,
    warehouse: Warehouse | None = None,
    held_in: int | None = None,
) -> dict[int, int]:
    """Take units out for an order, `reserved` of them promised to it before in the warehouse `held_in`.

    From that one unless another is named, else from the default warehouse. Returns the units by lot, as far as they
    are of one: of the lots that may still be sold the one that expires first. Refuses with "not_enough_stock" when
    fewer are there, units promised to other orders not counted, and with "lots_expired" when no others are.
    """
    positive_units(quantity)
    if variant.is_bundle:
        lots: dict[int, int] = {}
        for one in counted_parts(variant):
            lots |= ship(
                one.part, quantity * one.quantity, reserved=reserved * one.quantity, reference=reference, actor=actor,
                warehouse=warehouse, held_in=held_in,
            )  # fmt: skip
        return lots
    places = _places(variant, held_in)
    if not places:
        return {}
    wanted = warehouse.pk if warehouse is not None else held_in
    place = next(
        (one for one in places if (one.warehouse.is_default if wanted is None else one.warehouse_id == wanted)), None
    )
    is_held_here = place is not None and held_in in (None, place.warehouse_id)
    if place is not None:
        own = min(reserved, place.reserved, quantity) if is_held_here else 0
        change = change_level(
            place, -quantity, unreserve=own, reason=StockMove.Reason.SALE, reference=reference, actor=actor
        )
        if change is not None:
            release(variant, reserved - own, reference=reference, actor=actor, place=held_in)
            _tell_of_expired(variant, place, quantity, change.share, reference=reference, actor=actor)
            return dict(change.share.lots)
    where = warehouse or (place.warehouse if place else places[0].warehouse)
    own = min(reserved, place.reserved) if place and is_held_here else 0
    free = max(0, place.available + own) if place else 0
    message = ngettext(
        "%(wanted)d of %(sku)s cannot leave %(warehouse)s: only %(free)d unit is free. "
        "Count the stock, or ship what is there.",
        "%(wanted)d of %(sku)s cannot leave %(warehouse)s: only %(free)d units are free. "
        "Count the stock, or ship what is there.",
        free,
    ) % {"wanted": quantity, "sku": variant.sku, "warehouse": where, "free": free}
    raise Refused("not_enough_stock", message)


def _tell_of_expired(
    variant: Variant, place: StockLevel, quantity: int, share: Share, *, reference: str, actor: Actor
) -> None:
    """Say that units without a lot went out while expired ones lay beside them."""
    if not share.expired:
        return
    record(
        ExpiredLotsLeft(
            variant_id=variant.pk,
            warehouse_id=place.warehouse_id,
            expired=share.expired,
            without_lot=quantity - share.units,
            reference=reference,
        ),
        actor=actor,
        subject=variant,
    )
