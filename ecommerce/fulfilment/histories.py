"""The shop's own parcels of the past, as transit.History reads them: two queries."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from ecommerce.fulfilment.models import Shipment, TrackingEvent
from ecommerce.fulfilment.rules import KIND_OF_STATE, kind_of_report
from ecommerce.fulfilment.transit import History, Trip

PERIOD = timedelta(days=180)
MOST_PARCELS = 50_000
LATE_KINDS = ("out_for_delivery", "failed_attempt", "address_problem", "problem")
LATE_STATES = tuple(state for state, kind in KIND_OF_STATE.items() if kind in LATE_KINDS)
DAY = 86_400.0


def histories(now: datetime) -> tuple[History, History]:
    """(from the hand-over, by carrier, region and weekday; from the last late report, by its kind and carrier).

    A parcel that came back to the sender says nothing of how long the way to the buyer is, and is left out.
    """
    return _from_hand_over(now), _from_late_reports(now)


def _from_hand_over(now: datetime) -> History:
    zone = timezone.get_current_timezone()
    rows = (
        Shipment.objects.filter(shipped_at__gt=now - PERIOD, shipped_at__lte=now)
        .exclude(state=Shipment.State.RETURNED)
        .exclude(Q(state=Shipment.State.DELIVERED) & Q(delivered_at=None))
        .order_by("-shipped_at")
        .values_list("carried_by_id", "order__ship_region", "shipped_at", "delivered_at")[:MOST_PARCELS]
    )
    trips = []
    for carrier, region, sent, came in rows.iterator(chunk_size=5000):
        until = min(came or now, now)
        trips.append(
            Trip(
                (carrier, region, timezone.localtime(sent, zone).weekday()),
                max((until - sent).total_seconds(), 0.0) / DAY,
                came is not None and came <= now,
                (now - sent).total_seconds() / DAY,
            )
        )
    return History(trips)


def _from_late_reports(now: datetime) -> History:
    rows = (
        TrackingEvent.objects.filter(at__gt=now - PERIOD, at__lte=now, state__in=LATE_STATES)
        .exclude(shipment__state=Shipment.State.RETURNED)
        .order_by("-at")
        .values_list("kind", "state", "at", "shipment__carried_by_id", "shipment__delivered_at")[:MOST_PARCELS]
    )
    trips = []
    for kind, state, at, carrier, came in rows.iterator(chunk_size=5000):
        until = min(came or now, now)
        if until >= at:
            trips.append(
                Trip(
                    (kind_of_report(kind, state), carrier),
                    (until - at).total_seconds() / DAY,
                    came is not None and came <= now,
                    (now - at).total_seconds() / DAY,
                )
            )
    return History(trips)
