"""What was promised against what it took, by carrier and region: one table for pages, files and programs.

Days count from the hand-over and are told to a tenth. What was promised is what the parcels themselves were promised
(the order's promise, else the carrier's), which is also what being on time is held against; where no parcel has a
promise, what the carrier's services promise to the region.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Func, IntegerField, Q, QuerySet

from ecommerce.fulfilment.models import Carrier, CarrierService, Shipment
from ecommerce.fulfilment.scorecard import FEWEST, PERIOD

Key = tuple[int, str]
MIDDLE, MOST_OF_THEM = 0.5, 0.9


class TenthsOfDays(Func):
    """Tenths of days from the second moment to the first: whole numbers, so that the database can count them."""

    arity = 2
    template = "CAST(ROUND(10 * (%(expressions)s)) AS INTEGER)"
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        moments = (Func(one, function="JULIANDAY") for one in self.get_source_expressions())
        until, since = (compiler.compile(one) for one in moments)
        sql = self.template % {"expressions": f"{until[0]} - {since[0]}"}
        return sql, (*until[1], *since[1])

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "ROUND(EXTRACT(EPOCH FROM (%(expressions)s)) / 8640)::integer"
        return self.as_sql(compiler, connection, template=template, arg_joiner=" - ", **context)


@dataclass
class _Tally:
    """Parcels of a carrier to a region; `took` and `promised` count them by tenths of days."""

    parcels: int = 0
    due: int = 0
    on_time: int = 0
    took: Counter[int] = field(default_factory=Counter)
    promised: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True)
class CarrierRegion:
    """A carrier's parcels to a region. Figures are None where fewer than FEWEST parcels speak for them.

    `promised` is the middle of `promises` promised days; with none it is what the carrier's services promise now.
    `middle` and `slow` are the days within which half and nine in ten of the `arrived` came, `difference` is `middle`
    less `promised`: below zero is earlier. `on_time` is the percentage of the `due` ones that came by their day.
    """

    carrier: Carrier
    region: str
    parcels: int
    promised: float | None
    promises: int
    middle: float | None
    slow: float | None
    arrived: int
    difference: float | None
    on_time: float | None
    due: int

    @property
    def name(self) -> str:
        return self.carrier.name


def parcels_sent(now: datetime) -> QuerySet[Shipment]:
    """The parcels of known carriers that the table is of: those of the last half year."""
    return Shipment.objects.filter(shipped_at__gt=now - PERIOD, shipped_at__lte=now, carried_by__isnull=False)


def by_carrier_and_region(parcels: QuerySet[Shipment], now: datetime) -> list[CarrierRegion]:
    """The table of some of parcels_sent(), most parcels first: four queries, however many parcels there are.

    Two of them count, by the index of parcels by the day they were sent, and give a row for each tenth of a day that
    occurs: the quantiles are those of the parcels themselves, at the ranks that the scorecard takes.
    """
    tallies = _tallies(parcels, now)
    if not tallies:
        return []
    carriers = Carrier.objects.select_related("merchant").in_bulk({carrier for carrier, _ in tallies})
    services = _services(carriers)
    found = [
        _row(carriers[carrier], region, tally, services.get((carrier, region)) or services.get((carrier, "")))
        for (carrier, region), tally in tallies.items()
    ]
    return sorted(found, key=lambda row: (-row.parcels, row.name, row.region))


def _tallies(parcels: QuerySet[Shipment], now: datetime) -> dict[Key, _Tally]:
    tallies: dict[Key, _Tally] = defaultdict(_Tally)
    late = Q(promised_at__lt=now, delivered_at=None) & ~Q(state=Shipment.State.DELIVERED)
    rows = parcels.order_by().values("carried_by_id", region=F("order__ship_region"))
    came = rows.annotate(
        tenths=TenthsOfDays("delivered_at", "shipped_at"),
        parcels=Count("pk"),
        due=Count("pk", filter=Q(delivered_at__isnull=False, promised_at__isnull=False) | late),
        on_time=Count("pk", filter=Q(delivered_at__lte=F("promised_at"))),
    )
    for row in came:
        tally = tallies[row["carried_by_id"], row["region"]]
        tally.parcels += row["parcels"]
        tally.due += row["due"]
        tally.on_time += row["on_time"]
        if row["tenths"] is not None:
            tally.took[max(row["tenths"], 0)] += row["parcels"]
    told = rows.filter(promised_at__isnull=False)
    for one in told.annotate(tenths=TenthsOfDays("promised_at", "shipped_at"), parcels=Count("pk")):
        tallies[one["carried_by_id"], one["region"]].promised[max(one["tenths"], 0)] += one["parcels"]
    return tallies


def _services(carriers: Mapping[int, Carrier]) -> dict[Key, int]:
    """The days that services promise, the longest of each carrier and region; "" is any other region."""
    days: dict[Key, int] = {}
    for service in CarrierService.objects.filter(carrier__in=carriers):
        key = service.carrier_id, service.region
        days[key] = max(days.get(key, 0), service.days)
    return days


def _row(carrier: Carrier, region: str, tally: _Tally, service: int | None) -> CarrierRegion:
    arrived, promises = tally.took.total(), tally.promised.total()
    middle, slow = (_quantile(tally.took, level) for level in (MIDDLE, MOST_OF_THEM))
    promised = float(service) if service is not None and not promises else _quantile(tally.promised, MIDDLE)
    apart = None if middle is None or promised is None else round(middle - promised, 1)
    on_time = 100 * tally.on_time / tally.due if tally.due >= FEWEST else None
    return CarrierRegion(
        carrier, region, tally.parcels, promised, promises, middle, slow, arrived, apart, on_time, tally.due
    )


def _quantile(tenths: Counter[int], level: float) -> float | None:
    """Days of the parcel at the rank that the scorecard takes; None for fewer than FEWEST parcels."""
    count = tenths.total()
    if count < FEWEST:
        return None
    rank, passed = int(level * (count - 1)), 0
    for value, parcels in sorted(tenths.items()):
        passed += parcels
        if passed > rank:
            return value / 10
    raise AssertionError("the rank lies within the count")
