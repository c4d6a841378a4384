"""How demand forecasts turned out, per run, days ahead and kind of product; and letting go of rows that were scored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from accounts.merchants.models import Merchant
from analytics import frames
from analytics.demand.models import DemandForecast, DemandRelease, DemandResult, DemandRun, DemandScore
from analytics.demand.rules import (
    BUCKETS,
    KEPT_DAYS,
    SERIES_AT_ONCE,
    SUM_BUCKETS,
    Paths,
    bucket_is_over,
    buckets_of,
)
from analytics.engine.demand import LEVELS
from analytics.engine.panel_backtest import seasonal_naive
from analytics.engine.protocol import WEEK, Array
from analytics.facts.models import DirtyDay
from analytics.forecasts.queries import edges

BANDS = {"inside_50": (0.25, 0.75), "inside_80": (0.10, 0.90), "inside_95": (0.025, 0.975)}
DELETED_AT_ONCE = 10_000


def score_due_runs() -> int:
    """Score every bucket of days that is over and counted, once. Returns how many buckets of runs were scored."""
    merchant = Merchant.objects.in_scope()
    span = edges(merchant, merchant.today())
    if span is None:
        return 0
    dirty = sorted(DirtyDay.objects.values_list("day", flat=True))
    count = 0
    for run in _unscored().select_related("result").order_by("pk"):
        assert run.data_to is not None
        known = set(run.scores.filter(pattern="").values_list("bucket", flat=True))
        last = run.data_to + timedelta(days=run.horizon)
        until = min([span[1], *(day - timedelta(days=1) for day in dirty if run.data_to < day <= last)])
        due = [
            bucket
            for bucket in buckets_of(run.horizon)
            if bucket not in known and bucket_is_over(bucket, run.data_to, run.horizon, until)
        ]
        if due:
            _score(run, merchant, due)
            count += len(due)
    return count


def _unscored() -> QuerySet[DemandRun]:
    """Runs with forecasts of which some bucket has no score yet."""
    whole = DemandRun.objects.closed().exclude(result__outcome=DemandResult.Outcome.REFUSED).filter(release=None)
    counted = whole.annotate(scored=Count("scores", filter=Q(scores__pattern="")))
    return counted.filter(scored__lt=len(BUCKETS)).order_by("pk")


def is_scored(run: DemandRun) -> bool:
    """Whether every bucket of a run has its score."""
    known = set(run.scores.filter(pattern="").values_list("bucket", flat=True))
    return known >= set(buckets_of(run.horizon))


@dataclass
class _Tally:
    """Sums over the compared values of a bucket and pattern."""

    series: int = 0
    points: int = 0
    sold: float = 0.0
    said: float = 0.0
    square: float = 0.0
    naive_square: float = 0.0
    size: float = 0.0
    naive_size: float = 0.0
    pinball: float = 0.0
    inside: tuple[float, ...] = (0.0, 0.0, 0.0)

    def add(self, said: Array, quantiles: Array, naive: Array, came: Array) -> None:
        """`said`, `naive` and `came` are series x values, NaN in `came` where nothing is to be compared."""
        known = np.isfinite(came) & np.isfinite(naive)
        actual, error, guess = came[known], (said - came)[known], (naive - came)[known]
        bands = quantiles[known]
        gaps = actual[:, None] - bands
        levels = np.asarray(LEVELS)
        self.series += int(known.any(axis=1).sum())
        self.points += int(known.sum())
        self.sold += float(actual.sum())
        self.said += float(said[known].sum())
        self.square += float((error**2).sum())
        self.naive_square += float((guess**2).sum())
        self.size += float(np.abs(error).sum())
        self.naive_size += float(np.abs(guess).sum())
        self.pinball += float(np.maximum(levels * gaps, (levels - 1.0) * gaps).mean(axis=1).sum())
        held = (
            float(((actual >= bands[:, LEVELS.index(low)]) & (actual <= bands[:, LEVELS.index(high)])).sum())
            for low, high in BANDS.values()
        )
        self.inside = tuple(old + new for old, new in zip(self.inside, held, strict=True))

    def score(self, run: DemandRun, bucket: str, pattern: str) -> DemandScore:
        made = DemandScore(run=run, bucket=bucket, pattern=pattern, series=self.series, points=self.points)
        made.sold, made.said = self.sold, self.said
        if self.points:
            made.error = float(np.sqrt(self.square / self.points))
            made.naive_error = float(np.sqrt(self.naive_square / self.points))
            made.miss, made.naive_miss = self.size / self.points, self.naive_size / self.points
            made.pinball = self.pinball / self.points
            for name, held in zip(BANDS, self.inside, strict=True):
                setattr(made, name, held / self.points)
        return made


def _score(run: DemandRun, merchant: Merchant, due: list[str]) -> None:
    tallies: dict[tuple[str, str], _Tally] = defaultdict(_Tally)
    for bucket in due:
        tallies[bucket, ""] = _Tally()
    for variants, patterns, paths in _blocks(run):
        came, naive = _what_came(run, merchant, variants, due)
        for bucket in due:
            parts = _compared(bucket, run, paths, naive, came)
            tallies[bucket, ""].add(*parts)
            for pattern in np.unique(patterns).tolist():
                rows = patterns == pattern
                tallies[bucket, pattern].add(*(part[rows] for part in parts))
    scores = [tally.score(run, bucket, pattern) for (bucket, pattern), tally in sorted(tallies.items())]
    with transaction.atomic():
        DemandScore.objects.bulk_create(scores, ignore_conflicts=True)


def _blocks(run: DemandRun) -> Iterator[tuple[list[int], np.ndarray, Paths]]:
    """The forecasts of a run, a chunk's number at a time, so that memory stays bounded."""
    rows: Any = DemandForecast.objects.filter(run=run).order_by("variant_id")
    stream = rows.values_list("variant_id", "pattern", "path").iterator(chunk_size=SERIES_AT_ONCE)
    while block := list(islice(stream, SERIES_AT_ONCE)):
        variants, patterns, packed = zip(*block, strict=True)
        yield list(variants), np.array(patterns), run.unpack([bytes(path) for path in packed])


