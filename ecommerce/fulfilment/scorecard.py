"""How a carrier does: measured on the parcels of the last half year, and silent where those are too few to tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.utils import timezone

from ecommerce.fulfilment.models import Carrier, DeliveryPrediction, ParcelCase, Shipment, ShipmentQuerySet
from ecommerce.fulfilment.rules import DELIVERY_TOPICS

PERIOD = timedelta(days=182)
FEWEST = 20
MOST = 20_000
MOST_REGIONS = 40
DAY = 86_400.0


@dataclass(frozen=True)
class Row:
    """A carrier among the others. `on_time` and `share` are percent, `days` the mean of transit days.

    `complaints` are those about the delivery for 100 parcels.
    """

    parcels: int
    share: float
    on_time: float | None
    days: float | None
    cases: float | None
    complaints: float | None


@dataclass
class Group:
    """Parcels to one region or of one month. `days` are the transit days of those that arrived.

    `complaints` are those of their buyers about the delivery; not counted by month.
    """

    name: Any
    sent: int = 0
    due: int = 0
    on_time: int = 0
    days: list[float] = field(default_factory=list)
    complaints: int = 0

    @property
    def per_hundred(self) -> float | None:
        """Complaints about the delivery for 100 parcels."""
        return 100 * self.complaints / self.sent if self.sent >= FEWEST else None

    @property
    def percent(self) -> float | None:
        return 100 * self.on_time / self.due if self.due >= FEWEST else None

    @property
    def mean(self) -> float | None:
        return sum(self.days) / len(self.days) if len(self.days) >= FEWEST else None

    @property
    def slow(self) -> float | None:
        """The days within which nine of ten arrive."""
        return sorted(self.days)[int(0.9 * (len(self.days) - 1))] if len(self.days) >= FEWEST else None


@dataclass(frozen=True)
class Record:
    """What was foretold at the first telling, against what happened. Shares in percent, misses in days."""

    count: int
    inside: float | None
    miss: float | None
    late_said: int
    late_true: int


@dataclass(frozen=True)
class Card:
    all: Group
    regions: list[Group]
    months: list[Group]
    cases: float | None
    damaged: int
    cost: Decimal | None
    record: Record


def overview(now: datetime) -> dict[int, Row]:
    """How every carrier of the shop does, by its id. One query."""
    sent = Shipment.objects.filter(shipped_at__gt=now - PERIOD, shipped_at__lte=now, carried_by__isnull=False)
    trouble: Any = ParcelCase.objects.filter(
        shipment__carried_by_id=OuterRef("carried_by_id"), shipment__shipped_at__gt=now - PERIOD
    )
    trouble = trouble.order_by().values("shipment__carried_by_id")
    angry: Any = complained(sent.filter(carried_by_id=OuterRef("carried_by_id"))).values("carried_by_id")
    took = ExpressionWrapper(F("delivered_at") - F("shipped_at"), output_field=DurationField())
    late = Q(promised_at__lt=now, delivered_at=None) & ~Q(state=Shipment.State.DELIVERED)
    rows = list(
        sent.order_by()
        .values("carried_by_id")
        .annotate(
            parcels=Count("pk"),
            on_time=Count("pk", filter=Q(delivered_at__lte=F("promised_at"))),
            due=Count("pk", filter=Q(delivered_at__isnull=False, promised_at__isnull=False) | late),
            took=Avg(took, filter=Q(delivered_at__isnull=False)),
            trouble=Subquery(trouble.annotate(n=Count("shipment_id", distinct=True)).values("n")),
            angry=Subquery(angry.annotate(n=Count("order__complaints", distinct=True)).values("n")),
        )
    )
    total = sum(row["parcels"] for row in rows)
    found = {}
    for row in rows:
        pk, parcels = row["carried_by_id"], row["parcels"]
        enough = parcels >= FEWEST
        found[pk] = Row(
            parcels=parcels,
            share=100 * parcels / total,
            on_time=100 * row["on_time"] / row["due"] if row["due"] >= FEWEST else None,
            days=row["took"].total_seconds() / DAY if enough and row["took"] is not None else None,
            cases=100 * (row["trouble"] or 0) / parcels if enough else None,
            complaints=100 * (row["angry"] or 0) / parcels if enough else None,
        )
    return found


def complained(parcels: ShipmentQuerySet) -> ShipmentQuerySet:
    """Those of the parcels whose buyers complained about the delivery, unordered; one complaint may be of several."""
    return parcels.filter(order__complaints__topic__in=DELIVERY_TOPICS).order_by()


def scorecard(carrier: Carrier, now: datetime) -> Card:
    """All about one carrier: six queries, on its newest MOST parcels."""
    rows = list(
        Shipment.objects.filter(carried_by=carrier, shipped_at__gt=now - PERIOD, shipped_at__lte=now)
        .order_by("-shipped_at")
        .values_list("order__ship_region", "shipped_at", "promised_at", "delivered_at", "state")[:MOST]
    )
    whole, regions, months = Group(""), dict[str, Group](), dict[date, Group]()
    for region, sent, promised, came, state in rows:
        month = timezone.localtime(sent).date().replace(day=1)
        groups = (whole, regions.setdefault(region, Group(region)), months.setdefault(month, Group(month)))
        _count(groups, sent, promised, came, is_late=promised is not None and promised < now and state != "delivered")
    sent = len(rows)
    mine = Shipment.objects.filter(carried_by=carrier, shipped_at__gt=now - PERIOD)
    troubled = mine.filter(cases__isnull=False).distinct().count()
    damaged = mine.filter(order__returns__lines__reason="damaged").distinct().count()
    counted = complained(mine.filter(shipped_at__lte=now)).values_list("order__ship_region")
    for region, count in counted.annotate(n=Count("order__complaints", distinct=True)):
        whole.complaints += count
        if region in regions:
            regions[region].complaints = count
    return Card(
        all=whole,
        regions=sorted(regions.values(), key=lambda group: -group.sent)[:MOST_REGIONS],
        months=sorted(months.values(), key=lambda group: group.name),
        cases=100 * troubled / sent if sent >= FEWEST else None,
        damaged=damaged,
        cost=carrier.parcel_cost * sent if carrier.parcel_cost is not None else None,
        record=track_record(carrier, now),
    )


def _count(groups: Sequence[Group], sent: datetime, promised: Any, came: Any, *, is_late: bool) -> None:
    for group in groups:
        group.sent += 1
        if came is not None:
            group.days.append(max((came - sent).total_seconds(), 0.0) / DAY)
        if promised is not None and (came is not None or is_late):
            group.due += 1
            group.on_time += came is not None and came <= promised


def track_record(carrier: Carrier, now: datetime) -> Record:
    """What was first foretold of the carrier's parcels that have arrived since: one query."""
    told = DeliveryPrediction.objects.filter(
        carrier=carrier, is_first=True, made_at__gt=now - PERIOD, shipment__delivered_at__gt=F("made_at")
    ).order_by("-made_at")
    columns = ("low", "middle", "high", "late_chance", "shipment__delivered_at", "shipment__promised_at")
    return judged(told.values_list(*columns)[:MOST])


def judged(rows: Iterable[tuple[Any, ...]]) -> Record:
    """The record of (low, middle, high, chance of being late, delivered, promised)."""
    count = inside = said = true = 0
    missed = 0.0
    for low, middle, high, chance, came, promised in rows:
        count += 1
        inside += low <= came <= high
        missed += abs((middle - came).total_seconds()) / DAY
        if chance is not None and chance >= 0.5:
            said += 1
            true += promised is not None and came > promised
    if count < FEWEST:
        return Record(count, None, None, said, true)
    return Record(count, 100 * inside / count, missed / count, said, true)
