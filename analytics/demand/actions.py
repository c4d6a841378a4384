"""Making demand forecasts: beginning a run, working on its chunks, closing it once.

What makes a run safe to be killed anywhere: a chunk's forecasts are written in the transaction that moves the chunk
from unfinished to done, with a conditional update first, so each is written once and two workers cannot both; the
result is one row per run, so it is closed once.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from time import perf_counter
from typing import Any

import numpy as np
from django.db import IntegrityError, transaction
from django.db.models import F, Max, QuerySet
from django.utils import timezone

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from analytics.demand.events import DemandCancelled, DemandMade, DemandRefused
from analytics.demand.history import History, compute, day_factors, read_history
from analytics.demand.models import DemandChunk, DemandForecast, DemandOutlook, DemandResult, DemandRun
from analytics.demand.monitoring import demand_standing, demand_watched_before
from analytics.demand.outlooks import (
    DORMANT,
    SILENT,
    outlooks_of_failed,
    read_stock,
    replace_outlooks,
    stock_columns,
    supply_of,
    terms_of_shop,
)
from analytics.demand.queries import count_of, digest_of, restocked
from analytics.demand.rules import (
    HISTORY,
    HORIZON,
    SILENT_FAILURES,
    cut,
    digest_of_rows,
    noted,
    notes_of,
    pack,
    pack_ids,
    pack_sums,
    refusal,
    unpack_ids,
    windows_of,
)
from analytics.demand.shop import shop_sums
from analytics.engine.own_past import own_totals
from analytics.engine.patterns import patterns
from analytics.forecasts.monitoring import announce_watch
from analytics.forecasts.queries import edges
from analytics.forecasts.rules import check_range
from analytics.forecasts.special import regressors_of
from core.actors import SYSTEM, Actor
from core.among import Among
from core.bulk import insert_columns
from ecommerce.catalog.models import Product, Variant

DEATHS = 2  # after so many a chunk is halved, so that a series that kills its worker is found


@transaction.atomic
def begin_run(
    *,
    actor: Actor,
    job_id: int | None = None,
    at: date | None = None,
    horizon: int = HORIZON,
    made_at: datetime | None = None,
) -> DemandRun:
    """Plan a forecast of all variants of the merchant in scope and cut it into chunks, all waiting.

    `job_id` makes it safe to repeat. `at` looks ahead from the end of that past day, knowing nothing later; such a run
    and one of another horizon than the usual leave the outlooks alone. A shop with too few days of sales gets a run
    that is closed with the reason. Raises Refused for a range that makes no sense.
    """
    if job_id is not None and (known := DemandRun.objects.filter(job_id=job_id).first()):
        return known
    merchant = Merchant.objects.in_scope()
    check_range(at, horizon, merchant.today())
    first, last = edges(merchant, merchant.today()) or (None, None)
    data_to = min(at, last) if at is not None and last is not None else last
    run = DemandRun(merchant=merchant, job_id=job_id, actor_label=actor.label[:150], made_at=made_at or timezone.now())
    run.asked_by = actor.id if actor.kind == "user" else None
    run.data_to, run.horizon = data_to, horizon
    run.live = data_to == last and horizon == HORIZON
    if (why := refusal(first, data_to)) is not None:
        return _refuse(run, why.code, actor)
    assert first is not None
    assert data_to is not None
    run.data_from = max(first, data_to - timedelta(days=HISTORY - 1))
    terms = terms_of_shop()
    run.windows = windows_of(horizon, terms.lead_days, terms.review_days)
    days = day_factors(merchant, run.data_from, data_to, horizon, at or merchant.today())
    run.factors, run.occasions = days.factors, days.ahead
    run.regressors = regressors_of(days.regressors)
    watch = demand_standing(data_to)
    run.widening, run.watch = watch.widening, watch.to_json()
    ids = list(Variant.objects.order_by("product__category_id", "pk").values_list("pk", flat=True))
    parts = cut(len(ids))
    run.series, run.chunks = len(ids), len(parts)
    run.save()
    DemandChunk.objects.bulk_create(
        DemandChunk(run=run, number=number, series=part.stop - part.start, variants=pack_ids(ids[part]))
        for number, part in enumerate(parts)
    )
    return run


def _refuse(run: DemandRun, code: str, actor: Actor) -> DemandRun:
    run.save()
    result = DemandResult(run=run, outcome=DemandResult.Outcome.REFUSED, refusal=code)
    result.digest = digest_of(run, result, [])
    result.save()
    record(DemandRefused(run_id=run.pk, code=code, asked_by=run.asked_by or 0), actor=actor, subject=run)
    return run


def work_on_chunk(chunk_id: int, *, deaths: int = 0) -> DemandChunk:
    """Forecast the variants of a chunk and write them down, unless that is done; close the run if it was the last.

    `deaths` counts the attempts that ended without a word: a chunk that killed its worker twice is halved instead. One
    that met a busy database is not, for series are forecast beside each other and halves would say something else.
    Returns the chunk as it is then.
    """
    began = perf_counter()
    unfinished = DemandChunk.objects.unfinished().filter(pk=chunk_id)
    unfinished.update(state=DemandChunk.State.RUNNING, attempts=F("attempts") + 1, started_at=timezone.now())
    chunk = DemandChunk.objects.select_related("run", "merchant").get(pk=chunk_id)
    if chunk.state == DemandChunk.State.RUNNING:
        if deaths >= DEATHS:
            _halve(chunk)
        else:
            _forecast(chunk, began)
        chunk.refresh_from_db()
    close_run(chunk.run)
    return chunk


def _forecast(chunk: DemandChunk, began: float) -> None:
    run, merchant = chunk.run, chunk.merchant
    history = read_history(run, merchant, unpack_ids(bytes(chunk.variants)))
    found = compute(history, run.factors, run.horizon, run.windows, run.widening)
    made = history.rows(found.rows)
    packed, kept = pack(found.demand)
    bits = noted(found.demand)
    sells = patterns(made.panel, found.demand).tolist() if len(found.rows) else []
    rows = list(zip(made.variants, bits.tolist(), sells, packed, strict=True))
    failed = {history.variants[row]: reason for row, reason in found.failed.items()}
    with transaction.atomic():
        won = DemandChunk.objects.unfinished().filter(pk=chunk.pk).update(
            state=DemandChunk.State.DONE,
            seconds=F("seconds") + (perf_counter() - began),
            made=len(rows),
            failed=len(failed),
            policies=_counted(bits),
            patterns=dict(sorted(Counter(sells).items())),
            failures=[[pk, reason] for pk, reason in sorted(failed.items())][:SILENT_FAILURES],
            sums=_category_sums(made, kept.mean),
            digest=digest_of_rows(rows),
        )  # fmt: skip
        if not won:
            return  # cancelled, or another worker was quicker: what it wrote stands
        if rows:
            columns = {"variant_id": made.variants, "notes": bits.tolist(), "pattern": sells, "path": packed}
            insert_columns(DemandForecast, columns, run_id=run.pk)
        if not run.live:
            return
        if rows:
            stock = read_stock(made.variants, merchant.today())
            supply = own_totals(made.panel, found.demand)
            columns = stock_columns(kept, supply, run, stock, merchant, bits, made.for_sale)
            columns |= _about(made, bits, sells) | {"supply": pack_sums(supply)}
            replace_outlooks(run, merchant, made.variants, columns, kept)
        outlooks_of_failed(sorted(failed), run)


def _about(made: History, bits: np.ndarray, sells: list[str]) -> dict[str, list[Any]]:
    """The columns of DemandOutlook that say what kind of thing a variant is."""
    reasons = np.where(bits & SILENT, "silent", np.where(bits & DORMANT, "dormant", ""))
    return {
        "category_id": [category or None for category in made.categories.tolist()],
        "has_forecast": (reasons == "").tolist(),
        "reason": reasons.tolist(),
        "pattern": sells,
        "notes": bits.tolist(),
    }


def _counted(bits: np.ndarray) -> dict[str, int]:
    """How many series have each note."""
    totals: Counter[str] = Counter()
    for value, count in zip(*np.unique(bits, return_counts=True), strict=True):
        for name in notes_of(int(value)):
            totals[name] += int(count)
    return dict(sorted(totals.items()))


def _category_sums(made: History, mean: np.ndarray) -> dict[str, list[float]]:
    """The means of each category's variants, step by step: what is expected of the category."""
    sums = {}
    for category in np.unique(made.categories):
        path = mean[made.categories == category].sum(axis=0)
        sums[str(category)] = [float(f"{value:.6g}") for value in path]
    return sums