def _what_came(run: DemandRun, merchant: Merchant, variants: list[int], due: list[str]) -> tuple[Array, Array]:
    """Units per variant and step, and what "same weekday of the last week known then" would have said.

    NaN where nothing was there to be sold, on days that were over when the run was made, and beyond the due buckets.
    """
    assert run.data_to is not None
    last = min(max(BUCKETS[bucket][1] for bucket in due), run.horizon)
    first = run.data_to - timedelta(days=WEEK - 1)
    until = run.data_to + timedelta(days=last)
    panel = frames.variant_units(variants, first, until)
    panel[frames.sold_out_days(variants, first, until, merchant) & (panel == 0)] = np.nan
    naive = seasonal_naive(panel[:, :WEEK], run.horizon, WEEK)
    came = np.full((len(variants), run.horizon), np.nan)
    came[:, :last] = panel[:, WEEK:]
    over = (merchant.day_of(run.made_at) - run.data_to).days - 1
    came[:, : max(over, 0)] = np.nan
    return came, naive


def _compared(
    bucket: str, run: DemandRun, paths: Paths, naive: Array, came: Array
) -> tuple[Array, Array, Array, Array]:
    first, last = BUCKETS[bucket]
    steps = slice(first - 1, min(last, run.horizon))
    if bucket not in SUM_BUCKETS:
        return paths.mean[:, steps], paths.quantiles[:, steps], naive[:, steps], came[:, steps]
    totals = paths.totals[:, [run.windows.index(last)]]
    said, guess, actual = (part[:, steps].sum(axis=1, keepdims=True) for part in (paths.mean, naive, came))
    return said, totals, guess, actual


def let_rows_go() -> int:
    """Delete the rows of runs all of whose days were scored KEPT_DAYS ago or earlier. Returns how many rows went.

    What is not scored stays, however old. The release is written first and the database lets no row go without it, so
    a killed worker leaves nothing but rows that go with the next night.
    """
    merchant = Merchant.objects.in_scope()
    oldest = merchant.today() - timedelta(days=KEPT_DAYS)
    closed = DemandRun.objects.closed().filter(release=None, data_to__isnull=False)
    for run in closed.exclude(result__outcome=DemandResult.Outcome.REFUSED):
        assert run.data_to is not None
        if run.data_to + timedelta(days=run.horizon) < oldest and is_scored(run):
            DemandRelease.objects.create(run=run, rows=DemandForecast.objects.filter(run=run).count())
    gone = 0
    for run_id in DemandRelease.objects.values_list("run_id", flat=True):
        rows = DemandForecast.objects.filter(run_id=run_id).order_by()
        while keys := list(rows.values_list("pk", flat=True)[:DELETED_AT_ONCE]):
            gone += DemandForecast.objects.filter(pk__in=keys).delete()[0]
    return gone
