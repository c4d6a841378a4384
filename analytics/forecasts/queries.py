"""Reading forecasts: the newest ones, what they rest on, and how earlier ones turned out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Prefetch, QuerySet
from django.db.models.functions import TruncDate

from accounts.jobs.models import Job
from accounts.merchants.models import Merchant
from analytics.facts.models import DailyFact, DirtyDay
from analytics.facts.queries import trading_days
from analytics.forecasts.models import Forecast, ForecastRun, ForecastScore, Measure
from analytics.forecasts.rules import (
    HIGH,
    LOW,
    MIDDLE,
    WEEKS_FOR_RECORD,
    Record,
    Verdict,
    known_until,
    record_of_tests,
)

RECORD_WEEKS = 12
TASK = "analytics.forecasts.tasks.run_forecast"


def run_list() -> QuerySet[ForecastRun]:
    """Runs with all that a row of their list shows."""
    return ForecastRun.objects.select_related("merchant")


def newest_run(measure: str, *, made: bool = False) -> ForecastRun | None:
    """The newest live run of a measure; with `made` the newest that has a forecast."""
    return newest_runs(measure, made=made).select_related("merchant").first()


def newest_runs(measure: str, *, made: bool = False) -> QuerySet[ForecastRun]:
    """The live runs of a measure, the newest first; with `made` those that have a forecast."""
    runs = ForecastRun.objects.of(measure).live()
    return runs.made() if made else runs


def forecast_days(run: ForecastRun) -> list[Forecast]:
    """The days of a run in order, each with its score if it has one (`score_or_none`)."""
    days = list(Forecast.objects.filter(run=run).select_related("score").order_by("step"))
    for day in days:
        day.score_or_none = getattr(day, "score", None)  # type: ignore[attr-defined]
    return days


def replayed_days(run: ForecastRun) -> list[Forecast]:
    """The days of a run that looked from a past day, each with what came by now in place of a score."""
    days = list(Forecast.objects.filter(run=run).order_by("step"))
    span = edges(run.merchant, run.merchant.today())
    came = actual_days(run.measure, days[0].day, days[-1].day) if days else {}
    for day in days:
        known = span is not None and day.day <= span[1]
        score = ForecastScore.of(day, actual=came.get(day.day, 0.0), naive=0.0) if known else None
        day.score_or_none = score  # type: ignore[attr-defined]
    return days


def edges(merchant: Merchant, today: date) -> tuple[date, date] | None:
    """The first day with a sale and the last day whose sales are known; None where nothing was ever sold."""
    return edges_of(trading_days(), today)


def edges_of(traded: tuple[date, date] | None, today: date) -> tuple[date, date] | None:
    """As edges(), from the first and the last day with an order."""
    return (traded[0], known_until(traded[1], today)) if traded else None


def actual_days(measure: str, first: date, last: date) -> dict[date, float]:
    """What came, by day; days without a sale are left out."""
    figure = Measure(measure).figure
    rows = DailyFact.objects.between(first, last).values_list("day", figure)
    return {day: float(value) for day, value in rows}


def open_job(merchant: Merchant, measure: str) -> Job | None:
    """The forecast of this measure that waits or runs now."""
    jobs = Job.objects.filter(merchant=merchant, task=TASK, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    return next((job for job in jobs.order_by("-pk") if job.args[:1] == [measure]), None)


def due_days(merchant: Merchant, until: date) -> QuerySet[Forecast]:
    """Days of live forecasts that are over, counted and not yet scored; none that was over when it was predicted."""
    return (
        Forecast.objects.filter(day__lte=until, score=None)
        .filter(run__live=True)
        .exclude(day__in=DirtyDay.objects.values("day"))
        .annotate(made_on=TruncDate("run__made_at", tzinfo=merchant.zone))
        .filter(day__gte=F("made_on"))
        .select_related("run")
        .order_by("pk")
    )


def track_record(run: ForecastRun) -> Record:
    """How well forecasts of the run's measure did: the real ones of the last weeks, or the run's own tests.

    A real week is the first week of a forecast that was made before it; weeks follow each other without overlap.
    """
    tests = record_of_tests(run.backtest)
    newest = (
        ForecastScore.objects.filter(forecast__run__measure=run.measure, forecast__day__lte=run.data_to)
        .order_by("-forecast__day")
        .values_list("forecast__day", flat=True)
        .first()
    )
    if newest is None:
        return tests
    starts = [newest - timedelta(days=7 * back) for back in range(1, RECORD_WEEKS + 1)]
    first_week = Forecast.objects.filter(step__lte=7, score__isnull=False).select_related("score").order_by("step")
    runs = (
        ForecastRun.objects.made()
        .live()
        .filter(measure=run.measure, data_to__in=starts)
        .prefetch_related(Prefetch("days", first_week, to_attr="scored"))
        .order_by("made_at")
    )
    by_start: dict[date, Any] = {}
    for one in runs:
        if one.data_to is not None and len(one.scored) == 7:  # type: ignore[attr-defined]
            by_start.setdefault(one.data_to, one)
    if len(by_start) < WEEKS_FOR_RECORD:
        return tests
    return _record([by_start[start] for start in sorted(by_start)])


def _record(runs: Sequence[Any]) -> Record:
    weeks, days, misses, naive = [], [], [], []
    for run in runs:
        band = run.total(1, 7)
        actual = sum(day.score.actual for day in run.scored)
        weeks.append(Verdict(run.scored[0].day, 7, band[LOW], band[MIDDLE], band[HIGH], actual))
        for day in run.scored:
            days.append(Verdict(day.day, 1, day.q10, day.q50, day.q90, day.score.actual))
            misses.append(abs(day.score.error))
            naive.append(abs(day.score.naive_error))
    return Record(weeks, days, sum(misses) / len(misses), sum(naive) / len(naive), is_real=True)


@dataclass(frozen=True)
class Sheet:
    """A forecast with what it is read beside: what came before it, and how well we did."""

    run: ForecastRun
    days: list[Forecast]
    past: list[tuple[date, float]]
    record: Record

    @property
    def busiest(self) -> Forecast:
        return max(self.days, key=lambda day: day.q50)

    @property
    def past_28(self) -> float:
        return sum(value for _, value in self.past[-28:])


def sheet(run: ForecastRun, past_days: int = 63) -> Sheet:
    """All that the page of a made run shows."""
    assert run.data_to is not None
    assert run.data_from is not None
    first = max(run.data_from, run.data_to - timedelta(days=past_days - 1))
    known = actual_days(run.measure, first, run.data_to)
    count = (run.data_to - first).days + 1
    past = [(day, known.get(day, 0.0)) for day in (first + timedelta(days=step) for step in range(count))]
    return Sheet(run, forecast_days(run), past, track_record(run))


def watched(run: Any) -> dict[str, Any]:
    """What any run says of its watch, for its digest; nothing of runs that were not watched when they were made."""
    said = {"widening": run.widening, "watch": run.watch}
    return {} if said == {"widening": 1.0, "watch": {}} else said


def content_of(run: ForecastRun, days: Sequence[Forecast]) -> str:
    """Everything a run says, as one text that is the same for the same content."""
    said = {
        name: getattr(run, name)
        for name in (
            "measure", "data_from", "data_to", "horizon", "outcome", "model", "reason", "gain", "refusal",
            "refusal_facts", "backtest", "totals", "usual",
        )
    }  # fmt: skip
    if not run.live:
        said["live"] = False
    said |= watched(run)
    rows = [[day.step, day.day.isoformat(), day.mean, *day.quantiles] for day in days]
    return json.dumps({**said, "merchant": run.merchant_id, "days": rows}, sort_keys=True, default=str)


def digest_of(run: ForecastRun, days: Sequence[Forecast]) -> str:
    return hashlib.sha256(content_of(run, days).encode()).hexdigest()


def altered_runs() -> list[ForecastRun]:
    """Runs of the merchant in scope whose content is not what was written."""
    runs = ForecastRun.objects.prefetch_related(Prefetch("days", Forecast.objects.order_by("step"))).order_by("pk")
    return [run for run in runs.iterator(chunk_size=200) if digest_of(run, list(run.days.all())) != run.digest]
