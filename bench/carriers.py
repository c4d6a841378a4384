"""How well the arrival of parcels is foretold: Olist's deliveries and the demo's history, week by week.

Every Monday the history of what was known by then says, for the parcels handed over in the week that follows, when
they arrive: at the hand-over, and once more halfway to what was said, for those that are still under way. Rules
to beat: the promised day, and the mean days of the carrier's arrived parcels. Olist names no carrier: it has one.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from bench.figures import Figure
from bench.place import data_file

WINDOW = 180.0
DAY = 86_400.0
COVERAGE = (77.0, 83.0)
WARM_UP = timedelta(days=60)


@dataclass(frozen=True)
class Parcel:
    groups: tuple[Any, ...]
    sent: datetime
    came: datetime
    promised: datetime


def run() -> Iterator[Figure]:
    folder = data_file("olist")
    if folder is None:
        print("carriers: no Olist data; only the demo's rules are tried.", file=sys.stderr)
    else:
        yield from _judge("Olist", olist(Path(folder)))
    yield from _judge("demo's rules", made_up())


def olist(folder: Path) -> list[Parcel]:
    """Parcels with a hand-over, a delivery and a promise in order; a few of the file's have none or go backward."""
    with gzip.open(folder / "customers.csv.gz", "rt", encoding="utf-8") as lines:
        states = {row["customer_id"]: row["customer_state"] for row in csv.DictReader(lines)}
    found = []
    with gzip.open(folder / "orders_partial_36764.csv.gz", "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            sent, came = row["order_delivered_carrier_date"], row["order_delivered_customer_date"]
            if not sent or not came or sent >= came:
                continue
            at = datetime.fromisoformat(sent)
            promised = datetime.fromisoformat(row["order_estimated_delivery_date"])
            groups = (1, states.get(row["customer_id"], ""), at.weekday())
            found.append(Parcel(groups, at, datetime.fromisoformat(came), promised))
    return sorted(found, key=lambda parcel: parcel.sent)


def made_up(count: int = 20_000) -> list[Parcel]:
    """Parcels as the demo sends them: six carriers alike but one, which takes 2.4 times as long in the last weeks."""
    chance, start = Random(7), datetime(2026, 1, 1)
    found = []
    for number in range(count):
        at = start + timedelta(days=330 * number / count)
        carrier, region = chance.randrange(6), chance.randrange(20)
        slow = carrier == 3 and at > start + timedelta(days=290)
        days = chance.lognormvariate(0.95, 0.35) * (2.4 if slow else 1.0)
        groups = (carrier, region, at.weekday())
        found.append(Parcel(groups, at, at + timedelta(days=days), at + timedelta(days=4)))
    return found


@dataclass
class Record:
    inside: int = 0
    count: int = 0
    ours: float = 0.0
    promise: float = 0.0
    mean: float = 0.0
    pinball: float = 0.0
    pinball_mean: float = 0.0

    def add(self, low: float, middle: float, high: float, took: float, promise: float, mean: float) -> None:
        self.count += 1
        self.inside += low <= took <= high
        self.ours += abs(middle - took)
        self.promise += abs(promise - took)
        self.mean += abs(mean - took)
        for level, value in ((0.1, low), (0.5, middle), (0.9, high)):
            self.pinball += _pinball(level, value, took) / 3
            self.pinball_mean += _pinball(level, mean, took) / 3


def _pinball(level: float, said: float, took: float) -> float:
    return (took - said) * level if took >= said else (said - took) * (1 - level)


def _judge(name: str, parcels: Sequence[Parcel]) -> Iterator[Figure]:
    from ecommerce.fulfilment.transit import History, Trip

    begun, half = Record(), Record()
    monday = parcels[0].sent.replace(hour=0, minute=0, second=0, microsecond=0) + WARM_UP
    while monday < parcels[-1].sent:
        ahead = [one for one in parcels if monday <= one.sent < monday + timedelta(days=7)]
        known = [one for one in parcels if monday - timedelta(days=WINDOW) <= one.sent < monday]
        monday += timedelta(days=7)
        if not ahead:
            continue
        now = monday - timedelta(days=7)
        trips = [
            Trip(one.groups, (min(one.came, now) - one.sent).total_seconds() / DAY, one.came <= now,
                 (now - one.sent).total_seconds() / DAY)
            for one in known
        ]  # fmt: skip
        history = History(trips)
        means: dict[Any, list[float]] = {}
        for trip in trips:
            if trip.arrived:
                means.setdefault(trip.groups[0], []).append(trip.days)
        for one in ahead:
            way, past = history.of(*one.groups), means.get(one.groups[0])
            if way is None or not past:
                continue
            took = (one.came - one.sent).total_seconds() / DAY
            promise = max((one.promised - one.sent).total_seconds() / DAY, 0.0)
            mean, said = sum(past) / len(past), way.outlook()
            begun.add(said.low, said.middle, said.high, took, promise, mean)
            passed = said.middle / 2
            if took > passed:
                later = way.after(passed).outlook()
                half.add(later.low, later.middle, later.high, took, max(promise, passed), max(mean, passed))
    for when, record in (("at hand-over", begun), ("halfway", half)):
        inside = 100 * record.inside / record.count
        title = f"{name}, {when} ({record.count:,} parcels)"
        yield Figure(f"{title}: inside 80 %, at least", inside, "%", 80, "its name", COVERAGE[0], "higher", "figure")
        yield Figure(f"{title}: inside 80 %, at most", inside, "%", 80, "its name", COVERAGE[1], "lower", "figure")
        ours, count = record.ours / record.count, record.count
        yield Figure(f"{title}: mean miss", ours, "days", record.promise / count, "promised day", 1.0, "lower")
        yield Figure(f"{title}: mean miss", ours, "days", record.mean / count, "carrier's mean", 1.0, "lower")
        yield Figure(
            f"{title}: pinball", record.pinball / count, "days", record.pinball_mean / count, "carrier's mean", 1.0,
            "lower",
        )  # fmt: skip