@transaction.atomic
def _halve(chunk: DemandChunk) -> None:
    """Cut a chunk that killed its workers in two; one of a single series is given up."""
    ids = unpack_ids(bytes(chunk.variants))
    unfinished = DemandChunk.objects.unfinished().filter(pk=chunk.pk)
    if len(ids) == 1:
        failures = [[ids[0], "died"]]
        if unfinished.update(state=DemandChunk.State.FAILED, failed=1, failures=failures) and chunk.run.live:
            outlooks_of_failed(ids, chunk.run)
        return
    if not unfinished.update(state=DemandChunk.State.SPLIT):
        return
    DemandRun.objects.select_for_update(no_key=True).get(pk=chunk.run_id)  # one at a time gets the next numbers
    number = DemandChunk.objects.filter(run=chunk.run).aggregate(last=Max("number"))["last"] + 1
    middle = len(ids) // 2
    for place, half in enumerate((ids[:middle], ids[middle:])):
        DemandChunk.objects.create(run=chunk.run, number=number + place, series=len(half), variants=pack_ids(half))


def give_up_chunk(chunk: DemandChunk, reason: str) -> None:
    """Mark a chunk whose job ended for good without it; the rest of the run can then be closed."""
    ids = unpack_ids(bytes(chunk.variants))
    failures = [[pk, reason] for pk in ids[:SILENT_FAILURES]]
    DemandChunk.objects.unfinished().filter(pk=chunk.pk).update(
        state=DemandChunk.State.FAILED, failed=len(ids), failures=failures
    )
    close_run(chunk.run)


