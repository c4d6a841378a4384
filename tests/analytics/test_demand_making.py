"""Demand of all variants is forecast in chunks, each written once, kept for good, and held against the stock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from accounts.jobs.runner import run as run_job
from accounts.models import Activity, Job
from analytics.demand import history
from analytics.demand.actions import begin_run, cancel_run, make_demand, work_on_chunk
from analytics.demand.models import (
    DemandChunk,
    DemandForecast,
    DemandOutlook,
    DemandResult,
    DemandRun,
)
from analytics.demand.queries import altered_runs
from analytics.demand.rules import SERIES_AT_ONCE, cut, pack, unpack
from analytics.demand.tasks import nightly_demand, request_demand, tend_demand
from analytics.engine.conformal import Window
from analytics.engine.demand import LEVELS, forecast_demand
from analytics.facts.models import VariantFact
from core.actors import SYSTEM, Actor
from core.tenancy import tenant
from tests import factories
from tests.analytics.demand_kit import YESTERDAY, shop_with_past, sold, variants
from tests.queue import run_tasks

ANN = Actor("user", 1, "Ann")
MEDIAN = LEVELS.index(0.5)


@pytest.fixture(autouse=True)
def _night(time_machine):
    """02:40 in Shanghai on TODAY."""
    time_machine.move_to(datetime(2026, 6, 14, 18, 40, tzinfo=UTC), tick=False)


@pytest.fixture
def small_chunks(monkeypatch):
    """Chunks of at most three variants."""
    monkeypatch.setattr("analytics.demand.actions.cut", lambda series: cut(series, 3))


def kinds() -> list[str]:
    return list(Activity.objects.order_by("pk").values_list("kind", flat=True))


def paths_of(run: DemandRun):
    rows = DemandForecast.objects.filter(run=run).order_by("variant_id").values_list("path", flat=True)
    return run.unpack([bytes(row) for row in rows])


def test_a_requested_run_forecasts_every_variant_in_the_background(scope, small_chunks):
    things = shop_with_past(7)

    job = request_demand(actor=ANN)
    assert (job.cluster, DemandRun.objects.count()) == ("long", 0)
    run_tasks()

    run = DemandRun.objects.get()
    assert (run.job_id, run.actor_label, run.asked_by, run.live) == (job.pk, "Ann", 1, True)
    assert (run.data_from, run.data_to) == (YESTERDAY - timedelta(days=119), YESTERDAY)
    assert (run.series, run.chunks, run.horizon) == (7, 3, 28)
    result = run.result
    assert (result.outcome, result.made, result.failed) == ("done", 7, 0)
    assert result.patterns == {"steady": 7}
    chunks = DemandChunk.objects.order_by("number")
    assert [(one.state, one.attempts, one.series) for one in chunks] == [("done", 1, 2), ("done", 1, 3), ("done", 1, 2)]
    rows = DemandForecast.objects.filter(run=run)
    assert sorted(rows.values_list("variant_id", flat=True)) == sorted(thing.pk for thing in things)
    paths = paths_of(run)
    assert paths.mean.sum(axis=1) == pytest.approx(np.full(7, 112), rel=0.25)
    assert (np.diff(paths.quantiles, axis=2) >= 0).all()
    assert (np.diff(paths.totals, axis=2) >= 0).all()
    assert [kind for kind in kinds() if kind.startswith("demand")] == ["demand.made"]


def test_what_is_kept_reads_back_within_a_thousandth():
    chance = np.random.default_rng(2)
    demand = forecast_demand(chance.poisson(chance.gamma(0.5, 8, (40, 1)), (40, 200)), 28, windows=[Window(1, 28)])

    packed, kept = pack(demand)
    again = unpack(packed, 28, 1)

    for name in ("mean", "quantiles", "totals"):
        before, after = getattr(demand, name), getattr(again, name)
        assert after == pytest.approx(np.asarray(before, dtype=float), rel=1.1e-3, abs=1e-6)
    assert (kept.mean == again.mean).all()
    assert (kept.totals == again.totals).all()


def test_the_shop_and_its_categories_are_the_sums_of_their_variants(scope, small_chunks):
    shop_with_past(5)
    tea = factories.CategoryFactory(code="tea", name="Tea", path="tea")
    sold([factories.VariantFactory(product=factories.ProductFactory(category=tea))], np.full((1, 120), 2))

    run = make_demand(actor=SYSTEM)

    sums, paths = run.result.sums, paths_of(run)
    assert sums["mean"] == pytest.approx(paths.mean.sum(axis=0), rel=1e-5)
    assert np.sum(list(sums["categories"].values()), axis=0) == pytest.approx(sums["mean"], rel=1e-5)
    assert sums["categories"][str(tea.pk)] == pytest.approx([2.0] * 28, rel=0.01)
    low, middle, high = (sums["totals"]["28"][place] for place in (1, 3, 5))
    assert low < middle < high
    assert low < sum(sums["mean"]) < high
    assert (np.diff(sums["quantiles"], axis=1) >= 0).all()
    assert (np.diff([sums["totals"][days] for days in ("7", "14", "28")], axis=1) >= 0).all()
    assert (np.diff([sums["totals"][days] for days in ("7", "14", "28")], axis=0) > 0).all()


def test_asking_twice_makes_one_run(scope):
    shop_with_past(2)

    first, second = request_demand(actor=ANN), request_demand(actor=ANN)
    run_tasks()

    assert first.pk == second.pk
    assert DemandRun.objects.count() == 1


def test_a_second_delivery_of_any_job_changes_nothing(scope, small_chunks):
    shop_with_past(5)
    request_demand(actor=ANN)
    run_tasks()
    before = (list(DemandForecast.objects.values_list()), list(DemandResult.objects.values_list()), kinds())

    for job in Job.objects.filter(task__startswith="analytics.demand"):
        Job.objects.filter(pk=job.pk).update(state="queued", attempts=1)  # its worker died before it could say so
        run_job(job.pk)
    run_tasks()

    after = (list(DemandForecast.objects.values_list()), list(DemandResult.objects.values_list()), kinds())
    assert before == after


def test_a_worker_that_dies_within_a_chunk_leaves_nothing_of_it_behind(scope, small_chunks, monkeypatch):
    shop_with_past(6)
    whole = make_demand(actor=SYSTEM).result.digest
    run = begin_run(actor=SYSTEM)
    first, second = DemandChunk.objects.filter(run=run).order_by("number")
    work_on_chunk(first.pk)

    class Killed(BaseException):
        pass

    def die(*args, **kwargs):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("analytics.demand.actions.replace_outlooks", die)  # the forecasts are inserted by then
        with pytest.raises(Killed), transaction.atomic():
            work_on_chunk(second.pk)
    assert DemandForecast.objects.filter(run=run).count() == 3
    assert DemandResult.objects.filter(run=run).count() == 0

    work_on_chunk(second.pk, deaths=1)
    work_on_chunk(first.pk, deaths=1)

    assert DemandForecast.objects.filter(run=run).count() == 6
    assert run.result.digest == whole


def test_a_series_that_breaks_the_engine_costs_the_others_nothing(scope, monkeypatch):
    things = shop_with_past(9)
    VariantFact.objects.filter(variant=things[4], day=YESTERDAY).update(units=77_777)
    real = history.forecast_demand

    def fragile(panel, *args, **kwargs):
        if (panel == 77_777).any():
            raise FloatingPointError("as a bug would")
        return real(panel, *args, **kwargs)

    monkeypatch.setattr(history, "forecast_demand", fragile)
    result = make_demand(actor=SYSTEM).result

    assert (result.outcome, result.made, result.failed) == ("done", 8, 1)
    assert result.failures == [[things[4].pk, "FloatingPointError"]]
    assert DemandOutlook.objects.get(variant=things[4]).reason == "failed"
    assert DemandOutlook.objects.filter(has_forecast=True).count() == 8


def test_a_series_that_kills_its_worker_each_time_is_found_by_halving(scope):
    things = shop_with_past(4)
    run = begin_run(actor=SYSTEM)

    def deadly(chunk: DemandChunk) -> bool:
        return things[2].pk in [int(pk) for pk in _ids(chunk)]

    for _ in range(12):  # what the queue does: a job that died twice is tried a third time
        for chunk in DemandChunk.objects.unfinished().filter(run=run):
            work_on_chunk(chunk.pk, deaths=2 if deadly(chunk) else 0)

    result = run.result
    assert (result.outcome, result.made, result.failures) == ("done", 3, [[things[2].pk, "died"]])
    assert DemandOutlook.objects.get(variant=things[2]).reason == "failed"


def test_a_database_that_is_busy_for_a_while_does_not_change_what_is_forecast(scope, monkeypatch):
    shop_with_past(4)
    whole = make_demand(actor=SYSTEM).result.digest
    request_demand(actor=ANN)
    run_job(Job.objects.get(task="analytics.demand.tasks.start_demand").pk)
    job = Job.objects.get(task="analytics.demand.tasks.forecast_chunk")

    def busy(*args, **kwargs):
        raise OperationalError("too many connections")

    with monkeypatch.context() as patch:
        patch.setattr("analytics.demand.tasks.work_on_chunk", busy)
        for _ in range(3):
            run_job(job.pk)
            Job.objects.filter(pk=job.pk).update(due_at=timezone.now())
    job.refresh_from_db()
    assert (job.attempts, job.errors, job.state) == (3, 3, "queued")
    run_job(job.pk)

    run = DemandRun.objects.order_by("-pk")[0]
    assert [chunk.state for chunk in DemandChunk.objects.filter(run=run)] == ["done"]
    assert run.result.digest == whole


def _ids(chunk: DemandChunk) -> list[int]:
    from analytics.demand.rules import unpack_ids

    return unpack_ids(bytes(chunk.variants))


def test_a_chunk_whose_job_gave_up_does_not_keep_the_run_open(scope, small_chunks):
    shop_with_past(6)
    request_demand(actor=ANN)
    run_job(Job.objects.get(task="analytics.demand.tasks.start_demand").pk)
    lost, other = DemandChunk.objects.order_by("number")
    Job.objects.filter(pk=lost.job_id).update(state="failed", error="no memory")
    Job.objects.filter(pk=other.job_id).delete()

    tend_demand()
    run_tasks()

    result = DemandResult.objects.get()
    assert (result.outcome, result.made, result.failed) == ("done", 3, 3)
    assert {reason for _, reason in result.failures} == {"gave_up"}


def test_a_cancelled_run_keeps_what_it_finished_and_begins_nothing_more(scope, small_chunks):
    shop_with_past(6)
    run = begin_run(actor=ANN)
    first, second = DemandChunk.objects.filter(run=run).order_by("number")
    work_on_chunk(first.pk)

    assert cancel_run(run, actor=ANN)
    assert not cancel_run(run, actor=ANN)
    work_on_chunk(second.pk)

    result = DemandResult.objects.get(run=run)
    assert (result.outcome, result.made, result.actor_label) == ("cancelled", 3, "Ann")
    assert DemandForecast.objects.filter(run=run).count() == 3
    assert kinds().count("demand.cancelled") == 1
    assert list(altered_runs()) == []


@pytest.mark.parametrize(("days", "code"), [(0, "no_sales"), (20, "too_short")])
def test_a_shop_with_too_little_past_gets_a_reason(scope, days, code):
    things = variants(2)
    if days:
        sold(things, np.ones((2, days)))

    run = make_demand(actor=ANN)

    assert (run.result.outcome, run.result.refusal) == ("refused", code)
    assert DemandForecast.objects.count() == 0
    assert kinds() == ["demand.refused"]


def test_the_night_runs_once_for_each_new_day(scope):
    shop_with_past(2)

    nightly_demand()
    run_tasks()
    nightly_demand()
    run_tasks()

    assert DemandRun.objects.count() == 1


def test_nothing_written_can_be_changed_and_a_change_would_show(scope):
    things = shop_with_past(3)
    run = make_demand(actor=ANN)
    row = DemandForecast.objects.first()
    assert list(altered_runs()) == []

    with pytest.raises(TypeError):
        row.save()
    for statement in (
        "UPDATE analytics_demandforecast SET notes = 1",
        "DELETE FROM analytics_demandforecast",
        "UPDATE analytics_demandrun SET series = 1",
        "DELETE FROM analytics_demandresult",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    DemandForecast.objects.create(run=run, variant=factories.VariantFactory(), pattern="steady", path=b"x")
    assert list(altered_runs()) == []  # not of its variants; but a chunk's row that differs is noticed
    DemandChunk.objects.update(digest="0" * 64)
    from core.append_only import lifted

    with lifted():
        DemandForecast.objects.filter(run=run, variant=things[0]).update(notes=64)
    assert list(altered_runs()) == [run]


def test_looking_from_a_past_day_knows_nothing_later_and_moves_no_outlook(scope):
    things = shop_with_past(3, days=150)
    make_demand(actor=SYSTEM)
    newest = list(DemandOutlook.objects.order_by("pk").values_list("run_id", "mean"))
    day = YESTERDAY - timedelta(days=40)

    then = make_demand(actor=SYSTEM, at=day)
    VariantFact.objects.filter(day__gt=day).update(units=500)
    after = make_demand(actor=SYSTEM, at=day)

    assert (then.live, then.data_to) == (False, day)
    assert (paths_of(then).mean == paths_of(after).mean).all()
    assert DemandForecast.objects.filter(run=then).count() == len(things)
    assert list(DemandOutlook.objects.order_by("pk").values_list("run_id", "mean")) == newest


def test_another_horizon_is_possible_beside_the_usual_one(scope):
    shop_with_past(3)

    run = make_demand(actor=SYSTEM, horizon=14)

    assert paths_of(run).mean.shape == (3, 14)
    assert (run.windows[-1], run.live) == (14, False)


def test_another_shop_is_neither_read_nor_written(scope, rival):
    shop_with_past(3)
    with tenant(rival):
        shop_with_past(2, rate=50.0, seed=9)
        before = list(DemandOutlook.objects.values_list())

    run = make_demand(actor=SYSTEM)

    assert run.series == 3
    assert paths_of(run).mean.max() < 20
    with tenant(rival):
        assert DemandRun.objects.count() == 0
        assert list(DemandOutlook.objects.values_list()) == before


@pytest.mark.parametrize("units", [0, 1, 2_000_000_000])
def test_odd_pasts_give_finite_forecasts(scope, units):
    alone, steady = variants(2)
    sold([steady], np.full((1, 60), 3))
    if units:
        sold([alone], np.array([[units]]))

    make_demand(actor=SYSTEM)

    for outlook in DemandOutlook.objects.all():
        assert np.isfinite([outlook.low, outlook.middle, outlook.high, outlook.mean, outlook.lasts]).all()
        assert 0 <= outlook.low <= outlook.middle <= outlook.high


def test_no_chunk_is_larger_than_memory_allows():
    for series in (0, 1, 1999, 2000, 2001, 100_000):
        parts = cut(series)
        assert sum(part.stop - part.start for part in parts) == series
        assert all(0 < part.stop - part.start <= SERIES_AT_ONCE for part in parts)
        assert len(parts) == -(-series // SERIES_AT_ONCE)
