"""Reading demand forecasts: runs, what they said, and whether it is still what was written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, FloatField, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.jobs.models import Job
from accounts.merchants.models import Merchant
from analytics.demand.models import DemandChunk, DemandForecast, DemandOutlook, DemandResult, DemandRun, DemandScore
from analytics.demand.rules import BUCKETS, FRESH_DAYS, digest_of_rows, unpack_ids
from analytics.facts.queries import trading_edges
from analytics.forecasts.queries import watched
from core.among import Among
from core.together import together
from ecommerce.inventory.models import StockLevel
from ecommerce.purchasing.queries import STILL_TO_COME, lines_on_the_way

TASK = "analytics.demand.tasks.start_demand"
VISIBLE = 0.5  # units: a forecast that moved by less has not moved
RUN_FIELDS = ("data_from", "data_to", "live", "horizon", "windows", "factors", "occasions", "series")
RESULT_FIELDS = ("outcome", "refusal", "made", "failed", "policies", "patterns", "failures", "sums")


def run_list() -> QuerySet[DemandRun]:
    """Runs with all that a row of their list shows."""
    return DemandRun.objects.select_related("merchant", "result")


def open_run() -> DemandRun | None:
    """The run that is being worked on, if there is one."""
    return _open_runs().first()


def _open_runs() -> QuerySet[DemandRun]:
    return DemandRun.objects.open().order_by("-pk")


@dataclass(frozen=True)
class Work:
    """The run that is being worked on, the job that waits to begin one, the newest run that ended, and the first and
    the last day with an order: or None each. `chunks` is the open run's progress_of(), as far as it has begun.
    """

    run: DemandRun | None
    job: Job | None
    newest: DemandRun | None
    traded: tuple[date, date] | None
    chunks: dict[str, int] | None


def work(merchant: Merchant) -> Work:
    """What there is and what is being made. One query."""
    parts = {"newest": _newest_runs()[:1], "traded": trading_edges()}
    found = together(**_open(merchant), **parts)
    return _work(found)


def _open(merchant: Merchant) -> dict[str, QuerySet[Any]]:
    runs = _open_runs()[:1]
    return {"runs": runs, "chunks": _progress(runs.values("pk")), "jobs": _open_jobs(merchant)[:1]}


def _work(found: dict[str, Any]) -> Work:
    names = ("runs", "jobs", "newest", "traded", "chunks")
    return Work(*(next(iter(found.get(name, ())), None) for name in names))


def work_and_accuracy(merchant: Merchant, since: date) -> tuple[Work, list[Accuracy]]:
    """work() and accuracy() for the list of runs. One query."""
    found = together(**_open(merchant), sums=_sums(_recent_scores(since)))
    return _work(found), _accuracies(found["sums"])


def newest_run() -> DemandRun | None:
    """The newest run of the present that ended with forecasts."""
    return _newest_runs().first()


def _newest_runs() -> QuerySet[DemandRun]:
    closed = DemandRun.objects.closed().filter(live=True).exclude(result__outcome=DemandResult.Outcome.REFUSED)
    return closed.select_related("merchant", "result")


def open_job(merchant: Merchant) -> Job | None:
    """The job that waits to begin a run, or begins it now."""
    return _open_jobs(merchant).first()


def _open_jobs(merchant: Merchant) -> QuerySet[Job]:
    jobs = Job.objects.filter(merchant=merchant, task=TASK, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    return jobs.order_by("-pk")


def run_before(run: DemandRun) -> DemandRun | None:
    """The live run with forecasts that knew less days than this one, the newest of those."""
    live = DemandRun.objects.closed().filter(live=True, data_to__lt=run.data_to)
    return live.exclude(result__outcome=DemandResult.Outcome.REFUSED).select_related("merchant", "result").first()


def outlook_list() -> QuerySet[DemandOutlook]:
    """The outlook of every variant with all that a row of the list shows."""
    return DemandOutlook.objects.select_related("variant__product", "category")


def search_outlooks(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """By SKU or title of the product."""
    return rows.filter(Q(variant__sku__icontains=words) | Q(variant__product__title__icontains=words))


@dataclass(frozen=True)
class Accuracy:
    """How forecasts of a pattern ("" for all) turned out, over several runs: misses in units per value compared."""

    bucket: str
    pattern: str
    points: int
    inside_80: float
    miss: float
    naive_miss: float
    bias: float | None


def accuracy(since: date, *, run: DemandRun | None = None) -> list[Accuracy]:
    """The scores of live runs that looked from `since` on, or of one run, by bucket and pattern."""
    scores = DemandScore.objects.filter(run=run) if run is not None else _recent_scores(since)
    return _accuracies(_sums(scores))


def _recent_scores(since: date) -> QuerySet[DemandScore]:
    return DemandScore.objects.filter(run__live=True, run__data_to__gte=since)


def _sums(scores: QuerySet[DemandScore]) -> QuerySet[Any]:
    sums: QuerySet[Any] = scores.filter(points__gt=0).order_by().values("bucket", "pattern").annotate(
        count=Sum("points"),
        held=Sum(F("inside_80") * F("points"), output_field=FloatField()),
        size=Sum(F("miss") * F("points"), output_field=FloatField()),
        naive=Sum(F("naive_miss") * F("points"), output_field=FloatField()),
        all_sold=Sum("sold"),
        all_said=Sum("said"),
    )  # fmt: skip
    return sums


def _accuracies(sums: Iterable[dict[str, Any]]) -> list[Accuracy]:
    found = [
        Accuracy(
            row["bucket"],
            row["pattern"],
            row["count"],
            row["held"] / row["count"],
            row["size"] / row["count"],
            row["naive"] / row["count"],
            row["all_said"] / row["all_sold"] - 1 if row["all_sold"] else None,
        )
        for row in sums
    ]
    order = list(BUCKETS)
    return sorted(found, key=lambda one: (one.pattern, order.index(one.bucket) if one.bucket in order else 99))


def chunk_counts(run: DemandRun) -> dict[str, int]:
    """How many chunks of a run are in each state."""
    states = DemandChunk.objects.filter(run=run).order_by().values_list("state").annotate(count=Count("pk"))
    return dict(states)


def progress_of(run: DemandRun) -> dict[str, int]:
    """How far a run is: variants in all, finished, and chunks still to be done."""
    counted = next(iter(_progress(run)), {"finished": 0, "left": 0})
    return {"series": run.series, **counted}


def _progress(run: Any) -> QuerySet[Any]:
    """One row for the run; none where it has no chunks yet."""
    unfinished = Q(state__in=[DemandChunk.State.WAITING, DemandChunk.State.RUNNING])
    split = Q(state=DemandChunk.State.SPLIT)
    chunks: Any = DemandChunk.objects.filter(run=run).order_by().values("run")
    rows: QuerySet[Any] = chunks.annotate(
        finished=Sum("series", filter=~unfinished & ~split, default=0), left=Count("pk", filter=unfinished)
    ).values("finished", "left")
    return rows


def rows_of(chunk: DemandChunk) -> list[tuple[int, int, str, bytes]]:
    """What a chunk said, in the order of its variants: as digest_of_rows() wants it."""
    rows = DemandForecast.objects.filter(Among("variant_id", unpack_ids(bytes(chunk.variants))), run_id=chunk.run_id)
    found = {row[0]: row for row in rows.values_list("variant_id", "notes", "pattern", "path")}
    order = (found[pk] for pk in unpack_ids(bytes(chunk.variants)) if pk in found)
    return [(pk, notes, pattern, bytes(path)) for pk, notes, pattern, path in order]


def digest_of(run: DemandRun, result: DemandResult, chunks: Iterable[str]) -> str:
    """SHA-256 of everything a run and its result say; `chunks` are the digests of its parts in order."""
    said = {name: getattr(run, name) for name in RUN_FIELDS} | watched(run)
    if run.regressors:  # runs from before there were any keep their digest
        said["regressors"] = run.regressors
    ended = {name: getattr(result, name) for name in RESULT_FIELDS}
    whole = {"merchant": run.merchant_id, "run": said, "result": ended, "chunks": list(chunks)}
    return hashlib.sha256(json.dumps(whole, sort_keys=True, default=str).encode()).hexdigest()


def altered_runs() -> Iterator[DemandRun]:
    """Closed runs of the merchant in scope whose content is not what was written; of released ones the sums only."""
    for run in DemandRun.objects.closed().select_related("result", "release").iterator(chunk_size=50):
        digests = []
        for chunk in DemandChunk.objects.filter(run=run, state=DemandChunk.State.DONE).order_by("number"):
            released = hasattr(run, "release")
            digests.append(chunk.digest if released else digest_of_rows(rows_of(chunk)))
        if digest_of(run, run.result, digests) != run.result.digest:
            yield run


def restocked() -> QuerySet[DemandOutlook]:
    """Outlooks of variants of which other numbers are free or on their way by now than they were reckoned with."""
    levels = StockLevel.objects.filter(variant=OuterRef("variant_id")).order_by().values("variant_id")
    free = Subquery(levels.annotate(free=Sum(F("on_hand") - F("reserved"))).values("free"), output_field=IntegerField())
    lines = lines_on_the_way().filter(variant=OuterRef("variant_id")).values("variant_id")
    units = lines.annotate(units=Sum(STILL_TO_COME)).values("units")
    coming = Coalesce(Subquery(units, output_field=IntegerField()), 0)
    now = DemandOutlook.objects.annotate(free=free, coming=coming)
    same = Q(incoming=F("coming")) & (Q(available=F("free")) | Q(available=None, free=None))
    return now.exclude(reason=DemandOutlook.Reason.FAILED).exclude(same).order_by("pk")


def fresh_outlooks(today: date) -> QuerySet[DemandOutlook]:
    """Outlooks with a forecast that is new enough, and a stock to hold it against."""
    since = today - timedelta(days=FRESH_DAYS + 1)
    return DemandOutlook.objects.filter(
        has_forecast=True, available__isnull=False, as_of__isnull=False, run__data_to__gte=since
    )


def count_of(values: Iterable[dict[str, int]]) -> dict[str, int]:
    """Counts by name added up."""
    total: dict[str, int] = {}
    for counts in values:
        for name, count in counts.items():
            total[name] = total.get(name, 0) + count
    return dict(sorted(total.items()))


def unfinished_work() -> QuerySet[Any]:
    """(merchant, run) of all runs that are not closed. Across merchants."""
    return DemandRun.objects.open().order_by("pk").values_list("merchant_id", "pk")


def has_unfinished_work(now: datetime) -> bool:
    """Whether any run is not closed. Across merchants."""
    return unfinished_work().exists()