def close_run(run: DemandRun, *, actor: Actor = SYSTEM, cancelled: bool = False) -> DemandResult | None:
    """Write the result of a run none of whose chunks is left to be done, and announce it; None if there are some, or
    if it is closed already.
    """
    if DemandChunk.objects.unfinished().filter(run=run).exists() or DemandResult.objects.filter(run=run).exists():
        return None
    parts = list(DemandChunk.objects.filter(run=run).exclude(state=DemandChunk.State.SPLIT).order_by("number"))
    result = DemandResult(run=run, actor_label=actor.label[:150] if cancelled else "")
    result.outcome = DemandResult.Outcome.CANCELLED if cancelled else DemandResult.Outcome.DONE
    result.made, result.failed = sum(part.made for part in parts), sum(part.failed for part in parts)
    result.work_seconds = round(sum(part.seconds for part in parts), 3)
    result.policies = count_of(part.policies for part in parts)
    result.patterns = count_of(part.patterns for part in parts)
    result.failures = [failure for part in parts for failure in part.failures][:SILENT_FAILURES]
    result.sums = shop_sums(run, [part.sums for part in parts])
    result.digest = digest_of(run, result, [part.digest for part in parts if part.state == DemandChunk.State.DONE])
    try:
        with transaction.atomic():
            result.save()
            entry = record(_ending(run, result), actor=actor, subject=run)
            if run.live:
                announce_watch(run, "demand", before=demand_watched_before(run), caused_by=entry)
    except IntegrityError:  # another worker ended its chunk at the same time and was quicker
        return None
    return result


def _ending(run: DemandRun, result: DemandResult) -> DemandMade | DemandCancelled:
    if result.outcome == DemandResult.Outcome.CANCELLED:
        return DemandCancelled(run_id=run.pk, made=result.made)
    return DemandMade(
        run_id=run.pk,
        data_to=str(run.data_to),
        made=result.made,
        failed=result.failed,
        live=run.live,
        asked_by=run.asked_by or 0,
    )


def cancel_run(run: DemandRun, *, actor: Actor) -> bool:
    """Stop a run: what is finished stays, what is not begun or not yet written is left out. False if it was over."""
    with transaction.atomic():
        DemandChunk.objects.unfinished().filter(run=run).update(state=DemandChunk.State.CANCELLED)
        return close_run(run, actor=actor, cancelled=True) is not None


def refresh_outlooks() -> int:
    """Hold the newest forecasts against the stock as it is now, where that is another than was reckoned with.

    Returns how many variants that were.
    """
    return reckon_again(restocked())


def reckon_again(outlooks: QuerySet[DemandOutlook]) -> int:
    """Hold the forecasts of these outlooks against the stock and the terms of now. Returns how many they are."""
    merchant = Merchant.objects.in_scope()
    changed: dict[int, list[int]] = {}
    for variant, run_id in outlooks.values_list("variant_id", "run_id"):
        changed.setdefault(run_id, []).append(variant)
    for run in DemandRun.objects.filter(pk__in=changed):
        for part in cut(len(changed[run.pk])):
            _refresh(run, merchant, changed[run.pk][part])
    return sum(len(variants) for variants in changed.values())


@transaction.atomic
def _refresh(run: DemandRun, merchant: Merchant, variants: list[int]) -> None:
    held = {row.variant_id: row for row in DemandOutlook.objects.filter(Among("variant_id", variants), run=run)}
    rows: Any = DemandForecast.objects.filter(Among("variant_id", held), run=run).order_by("variant_id")
    said = list(rows.values_list("variant_id", "notes", "path", "variant__is_active", "variant__product__state"))
    if not said:
        return
    known, bits, packed, active, states = (list(column) for column in zip(*said, strict=True))
    for_sale = np.array([a and state in Product.FOR_SALE for a, state in zip(active, states, strict=True)])
    paths = run.unpack([bytes(path) for path in packed])
    supply = supply_of(paths, run, [held[variant].supply for variant in known])
    stock = read_stock(known, merchant.today())
    columns = stock_columns(paths, supply, run, stock, merchant, np.array(bits), for_sale)
    for name, values in columns.items():
        for variant, value in zip(known, values, strict=True):
            setattr(held[variant], name, value)
    now = timezone.now()
    for variant in known:
        held[variant].updated_at = now
    moved = [held[variant] for variant in known]
    DemandOutlook.objects.bulk_update(moved, [*columns, "updated_at"], batch_size=200)


def make_demand(
    *, actor: Actor, at: date | None = None, horizon: int = HORIZON, made_at: datetime | None = None
) -> DemandRun:
    """Forecast all variants here and now, chunk by chunk, without the queue."""
    run = begin_run(actor=actor, at=at, horizon=horizon, made_at=made_at)
    for chunk in DemandChunk.objects.unfinished().filter(run=run).order_by("number").values_list("pk", flat=True):
        work_on_chunk(chunk)
    close_run(run)
    return run
