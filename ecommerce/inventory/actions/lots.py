"""Which lots a change of the stock is for.

`in_lots` of a level says how many of its units are of a lot. Where it is 0, and nobody names a lot, nothing here asks
the database for anything: shops that keep no lots pay nothing. Lots of a level change only with it, so the lock on its
row is theirs too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from core.actors import Actor
from core.among import Among
from core.errors import Refused
from ecommerce.catalog.models import Variant
from ecommerce.inventory.actions.expired import held_among, held_back, hold_back
from ecommerce.inventory.events import LotChanged, LotFilled, LotsExpiring
from ecommerce.inventory.lots import expiry_days, lots_to_tell
from ecommerce.inventory.models import Lot, LotLevel, LotMove, StockLevel, StockMove, Warehouse
from ecommerce.inventory.rules import SOLD, OnShelf, has_expired, picked, positive_units

MOST_NAMED = 100  # lots an announcement names; it counts all


@dataclass(frozen=True)
class LotIn:
    """A lot as it stands on the box; `supplier` is whom it came from."""

    code: str
    expires_on: date | None = None
    supplier: str = ""


@dataclass(frozen=True)
class Share:
    """What lots have of a change: units by lot, all in or all out. Of the units left out of them, `expired` are
    units of lots that nobody may sell any more and that were passed over for others without a lot. `held` units of the
    lots that leave were held back (actions.expired).
    """

    lots: Mapping[int, int] = field(default_factory=dict)
    expired: int = 0
    held: int = 0

    @property
    def units(self) -> int:
        return sum(self.lots.values())


def share_of(
    level: StockLevel, change: int, *, unreserve: int, reason: str, named: Mapping[int, int] | None
) -> Share | None:
    """The lots of a change: those `named` and no others, else, of what leaves, those that rules.picked() takes.

    None where there is too little on hand for the change whatever the lots are. Refuses a sale for which only expired
    units are left ("lots_expired"). Locks the level where it has lots.
    """
    if named is not None:
        return Share(named, held=held_among(level, named) if change < 0 else 0)
    if change > 0 or not level.in_lots:
        return Share()
    now = StockLevel.objects.select_for_update(of=("self",)).get(pk=level.pk)
    if now.on_hand + change < now.reserved - held_back(now) - unreserve:
        return None
    today = Merchant.objects.in_scope().today()
    rows = LotLevel.objects.filter(level=level, units__gt=0).order_by(
        F("lot__expires_on").asc(nulls_last=True), "lot__received_on", "lot_id"
    )
    shelf = [OnShelf(*row) for row in rows.values_list("lot_id", "units", "lot__expires_on")]
    lots, loose = picked(-change, shelf, now.without_lot, why=reason, today=today)
    expired = sum(one.units for one in shelf if has_expired(one.expires_on, today))
    if reason == SOLD and sum(lots.values()) + loose < -change:
        raise _only_expired(level, -change, expired)
    return Share(lots, expired if loose and reason == SOLD else 0, held_among(now, lots) if reason != SOLD else 0)


def _only_expired(level: StockLevel, wanted: int, expired: int) -> Refused:
    words = {"wanted": wanted, "sku": level.variant.sku, "warehouse": level.warehouse, "expired": expired}
    message = _(
        "%(wanted)d of %(sku)s cannot leave %(warehouse)s: %(expired)d of the units there are of lots that have "
        "expired. Write them off, or count the stock."
    )
    return Refused("lots_expired", message % words)


def book_lots(level: StockLevel, share: Share, *, is_in: bool, move: StockMove | None, actor: Actor) -> None:
    """Write down what a change did to the lots. Refuses more than there is of one ("lot_short")."""
    if not share.lots:
        return
    lots = sorted(share.lots.items())
    if is_in:
        LotLevel.objects.bulk_create([LotLevel(lot_id=lot, level=level) for lot, _units in lots], ignore_conflicts=True)
    for lot, units in lots:
        change = units if is_in else -units
        hit = LotLevel.objects.filter(lot_id=lot, level=level, units__gte=-change)
        if not hit.update(units=F("units") + change):
            words = {"lot": Lot.objects.get(pk=lot), "warehouse": level.warehouse}
            message = _("There are fewer units of the lot %(lot)s in %(warehouse)s.") % words
            raise Refused("lot_short", message, lot=message)
    LotMove.objects.bulk_create(
        [
            LotMove(
                lot_id=lot,
                warehouse_id=level.warehouse_id,
                move=move,
                quantity=units if is_in else -units,
                actor_label=actor.label[:150],
                at=move.at if move is not None else timezone.now(),
            )
            for lot, units in lots
        ]
    )


def lot_for(variant: Variant, given: LotIn, *, reference: str = "", received_on: date | None = None) -> Lot:
    """The variant's lot of that code, made where it is new; an expiry date that was not known yet is written down.

    Refuses no code ("lot_missing") and another expiry date than the lot has ("lot_differs").
    """
    code = given.code.strip()[:120]
    if not code:
        message = _("%(sku)s is kept in lots. Enter the lot that stands on the box.") % {"sku": variant.sku}
        raise Refused("lot_missing", message, lot=message)
    fresh = Lot(
        variant=variant,
        code=code,
        expires_on=given.expires_on,
        received_on=received_on or Merchant.objects.in_scope().today(),
        supplier=given.supplier[:150],
        reference=reference[:80],
    )
    Lot.objects.bulk_create([fresh], ignore_conflicts=True)
    lot = Lot.objects.select_for_update(of=("self",)).get(variant=variant, code=code)
    if given.expires_on is None or lot.expires_on == given.expires_on:
        return lot
    if lot.expires_on is not None:
        words = {"lot": lot.code, "day": date_format(lot.expires_on)}
        message = (
            _("The lot %(lot)s expires on %(day)s. Enter that date, or correct it on the page of the lot.") % words
        )
        raise Refused("lot_differs", message, expires_on=message)
    lot.expires_on = given.expires_on
    lot.save(update_fields=["expires_on"])
    return lot


@transaction.atomic
def fill_lot(variant: Variant, warehouse: Warehouse, given: LotIn, units: int, *, actor: Actor) -> Lot:
    """Say of units on the shelf that have no lot which one they are of. The stock stays what it is.

    Refuses more than have none ("lot_too_much").
    """
    positive_units(units)
    level = StockLevel.objects.select_for_update(of=("self",)).filter(variant=variant, warehouse=warehouse).first()
    free = level.without_lot if level is not None else 0
    hit = StockLevel.objects.filter(variant=variant, warehouse=warehouse, on_hand__gte=F("in_lots") + units)
    if level is None or not hit.update(in_lots=F("in_lots") + units):
        words = {"n": free, "sku": variant.sku, "warehouse": warehouse}
        message = _("Units of %(sku)s in %(warehouse)s that have no lot: %(n)d.") % words
        raise Refused("lot_too_much", message, units=message)
    lot = lot_for(variant, given)
    book_lots(level, Share({lot.pk: units}), is_in=True, move=None, actor=actor)
    hold_back(level)
    record(
        LotFilled(lot_id=lot.pk, variant_id=variant.pk, warehouse_id=warehouse.pk, units=units),
        actor=actor,
        subject=lot,
    )
    return lot


@transaction.atomic
def change_lot(lot: Lot, *, expires_on: date | None, actor: Actor) -> Lot:
    """Correct the expiry date of a lot; people are told anew when it comes near."""
    now = Lot.objects.select_for_update(of=("self",)).get(pk=lot.pk)
    before = now.expires_on
    if before == expires_on:
        return now
    now.expires_on, now.told_at = expires_on, None
    now.save(update_fields=["expires_on", "told_at"])
    for level in StockLevel.objects.filter(lots__lot=now, lots__units__gt=0).order_by("pk"):
        hold_back(level)
    days = tuple(day.isoformat() if day else None for day in (before, expires_on))
    record(
        LotChanged(lot_id=now.pk, variant_id=now.variant_id),
        actor=actor,
        subject=now,
        changes={"expires_on": (days[0], days[1])},
    )
    return now


@transaction.atomic
def tell_expiring(today: date, *, actor: Actor) -> int:
    """Announce, in one fact, the lots with units that expire within the merchant's days or have expired, each lot
    once; returns how many.
    """
    days = expiry_days()
    lots = list(lots_to_tell(today, days).select_for_update(of=("self",)).values_list("pk", flat=True))
    if not lots:
        return 0
    Lot.objects.filter(Among("pk", lots)).update(told_at=timezone.now())
    record(LotsExpiring(lot_ids=lots[:MOST_NAMED], lot_id=lots[0], count=len(lots), days=days), actor=actor)
    return len(lots)
