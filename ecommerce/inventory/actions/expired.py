"""Units of lots that have expired are not for sale: they are held back, reserved as if promised to nobody.

As far as open orders are promised them already (an order was paid before the lot expired) they cannot be held back;
`ship` refuses to send them. Whoever changes the lots or the promises of a level calls hold_back() in one transaction,
so what is held back is always right; only the day itself changes it unasked, and a job follows that.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.utils import timezone

from accounts.merchants.models import Merchant
from ecommerce.inventory.models import Lot, LotLevel, Reservation, StockLevel
from ecommerce.inventory.rules import EXPIRED

FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)


def held_back(level: StockLevel) -> int:
    """Units of expired lots that are held back on a level."""
    return _hold(level).values_list("units", flat=True).first() or 0


def held_among(level: StockLevel, lots: Mapping[int, int]) -> int:
    """How many of these units, by lot, which leave the level, are held back there."""
    held = held_back(level) if lots else 0
    if not held:
        return 0
    today = Merchant.objects.in_scope().today()
    expired = Lot.objects.filter(pk__in=lots, expires_on__lt=today).values_list("pk", flat=True)
    return min(held, sum(lots[pk] for pk in expired))


def give_up(level: StockLevel, units: int) -> None:
    """Note that so many units that were held back have left, promise and all."""
    if not _hold(level).filter(units__gt=units).update(units=F("units") - units):
        _hold(level).delete()


@transaction.atomic
def hold_back(level: StockLevel) -> int:
    """Hold back what there is of expired lots on a level and nobody is promised; returns how many units that are."""
    today = Merchant.objects.in_scope().today()
    now = StockLevel.objects.select_for_update(of=("self",)).get(pk=level.pk)
    held = held_back(now)
    expired = LotLevel.objects.filter(level=now, units__gt=0, lot__expires_on__lt=today).aggregate(n=Sum("units"))["n"]
    wanted = max(0, min(expired or 0, now.on_hand - (now.reserved - held)))
    if wanted == held:
        return held
    if not wanted:
        _hold(now).delete()
    elif not _hold(now).update(units=wanted):
        Reservation.objects.create(holder=EXPIRED, level=now, units=wanted, until=FOR_GOOD)
    StockLevel.objects.filter(pk=now.pk).update(reserved=F("reserved") + wanted - held, updated_at=timezone.now())
    return wanted


def hold_back_expired(today: date) -> int:
    """Hold back what expired by `today`, each level in a transaction of its own; returns how many levels that are."""
    there = LotLevel.objects.filter(units__gt=0, lot__expires_on__lt=today).order_by()
    levels = StockLevel.objects.filter(pk__in=there.values("level")).order_by("variant_id", "pk")
    count = 0
    for level in levels:
        hold_back(level)
        count += 1
    return count


def _hold(level: StockLevel) -> QuerySet[Reservation]:
    return Reservation.objects.filter(holder=EXPIRED, level=level)
