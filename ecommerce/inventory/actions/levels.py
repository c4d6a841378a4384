"""The one way stock changes.

Every change is a conditional UPDATE of the level (its WHERE says what must be true, and one row must be hit) with its
ledger row in the same transaction. That holds on SQLite and PostgreSQL alike and needs no lock beforehand. Whoever
changes several variants in one transaction goes in the order of their ids, so that two of them cannot deadlock.

Lots follow: which of them a change is for is decided and written here too (actions.lots), so that all lots of a level
together are never more than it has.

A variant without any level is not counted: it can be sold and shipped, and nothing is reserved or taken off. Of a
bundle the parts are (inventory.bundles): call hold_levels() before a walk through several variants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.catalog.models import Variant
from ecommerce.inventory.actions.expired import give_up, held_back, hold_back
from ecommerce.inventory.actions.lots import LotIn, Share, book_lots, lot_for, share_of
from ecommerce.inventory.bundles import counted_parts
from ecommerce.inventory.events import OpeningStockSet, StockAdjusted, WarehouseSaved
from ecommerce.inventory.models import Lot, StockLevel, StockMove, Warehouse
from ecommerce.inventory.rules import MOST, change_wanted, positive_units

BATCH = 1000
ByVariant = Mapping[int, Mapping[int, int]]
"""Units by variant and lot, by their ids."""


def default_warehouse() -> Warehouse:
    """The warehouse that orders are served from; made on first need."""
    found = Warehouse.objects.filter(is_default=True).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            eldest = Warehouse.objects.order_by("pk").first()
            if eldest is not None:
                Warehouse.objects.filter(pk=eldest.pk).update(is_default=True)
            else:
                Warehouse.objects.create(name=_("Main warehouse"), code="MAIN", is_default=True)
    except IntegrityError:
        pass  # somebody else was quicker; theirs is found below
    return Warehouse.objects.get(is_default=True)


def place_for(variant: Variant, warehouse: Warehouse) -> StockLevel:
    """The level of a variant in a warehouse, made if it is not there. Refuses a bundle: its parts are counted."""
    if variant.is_bundle:
        raise _no_own_stock()
    StockLevel.objects.bulk_create([StockLevel(variant=variant, warehouse=warehouse)], ignore_conflicts=True)
    return StockLevel.objects.select_for_update(of=("self",)).get(variant=variant, warehouse=warehouse)


def _no_own_stock() -> Refused:
    return Refused("is_bundle", _("A bundle has no stock of its own. Count its parts."))


@dataclass(frozen=True)
class Change:
    """A move that was written, and what lots have of it."""

    move: StockMove
    share: Share


def change_level(
    level: StockLevel,
    change: int,
    *,
    unreserve: int = 0,
    seen: int | None = None,
    reason: str,
    reference: str = "",
    note: str = "",
    actor: Actor,
    at: datetime | None = None,
    lots: Mapping[int, int] | None = None,
) -> Change | None:
    """Move units in (positive) or out. None, with nothing written, where they are not there or promised to others.

    With `seen`, also where the stock on hand is another one by now. `lots` are the units that come from or go into
    each, the others have none; without it what leaves is taken as rules.picked() says, and what comes has no lot.
    """
    share = share_of(level, change, unreserve=unreserve, reason=reason, named=lots)
    if share is None:
        return None
    inside = share.units if change > 0 else -share.units
    freed = unreserve + share.held
    now = timezone.now()
    places = StockLevel.objects.filter(on_hand=seen) if seen is not None else StockLevel.objects.all()
    hit = places.filter(
        pk=level.pk,
        on_hand__gte=F("reserved") - freed - change,
        on_hand__lte=MOST - change,
        reserved__gte=freed,
        in_lots__gte=-inside,
        in_lots__lte=F("on_hand") + change - inside,
    ).update(
        on_hand=F("on_hand") + change,
        reserved=F("reserved") - freed,
        in_lots=F("in_lots") + inside,
        updated_at=now,
    )
    if not hit:
        filled = None if level.in_lots else StockLevel.objects.filter(pk=level.pk, in_lots__gt=0).first()
        if filled is None or lots is not None:
            return None
        return change_level(  # its first lot came after it was read
            filled, change, unreserve=unreserve, seen=seen, reason=reason, reference=reference, note=note, actor=actor,
            at=at,
        )  # fmt: skip
    move = StockMove.objects.create(
        warehouse_id=level.warehouse_id,
        variant_id=level.variant_id,
        quantity=change,
        reason=reason,
        reference=reference[:80],
        note=note[:200],
        actor_label=actor.label[:150],
        at=at or now,
    )
    if share.held:
        give_up(level, share.held)
    book_lots(level, share, is_in=change > 0, move=move, actor=actor)
    if level.in_lots or share.lots:
        hold_back(level)
    return Change(move, share)


def told(level: StockLevel, change: int, reason: str, actor: Actor, *, before: int | None = None) -> StockLevel:
    """Announce a change made by hand; the level as it is now."""
    level.refresh_from_db()
    record(
        StockAdjusted(
            variant_id=level.variant_id,
            warehouse_id=level.warehouse_id,
            change=change,
            on_hand=level.on_hand,
            reason=reason,
        ),
        actor=actor,
        subject=level.variant,
        changes={"on_hand": (level.on_hand - change if before is None else before, level.on_hand)},
    )
    return level


@transaction.atomic
def adjust_stock(
    variant: Variant,
    warehouse: Warehouse,
    *,
    change: int | None = None,
    counted: int | None = None,
    reason: str = StockMove.Reason.ADJUSTMENT,
    note: str = "",
    reference: str = "",
    lot: Lot | None = None,
    actor: Actor,
) -> StockLevel:
    """Correct the stock on hand by a change or to the number somebody counted; a first count opens it.

    With `lot` all units of the change come from it or go into it; without, what is damaged is taken in the order of
    expiry, and other corrections are of what has no lot first. Refuses what would leave less than is promised to open
    orders ("reserved"), a change of nothing ("no_change"), more than there is of the lot ("lot_short") and a count that
    somebody else overtook ("changed_meanwhile", 409).
    """
    is_new = not StockLevel.objects.filter(variant=variant, warehouse=warehouse).exists()
    level = place_for(variant, warehouse)
    wanted = change_wanted(level.on_hand, change=change, counted=counted)
    if wanted == 0:
        if is_new:
            return level  # "we counted none" is news too: from now on the variant is counted
        raise Refused(
            "no_change", _("The stock is already %(on_hand)d, so nothing changes.") % {"on_hand": level.on_hand}
        )
    promised = level.reserved - held_back(level)
    if level.on_hand + wanted < promised:
        raise _promised(promised)
    named = {lot.pk: abs(wanted)} if lot is not None else None
    if not change_level(
        level, wanted, seen=level.on_hand, reason=reason, note=note, reference=reference, actor=actor, lots=named
    ):
        if promised < level.reserved and wanted < 0:  # what is left would be expired units alone
            raise _promised(promised)
        raise Refused("changed_meanwhile", _("The stock changed meanwhile. Look at it again and repeat."), status=409)
    return told(level, wanted, reason, actor)


def _promised(units: int) -> Refused:
    message = ngettext(
        "%(reserved)d unit is promised to open orders. Cancel them or put them on hold first.",
        "%(reserved)d units are promised to open orders. Cancel them or put them on hold first.",
        units,
    ) % {"reserved": units}
    return Refused("reserved", message, quantity=message)


@transaction.atomic
def receive(
    variant: Variant,
    warehouse: Warehouse,
    quantity: int,
    *,
    lot: LotIn | None = None,
    received_on: date | None = None,
    reference: str = "",
    note: str = "",
    actor: Actor,
) -> StockLevel:
    """Units came from a supplier, with `lot` all of that one; see lot_for() for what of it is refused."""
    lots = None
    if lot is not None:
        lots = {lot_for(variant, lot, reference=reference, received_on=received_on).pk: quantity}
    return _bring_in(variant, warehouse, quantity, StockMove.Reason.RECEIPT, reference, note, actor, lots)


@transaction.atomic
def take_back(
    variant: Variant,
    quantity: int,
    *,
    warehouse: Warehouse | None = None,
    lots: ByVariant | None = None,
    reference: str,
    note: str = "",
    actor: Actor,
) -> StockLevel | None:
    """Units came back from a customer and can be sold again; None where the variant is not counted.

    `lots` says how many of them are of which lot, by variant, for those that left as units of one.
    """
    if variant.is_bundle:
        back = partial(take_back, warehouse=warehouse, lots=lots, reference=reference, note=note, actor=actor)
        for one in counted_parts(variant):
            back(one.part, quantity * one.quantity)
        return None
    if not StockLevel.objects.filter(variant=variant).exists():
        return None
    place = warehouse or default_warehouse()
    own = (lots or {}).get(variant.pk)
    return _bring_in(variant, place, quantity, StockMove.Reason.RETURN, reference, note, actor, own)


def _bring_in(
    variant: Variant,
    warehouse: Warehouse,
    quantity: int,
    reason: str,
    reference: str,
    note: str,
    actor: Actor,
    lots: Mapping[int, int] | None,
) -> StockLevel:
    positive_units(quantity)
    level = place_for(variant, warehouse)
    if not change_level(level, quantity, reason=reason, reference=reference, note=note, actor=actor, lots=lots):
        message = _("Enter a change that leaves at most %(most)s units.") % {"most": f"{MOST:,}"}
        raise Refused("bad_quantity", message, quantity=message)
    return told(level, quantity, reason, actor)


def set_opening_stock(
    variant: Variant, quantity: int, *, warehouse: Warehouse | None = None, actor: Actor
) -> StockLevel:
    """The first count of one variant. Refuses with "already_counted" where there was one before, and a bundle."""
    if variant.is_bundle:
        raise _no_own_stock()
    place = warehouse or default_warehouse()
    if not open_stock({variant.pk: quantity}, warehouse=place, actor=actor):
        raise Refused(
            "already_counted",
            _("%(sku)s was counted before in %(warehouse)s. Correct its stock instead.")
            % {"sku": variant.sku, "warehouse": place},
        )
    return StockLevel.objects.get(variant=variant, warehouse=place)


@transaction.atomic
def open_stock(
    quantities: Mapping[int, int], *, warehouse: Warehouse | None = None, at: datetime | None = None, actor: Actor
) -> int:
    """The first count of many variants, by variant id; those counted before are left alone. Returns how many were new.

    Costs a fixed number of queries per 1,000 variants. For imports and the demo.
    """
    place = warehouse or default_warehouse()
    for quantity in quantities.values():
        change_wanted(0, change=None, counted=quantity)
    now = timezone.now()
    known = set(StockLevel.objects.filter(warehouse=place).values_list("variant_id", flat=True))
    new = {variant_id: quantity for variant_id, quantity in quantities.items() if variant_id not in known}
    if not new:
        return 0
    StockLevel.objects.bulk_create(
        [StockLevel(warehouse=place, variant_id=pk, on_hand=quantity, updated_at=now) for pk, quantity in new.items()],
        batch_size=BATCH,
    )
    StockMove.objects.bulk_create(
        [
            StockMove(
                warehouse=place,
                variant_id=pk,
                quantity=quantity,
                reason=StockMove.Reason.OPENING,
                actor_label=actor.label[:150],
                at=at or now,
            )
            for pk, quantity in new.items()
            if quantity
        ],
        batch_size=BATCH,
    )
    record(
        OpeningStockSet(warehouse_id=place.pk, variants=len(new), units=sum(new.values())), actor=actor, subject=place
    )
    return len(new)


@transaction.atomic
def load_moves(moves: list[StockMove], *, reserved: Mapping[int, int] | None = None) -> None:
    """Write a known history of moves and set the levels to its sums; for variants that were never counted before.

    `moves` have warehouse, variant, quantity, reason and time; `reserved` is what open orders hold, by variant id, in
    the default warehouse. For the demo: no facts are announced. A history that ends below zero breaks a constraint.
    """
    sums: dict[tuple[int, int], int] = {}
    for move in moves:
        place = (move.warehouse_id, move.variant_id)
        sums[place] = sums.get(place, 0) + move.quantity
    held = reserved or {}
    default = default_warehouse().pk
    StockMove.objects.bulk_create([move for move in moves if move.quantity], batch_size=BATCH)
    StockLevel.objects.bulk_create(
        [
            StockLevel(
                warehouse_id=warehouse_id,
                variant_id=variant_id,
                on_hand=units,
                reserved=held.get(variant_id, 0) if warehouse_id == default else 0,
            )
            for (warehouse_id, variant_id), units in sums.items()
        ],
        batch_size=BATCH,
    )


@transaction.atomic
def save_warehouse(warehouse: Warehouse, *, actor: Actor) -> Warehouse:
    """Add a warehouse or change its details; a new default takes the place of the one before.

    Refuses a code that another warehouse has, and a shop without any default.
    """
    is_new = warehouse.pk is None
    others = Warehouse.objects.exclude(pk=warehouse.pk)
    if others.filter(code__iexact=warehouse.code).exists():
        message = _("Another warehouse has the code %(code)s. Enter a different one.") % {"code": warehouse.code}
        raise Refused("code_taken", message, code=message)
    if warehouse.is_default:
        others.filter(is_default=True).update(is_default=False)
    elif not others.filter(is_default=True).exists():
        message = _("Orders need a warehouse to be served from. Make another one the default first.")
        raise Refused("no_default", message, is_default=message)
    before = None if is_new else Warehouse.objects.get(pk=warehouse.pk)
    warehouse.save()
    fields = ["name", "code", "city", "is_default", "serve_rank"]
    changes = {
        name: (getattr(before, name, None), getattr(warehouse, name))
        for name in fields
        if getattr(before, name, None) != getattr(warehouse, name)
    }
    record(WarehouseSaved(warehouse_id=warehouse.pk, is_new=is_new), actor=actor, subject=warehouse, changes=changes)
    return warehouse
