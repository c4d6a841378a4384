"""Stock held for somebody for a while: reserved like a promise, and free again by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from ecommerce.inventory.actions.expired import hold_back
from ecommerce.inventory.models import Reservation, StockLevel
from ecommerce.inventory.queries import serving_places
from ecommerce.inventory.rules import allotted


@transaction.atomic
def hold(holder: str, wanted: Mapping[int, int], *, until: datetime) -> int:
    """Hold units, by variant id, as far as they are free; returns how many are short. Of several warehouses that serve
    orders, of the one that has everything (rules.allotted).

    Takes the place of what the holder had. Variants that are not counted need no stock and are never short.
    """
    let_go(holder)
    short = 0
    ids = sorted(pk for pk, units in wanted.items() if units > 0)
    places = serving_places()
    allot = dict.fromkeys(ids, next(iter(places), None))
    if len(places) > 1:
        counted = StockLevel.objects.filter(variant_id__in=ids, warehouse_id__in=places).order_by("variant_id", "pk")
        levels = list(counted.select_for_update(of=("self",)))
        there = {(level.warehouse_id, level.variant_id): level.available for level in levels}
        kept = sorted({level.variant_id for level in levels})
        allot |= dict(zip(kept, allotted([{pk: wanted[pk]} for pk in kept], there, places), strict=True))
    for variant_id in ids:
        level = StockLevel.objects.filter(Q(warehouse_id=allot[variant_id]), variant_id=variant_id).first()
        units = wanted[variant_id]
        while level is not None and (free := min(level.available, units)) > 0:
            hit = StockLevel.objects.filter(pk=level.pk, on_hand__gte=F("reserved") + free)
            if hit.update(reserved=F("reserved") + free, updated_at=timezone.now()):
                Reservation.objects.create(holder=holder, level=level, units=free, until=until)
                units -= free
                break
            level.refresh_from_db()
        if level is not None:
            short += units
    return short


@transaction.atomic
def let_go(holder: str) -> int:
    """Free what the holder has; returns how many units. Of two who do it at once only one gives them back."""
    freed = 0
    for row in Reservation.objects.select_related("level").filter(holder=holder).order_by("level__variant_id"):
        gone, _each = Reservation.objects.filter(pk=row.pk).delete()
        if gone:
            StockLevel.objects.filter(pk=row.level_id).update(
                reserved=F("reserved") - row.units, updated_at=timezone.now()
            )
            if row.level.in_lots:
                hold_back(row.level)
            freed += row.units
    return freed


def let_go_expired(now: datetime) -> int:
    """Free all that was held until `now` or before, each holder in a transaction of its own; returns units."""
    holders = Reservation.objects.filter(until__lte=now).order_by("until", "pk").values_list("holder", flat=True)
    return sum(let_go(holder) for holder in dict.fromkeys(holders))
