"""Reading parcels: for pages, API and exports alike."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from django.db.models import Case, Count, F, IntegerField, OuterRef, Prefetch, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from accounts.models import Membership, User
from ecommerce.fulfilment.models import (
    Carrier,
    CarrierDelay,
    CarrierService,
    ParcelCase,
    Shipment,
    ShipmentLine,
    ShipmentQuerySet,
    TrackingEvent,
)
from ecommerce.fulfilment.rules import Punctuality, carrier_key, kind_of_report, long_gap

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
WATCHED = timedelta(days=60)  # after which a parcel that never arrived is history, not work
GAPS_OF = timedelta(days=90)
MOST_GAPS = 50_000
DAY = 86_400.0
A_DAY = timedelta(days=1)
PUNCTUAL = timedelta(days=61)


def shipment_list() -> ShipmentQuerySet:
    """Parcels with what a row of a list shows. `promised` is `promised_at`, or far away where there is none."""
    named = Shipment.objects.select_related("merchant", "order__merchant", "warehouse", "carried_by")
    inside = ShipmentLine.objects.filter(shipment=OuterRef("pk")).order_by().values("shipment")
    units = Subquery(inside.annotate(n=Sum("quantity")).values("n"), output_field=IntegerField())
    rows: ShipmentQuerySet = named.annotate(promised=Coalesce("promised_at", Value(NEVER)), units=Coalesce(units, 0))
    return rows


def shipment_detail() -> ShipmentQuerySet:
    """Parcels with all that their own page shows."""
    rows: ShipmentQuerySet = Shipment.objects.select_related("merchant", "order__merchant", "warehouse", "carried_by")
    lines = ShipmentLine.objects.select_related("order_line__variant")
    return rows.prefetch_related(Prefetch("lines", lines), "events", "cases")


def search_shipments(rows: ShipmentQuerySet, words: str) -> ShipmentQuerySet:
    """Parcels whose tracking number, order or buyer is `words`, or begins with it."""
    return rows.filter(
        Q(tracking_number__istartswith=words.replace(" ", ""))
        | Q(order__number__istartswith=words.lstrip("#"))
        | Q(order__buyer_name__icontains=words)
        | Q(order__buyer_email__istartswith=words)
    )


def carriers_used(limit: int = 20) -> list[str]:
    """The carriers of the newest parcels, to choose from."""
    names = Shipment.objects.exclude(carrier="").order_by("-shipped_at").values_list("carrier", flat=True)[:200]
    return list(dict.fromkeys(names))[:limit]


def carrier_list() -> Any:
    """Carriers with how many parcels each has under way."""
    moving = Q(shipments__state__in=[Shipment.State.IN_TRANSIT, Shipment.State.OUT_FOR_DELIVERY])
    return Carrier.objects.select_related("merchant").annotate(under_way=Count("shipments", filter=moving))


def carrier_keys() -> dict[str, Carrier]:
    """Every name a carrier of the shop goes by, as rules.carrier_key() has it: one query."""
    return {key: carrier for carrier in Carrier.objects.all() for key in carrier.keys}


def carrier_called(text: str) -> Carrier | None:
    """The carrier of the shop that goes by this name, or None."""
    key = carrier_key(text)
    return carrier_keys().get(key) if key else None


def promised_days(carrier: Carrier, region: str) -> int | None:
    """The days the carrier promises to a region, the longest of its services; None where it promises nothing."""
    days: dict[str, int] = {}
    for service in CarrierService.objects.filter(carrier=carrier, region__in=["", region]):
        days[service.region] = max(days.get(service.region, 0), service.days)
    return days.get(region) or days.get("")


def under_watch(now: datetime) -> Any:
    """Parcels that have not arrived and are not given up, were sent within WATCHED, and are before `now`."""
    rows = Shipment.objects.exclude(state__in=Shipment.ARRIVED).filter(lost_at=None)
    rows = rows.select_related("merchant", "order")
    return rows.filter(shipped_at__gt=now - WATCHED, shipped_at__lte=now)


def last_reports(shipments: Collection[int]) -> dict[int, tuple[str, datetime]]:
    """The kind and time of the latest report of each parcel that has one: one query."""
    rows = TrackingEvent.objects.filter(shipment__in=shipments).order_by("at", "pk")
    return {pk: (kind_of_report(kind, state), at) for pk, kind, state, at in rows.values_list(
        "shipment_id", "kind", "state", "at"
    )}  # fmt: skip


def long_gaps(now: datetime) -> dict[int | None, timedelta]:
    """For each carrier (and None) with parcels under watch, how long it may be silent before something is wrong."""
    reports = TrackingEvent.objects.filter(at__gt=now - GAPS_OF, at__lte=now).order_by("-at")
    newest = reports.values_list("shipment_id", "shipment__carried_by_id", "at")[:MOST_GAPS]
    later: dict[int, datetime] = {}
    waits: dict[int | None, list[float]] = {}
    for shipment, carrier, at in newest.iterator(chunk_size=5000):
        if shipment in later:
            waits.setdefault(carrier, []).append((later[shipment] - at).total_seconds() / DAY)
        later[shipment] = at
    carriers = set(under_watch(now).order_by().values_list("carried_by_id", flat=True).distinct())
    return {carrier: long_gap(waits.get(carrier, [])) for carrier in carriers}


def _due(since: datetime, until: datetime) -> Any:
    """Parcels of known carriers promised after `since` and by `until`, with what is late of them at `until`."""
    sent = Shipment.objects.filter(
        carried_by__isnull=False, promised_at__gt=since, promised_at__lte=until, shipped_at__gt=since - WATCHED
    )
    late = Q(delivered_at__gt=F("promised_at")) | Q(delivered_at=None) & ~Q(state__in=Shipment.ARRIVED)
    return sent.exclude(state=Shipment.State.RETURNED).order_by().annotate(is_late=Case(When(late, then=1), default=0))


def punctuality_now(now: datetime) -> dict[int, Punctuality]:
    """How each carrier does with the parcels promised within a day up to `now`: one query."""
    rows = _due(now - A_DAY, now).values("carried_by_id").annotate(late=Sum("is_late"), due=Count("pk"))
    return {row["carried_by_id"]: Punctuality(row["late"], row["due"]) for row in rows}


def punctuality_before(carriers: Collection[int], now: datetime, zone: tzinfo) -> dict[int, list[Punctuality]]:
    """How these carriers did on each of the PUNCTUAL days before, without those told as a delay: two queries."""
    since = now - PUNCTUAL
    told = CarrierDelay.objects.filter(carrier__in=carriers, day__gte=since.astimezone(zone).date())
    apart = {(one, day - A_DAY * back) for one, day in told.values_list("carrier_id", "day") for back in (0, 1)}
    rows = (
        _due(since, now - A_DAY)
        .filter(carried_by__in=carriers)
        .values("carried_by_id", on=TruncDate("promised_at", tzinfo=zone))
        .annotate(late=Sum("is_late"), due=Count("pk"))
    )
    found: dict[int, list[Punctuality]] = {}
    for row in rows:
        if (row["carried_by_id"], row["on"]) not in apart:
            found.setdefault(row["carried_by_id"], []).append(Punctuality(row["late"], row["due"]))
    return found


def overdue_cases(carriers: Collection[int]) -> dict[int, int]:
    """How many parcels of each carrier wait with their promised day passed: one query."""
    waiting = ParcelCase.objects.waiting(now=timezone.now())
    rows = waiting.filter(reason=ParcelCase.Reason.OVERDUE, shipment__carried_by__in=carriers)
    return dict(rows.order_by().values_list("shipment__carried_by_id").annotate(Count("pk")))


def case_list() -> Any:
    """Cases with what a row of the queue shows."""
    return ParcelCase.objects.select_related(
        "merchant", "shipment__merchant", "shipment__order__merchant", "shipment__carried_by", "shipment__warehouse",
        "assigned_to",
    )  # fmt: skip


def search_cases(rows: Any, words: str) -> Any:
    """Cases of parcels whose tracking number, order or buyer is `words`, or begins with it."""
    return rows.filter(
        Q(shipment__tracking_number__istartswith=words.replace(" ", ""))
        | Q(shipment__order__number__istartswith=words.lstrip("#"))
        | Q(shipment__order__buyer_name__icontains=words)
    )


def team() -> Any:
    """The people of the shop, to whom a case can be given."""
    return User.objects.filter(pk__in=Membership.objects.values("user_id"), is_active=True).order_by("name", "pk")
