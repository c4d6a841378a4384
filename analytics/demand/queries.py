"""Reading demand forecasts: runs, what they said, and whether it is still what was written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum

from accounts.jobs.models import Job
from accounts.merchants.models import Merchant
from analytics.demand.models import DemandChunk, DemandForecast, DemandOutlook, DemandResult, DemandRun
from analytics.demand.rules import FRESH_DAYS, digest_of_rows, unpack_ids
from analytics.forecasts.queries import watched
from ecommerce.inventory.models import StockLevel

TASK = "analytics.demand.tasks.start_demand"
RUN_FIELDS = ("data_from", "data_to", "live", "horizon", "windows", "factors", "occasions", "series")
RESULT_FIELDS = ("outcome", "refusal", "made", "failed", "policies", "patterns", "failures", "sums")


def run_list() -> QuerySet[DemandRun]:
    """Runs with all that a row of their list shows."""
    return DemandRun.objects.select_related("merchant", "result")


def open_run() -> DemandRun | None:
    """The run that is being worked on, if there is one."""
    return DemandRun.objects.open().order_by("-pk").first()


def newest_run() -> DemandRun | None:
    """The newest run of the present that ended with forecasts."""
    closed = DemandRun.objects.closed().filter(live=True).exclude(result__outcome=DemandResult.Outcome.REFUSED)
    return closed.select_related("merchant", "result").first()


def open_job(merchant: Merchant) -> Job | None:
    """The job that waits to begin a run, or begins it now."""
    jobs = Job.objects.filter(merchant=merchant, task=TASK, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    return jobs.order_by("-pk").first()


def progress_of(run: DemandRun) -> dict[str, int]:
    """How far a run is: variants in all, finished, and chunks still to be done."""
    unfinished = Q(state__in=[DemandChunk.State.WAITING, DemandChunk.State.RUNNING])
    split = Q(state=DemandChunk.State.SPLIT)
    counted = DemandChunk.objects.filter(run=run).aggregate(
        finished=Sum("series", filter=~unfinished & ~split, default=0), left=Count("pk", filter=unfinished)
    )
    return {"series": run.series, **counted}


def rows_of(chunk: DemandChunk) -> list[tuple[int, int, str, bytes]]:
    """What a chunk said, in the order of its variants: as digest_of_rows() wants it."""
    rows = DemandForecast.objects.filter(run_id=chunk.run_id, variant_id__in=unpack_ids(bytes(chunk.variants)))
    found = {row[0]: row for row in rows.values_list("variant_id", "notes", "pattern", "path")}
    order = (found[pk] for pk in unpack_ids(bytes(chunk.variants)) if pk in found)
    return [(pk, notes, pattern, bytes(path)) for pk, notes, pattern, path in order]


def digest_of(run: DemandRun, result: DemandResult, chunks: Iterable[str]) -> str:
    """SHA-256 of everything a run and its result say; `chunks` are the digests of its parts in order."""
    said = {name: getattr(run, name) for name in RUN_FIELDS} | watched(run)
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
    """Outlooks of variants whose free stock is another by now than the one they were reckoned with."""
    levels = StockLevel.objects.filter(variant=OuterRef("variant_id")).order_by().values("variant_id")
    free = Subquery(levels.annotate(free=Sum(F("on_hand") - F("reserved"))).values("free"), output_field=IntegerField())
    now = DemandOutlook.objects.annotate(free=free)
    same = Q(available=F("free")) | Q(available=None, free=None)
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
