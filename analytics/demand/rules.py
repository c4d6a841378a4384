"""Decisions about demand forecasts: how they are cut, packed, named and kept. No database, no clock."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

import numpy as np

from analytics.engine.demand import LEVELS, Demand
from analytics.engine.protocol import Array

HORIZON: Final = 28
SERIES_AT_ONCE: Final = 2_000  # of a chunk: some 150 MB for three years of days
HISTORY: Final = 3 * 364  # days looked back: three whole years of weeks
WINDOWS: Final = (1, 2, 4, 7, 14, 21, 28)  # beside the lead time and the time until the delivery after it
LARGEST: Final = 65_504.0  # the largest half-precision number: sums of up to 4,290 million units can be kept
KEPT_DAYS: Final = 63  # array rows stay that long after the last day they speak of: nine weeks of track record
FRESH_DAYS: Final = 7  # an outlook made from older data is not used to warn of stock
SILENT_FAILURES: Final = 200  # reasons kept per run; all are counted

# What was done with a series, as bits of DemandForecast.notes: the masks of engine.demand and one of our own.
NOTES: Final = ("gaps", "negative", "absurd", "leading", "silent", "young", "dormant")

# What the steps of a forecast are scored in: name -> first and last step. Days one by one, then their sum.
DAY_BUCKETS: Final = {"days-1-7": (1, 7), "days-8-14": (8, 14), "days-15-28": (15, 28)}
SUM_BUCKETS: Final = {"sum-7": (1, 7), "sum-28": (1, 28)}
BUCKETS: Final = {**DAY_BUCKETS, **SUM_BUCKETS}


def windows_of(horizon: int, lead: int, review: int) -> list[int]:
    """The numbers of days whose sums get quantiles: they rise and end with the horizon."""
    wanted = {*WINDOWS, lead, lead + review, horizon}
    return sorted(days for days in wanted if 1 <= days <= horizon)


def cut(series: int, most: int = SERIES_AT_ONCE) -> list[slice]:
    """Chunks of nearly the same size, none larger than `most`."""
    count = -(-series // most)
    edges = [round(place * series / count) for place in range(count + 1)] if count else []
    return [slice(begin, end) for begin, end in pairwise(edges)]


def pack_ids(ids: Sequence[int]) -> bytes:
    return zlib.compress(np.asarray(ids, dtype="<i8").tobytes(), 6)


def unpack_ids(packed: bytes) -> list[int]:
    found: list[int] = np.frombuffer(zlib.decompress(packed), dtype="<i8").tolist()
    return found


@dataclass(frozen=True)
class Paths:
    """Forecasts as they are kept: series x horizon, series x horizon x LEVELS, series x windows x LEVELS."""

    mean: Array
    quantiles: Array
    totals: Array


def pack(demand: Demand) -> tuple[list[bytes], Paths]:
    """One row of bytes per series, and the forecasts as they will be read back.

    Square roots in half precision (0.1 % of a value), deflated: a sixth of plain single precision, and finer than the
    three digits that are ever shown.
    """
    count = len(demand.mean)
    table = np.concatenate(
        [demand.mean, demand.quantiles.reshape(count, -1), demand.totals.reshape(count, -1)], axis=1, dtype=np.float32
    )
    roots = np.minimum(np.sqrt(table), LARGEST).astype("<f2")
    kept = _paths(roots, demand.mean.shape[1], len(demand.windows))
    return [zlib.compress(row.tobytes(), 1) for row in roots], kept


def pack_sums(totals: Array) -> list[bytes]:
    """Quantiles of sums, series x windows x LEVELS, as one row of bytes a series: roots in half precision."""
    roots = np.minimum(np.sqrt(np.asarray(totals, dtype=np.float32)), LARGEST).astype("<f2")
    return [row.tobytes() for row in roots]


def unpack_sums(rows: Iterable[bytes], windows: int) -> Array:
    """What pack_sums() packed."""
    roots = np.frombuffer(b"".join(rows), dtype="<f2").reshape(-1, windows, len(LEVELS))
    return roots.astype(float) ** 2


def unpack(rows: Iterable[bytes], horizon: int, windows: int) -> Paths:
    """The forecasts of packed rows, all of the same horizon and number of windows."""
    block = b"".join(zlib.decompress(row) for row in rows)
    width = horizon + (horizon + windows) * len(LEVELS)
    return _paths(np.frombuffer(block, dtype="<f2").reshape(-1, width), horizon, windows)


def _paths(roots: np.ndarray, horizon: int, windows: int) -> Paths:
    table = roots.astype(float) ** 2
    middle = horizon * (1 + len(LEVELS))
    return Paths(
        table[:, :horizon],
        table[:, horizon:middle].reshape(-1, horizon, len(LEVELS)),
        table[:, middle:].reshape(-1, windows, len(LEVELS)),
    )


def noted(demand: Demand) -> np.ndarray:
    """The notes of each series as one number."""
    bits = np.zeros(len(demand.mean), dtype=np.int64)
    for place, name in enumerate(NOTES):
        if name in demand.notes:
            bits |= demand.notes[name].astype(np.int64) << place
    return bits


def notes_of(bits: int) -> list[str]:
    return [name for place, name in enumerate(NOTES) if bits >> place & 1]


def digest_of_rows(rows: Iterable[tuple[int, int, str, bytes]]) -> str:
    """SHA-256 over (variant, notes, pattern, packed forecast), in the order given."""
    whole = hashlib.sha256()
    for variant, notes, pattern, path in rows:
        whole.update(f"{variant} {notes} {pattern} {len(path)}\n".encode())
        whole.update(path)
    return whole.hexdigest()


def bucket_is_over(bucket: str, data_to: date, horizon: int, until: date) -> bool:
    """Whether the last step of a bucket, as far as the horizon reaches, is on or before `until`."""
    return data_to + timedelta(days=min(BUCKETS[bucket][1], horizon)) <= until


def buckets_of(horizon: int) -> list[str]:
    """The buckets that a horizon touches."""
    return [name for name, (first, last) in BUCKETS.items() if (last if name in SUM_BUCKETS else first) <= horizon]


LONGEST_LEAD: Final = 180  # days until a delivery that terms may name
LONGEST_REVIEW: Final = 90  # days from one order to the next
LEAST_LEVEL, MOST_LEVEL, LEVEL_STEP = 50.0, 99.5, 0.5  # percent: the service levels that can be promised
BESIDE: Final = (0.80, 0.90, 0.95)  # levels that the one promised is shown beside
CLASSES: Final = "ABC"  # by value, for each of which a service level is kept
SERVICE_WEEKS: Final = 12  # weeks of a promise that are shown, and made up for


def is_level(level: float) -> bool:
    """Whether a service level, a share of one, can be promised: LEAST_LEVEL to MOST_LEVEL in whole LEVEL_STEPs."""
    steps = 100.0 * level / LEVEL_STEP
    return LEAST_LEVEL <= round(100.0 * level, 6) <= MOST_LEVEL and abs(steps - round(steps)) < 1e-6


def level_key(level: float) -> str:
    """A service level as addresses and forms name it, in percent: "90", "97.5"."""
    return f"{round(100.0 * level, 1):g}"


LEAST_DAYS: Final = 28  # from the first sale of the shop on; with fewer there is no forecast


@dataclass(frozen=True)
class Refusal:
    """Why no run can be made: a code and the figures of its sentence."""

    code: str
    facts: dict[str, str | int]


def refusal(first: date | None, last: date | None) -> Refusal | None:
    """Whether the days from the shop's first sale to the last one known are too few."""
    if first is None or last is None or last < first:
        return Refusal("no_sales", {})
    days = (last - first).days + 1
    if days < LEAST_DAYS:
        ready = last + timedelta(days=LEAST_DAYS - days + 1)
        return Refusal("too_short", {"have": days, "need": LEAST_DAYS, "ready_on": ready.isoformat()})
    return None
