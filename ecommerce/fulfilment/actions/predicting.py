"""Telling when parcels under way arrive, and keeping what was told."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from ecommerce.fulfilment.histories import LATE_KINDS, histories
from ecommerce.fulfilment.models import DeliveryPrediction, Shipment
from ecommerce.fulfilment.queries import last_reports, under_watch
from ecommerce.fulfilment.rules import foretold_anew
from ecommerce.fulfilment.transit import History, Way

CHUNK = 500
DAY = 86_400.0


def foretell(now: datetime | None = None) -> int:
    """Tell for every parcel under way when it arrives; returns for how many that changed enough to be written.

    Each such prediction is kept for good. What the carrier's history does not allow to be said stays unsaid. Safe to
    run at any time and again: a parcel whose outlook has not changed is left alone.
    """
    now = now or timezone.now()
    ways, rests = histories(now)
    if ways.of() is None:
        return 0
    written, after = 0, 0
    while parcels := list(under_watch(now).filter(pk__gt=after).order_by("pk")[:CHUNK]):
        after = parcels[-1].pk
        written += _write(parcels, ways, rests, now)
    return written


@transaction.atomic
def _write(parcels: list[Shipment], ways: History, rests: History, now: datetime) -> int:
    reports = last_reports([parcel.pk for parcel in parcels])
    firsts = set(
        DeliveryPrediction.objects.filter(shipment__in=parcels, is_first=True).values_list("shipment_id", flat=True)
    )
    changed, kept = [], []
    for parcel in parcels:
        found = _way_of(parcel, reports.get(parcel.pk), ways, rests, now)
        if found is None:
            continue
        start, way = found
        said = way.outlook()
        low, middle, high = (start + timedelta(days=days) for days in (said.low, said.middle, said.high))
        chance = _chance_late(parcel, start, way, now)
        old = (parcel.expected_at, parcel.late_chance or 0.0) if parcel.expected_at else None
        if not foretold_anew(old, (middle, chance or 0.0)):
            continue
        parcel.expected_at, parcel.expected_from, parcel.expected_to = middle, low, high
        parcel.late_chance, parcel.updated_at = chance, now
        changed.append(parcel)
        kept.append(
            DeliveryPrediction(
                shipment=parcel, carrier_id=parcel.carried_by_id, made_at=now, low=low, middle=middle, high=high,
                late_chance=chance, parcels=way.parcels, is_first=parcel.pk not in firsts,
            )
        )  # fmt: skip
    Shipment.objects.bulk_update(
        changed, ["expected_at", "expected_from", "expected_to", "late_chance", "updated_at"], batch_size=CHUNK
    )
    DeliveryPrediction.objects.bulk_create(kept)
    return len(kept)


def _way_of(
    parcel: Shipment, report: tuple[str, datetime] | None, ways: History, rests: History, now: datetime
) -> tuple[datetime, Way] | None:
    """From when its clock runs, and what is known of the time that it has left.

    After a late report (out for delivery, a failed attempt) that report says more than the hand-over does.
    """
    if report is not None and report[0] in LATE_KINDS:
        way = rests.of(report[0], parcel.carried_by_id)
        if way is not None:
            return report[1], way.after((now - report[1]).total_seconds() / DAY)
    order = parcel.order
    weekday = timezone.localtime(parcel.shipped_at, parcel.merchant.zone).weekday()
    way = ways.of(parcel.carried_by_id, order.ship_region, weekday)
    if way is None:
        return None
    return parcel.shipped_at, way.after((now - parcel.shipped_at).total_seconds() / DAY)


def _chance_late(parcel: Shipment, start: datetime, way: Way, now: datetime) -> float | None:
    if parcel.promised_at is None:
        return None
    if parcel.promised_at <= now:
        return 1.0
    return way.chance_after((parcel.promised_at - start).total_seconds() / DAY)
