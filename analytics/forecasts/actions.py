"""Asking for a forecast, making it, and holding earlier ones against what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.activity.models import Activity
from accounts.jobs.runner import report_progress
from accounts.merchants.models import Merchant
from analytics import frames
from analytics.calendar.surroundings import surroundings
from analytics.engine.cleaning import MAX_DAYS, Refusal
from analytics.engine.forecast import HORIZON, forecast
from analytics.engine.forecast import Forecast as Projection
from analytics.engine.surroundings import PLAIN, Surroundings
from analytics.forecasts.events import DropExpected, ForecastMade, ForecastRefused, OutlookChanged, SurgeExpected
from analytics.forecasts.models import Forecast, ForecastRun, ForecastScore, Measure
from analytics.forecasts.monitoring import Standing, announce_watch, standing
from analytics.forecasts.queries import actual_days, digest_of, due_days, edges
from analytics.forecasts.rules import HIGH, LOW, MIDDLE, check_range, outlook
from analytics.forecasts.special import own_events_without_effect, regressors_of, tell_calendar
from core.actors import Actor

COLUMNS = ("q025", "q10", "q25", "q50", "q75", "q90", "q975")
MARGIN_DAYS = 60  # read beyond what the engine looks at, so that its own cut is the one that counts
QUIET_DAYS = 7  # between two notices of the same kind


def make_forecast(
    measure: str, *, actor: Actor, job_id: int | None = None, at: date | None = None, horizon: int = HORIZON
) -> ForecastRun:
    """Look ahead from what is known and keep the result for good. What cannot be forecast is kept as a refusal.

    `job_id` makes it safe to repeat: a job that was killed after its run was written gets that run back. `at` looks
    ahead from the end of that past day, knowing nothing later; such a run and one of another horizon than the usual
    are not live, so the newest forecast stays what it is. Raises Refused for a range that makes no sense.
    """
    if job_id is not None and (known := ForecastRun.objects.filter(measure=measure, job_id=job_id).first()):
        return known
    merchant = Merchant.objects.in_scope()
    check_range(at, horizon, merchant.today())
    span = edges(merchant, merchant.today())
    first, last = span or (None, None)
    run = ForecastRun(merchant=merchant, measure=measure, actor_label=actor.label[:150], job_id=job_id, horizon=horizon)
    run.live = horizon == HORIZON and (at is None or last is None or at >= last)
    if at is not None and last is not None:
        last = min(last, at)
    if first is not None and last is not None and last < first:
        first = last = None  # nothing had been sold by then
    report_progress(1, 10, _("Reading past sales"))
    result: Projection | Refusal = Refusal("no_sales")
    watch, around = Standing(), PLAIN
    if first is not None and last is not None:
        first = max(first, last - timedelta(days=MAX_DAYS + MARGIN_DAYS))
        values = frames.daily_series(Measure(measure).figure, first, last)
        report_progress(3, 10, _("Trying the models on past days"))
        watch = standing(measure, last)
        around = surroundings(merchant, first, last, horizon, at or merchant.today(), Measure(measure).figure)
        result = forecast(values, first, horizon=horizon, lately=watch.lately, around=around)
    report_progress(8, 10, _("Writing the forecast down"))
    run.data_from, run.data_to = first, last
    run.widening, run.watch = watch.widening, watch.to_json()
    if isinstance(result, Refusal):
        return _keep_refusal(run, result, actor)
    return _keep_forecast(run, result.adjusted(watch.scales, run.widening), around, actor)


@transaction.atomic
def _keep_refusal(run: ForecastRun, result: Refusal, actor: Actor) -> ForecastRun:
    run.outcome = ForecastRun.Outcome.REFUSED
    run.refusal, run.refusal_facts = result.code, dict(result.facts)
    run.digest = digest_of(run, [])
    run.save()
    event = ForecastRefused(run_id=run.pk, measure=run.measure, code=run.refusal, asked=actor.kind == "user")
    record(event, actor=actor, subject=run)
    return run


@transaction.atomic
def _keep_forecast(run: ForecastRun, result: Projection, around: Surroundings, actor: Actor) -> ForecastRun:
    run.outcome = ForecastRun.Outcome.MADE
    run.data_from, run.data_to = result.calendar.start, result.calendar.end
    run.model, run.reason, run.gain = result.choice.model, result.choice.reason, result.choice.gain
    run.backtest = _backtest(result)
    run.backtest["notes"] += own_events_without_effect(result, around)
    run.backtest["regressors"] = regressors_of(result.regressors)
    totals = zip(result.windows, result.totals, strict=True)
    run.totals = {f"{window.first}-{window.last}": _rounded(row) for window, row in totals}
    recent = actual_days(run.measure, run.data_to - timedelta(days=27), run.data_to)
    run.usual = _rounded([sum(recent.values()) / 2])[0]
    days = [
        Forecast(
            merchant_id=run.merchant_id,
            step=step,
            day=run.data_to + timedelta(days=step),
            mean=_rounded([result.mean[step - 1]])[0],
            **dict(zip(COLUMNS, _rounded(result.quantiles[step - 1]), strict=True)),
        )
        for step in range(1, result.horizon + 1)
    ]
    run.digest = digest_of(run, days)
    run.save()
    for day in days:
        day.run = run
    Forecast.objects.bulk_create(days)
    if run.live:
        tell_calendar(run, result, run.data_to)
    _announce(run, days, actor)
    return run


def _rounded(values: Any) -> list[float]:
    """Six significant digits: as much as is kept, so that a run reads back as it was written on every database."""
    return [float(f"{value:.6g}") for value in values]


def _backtest(result: Projection) -> dict[str, Any]:
    track = result.track
    return {
        "scores": [
            {key: (_number(value) if isinstance(value, float) else value) for key, value in asdict(line).items()}
            for line in result.scores
        ],
        "weeks": [_check(week) for week in track.weeks],
        "days": [_check(day) for day in track.days],
        "typical_miss": _number(track.typical_miss),
        "naive_miss": _number(track.naive_miss),
        "notes": [{"code": note.code, **note.facts} for note in result.notes],
    }


def _number(value: float) -> float | None:
    """JSON knows no NaN: a score that is undefined is None."""
    return float(f"{value:.6g}") if value == value and abs(value) != float("inf") else None


def _check(check: Any) -> list[Any]:
    return [check.first.isoformat(), check.days, *_rounded([check.low, check.middle, check.high, check.actual])]


def _announce(run: ForecastRun, days: Sequence[Forecast], actor: Actor) -> None:
    whole = run.totals[f"1-{run.horizon}"]
    made = ForecastMade(
        run_id=run.pk,
        measure=run.measure,
        data_to=str(run.data_to),
        first_day=days[0].day.isoformat(),
        last_day=days[-1].day.isoformat(),
        low=whole[LOW],
        middle=whole[MIDDLE],
        high=whole[HIGH],
        asked=actor.kind == "user",
    )
    entry = record(made, actor=actor, subject=run)
    if run.live:
        announce_watch(run, run.measure, before=_watched_before(run), caused_by=entry)
    fortnight = run.total(1, 14)
    is_current = run.live and days[0].day >= run.merchant.today()
    if run.measure != Measure.SALES_VALUE or fortnight is None or run.usual is None or not is_current:
        return
    kinds: dict[str, type[OutlookChanged]] = {"surge": SurgeExpected, "drop": DropExpected}
    kind = kinds.get(outlook(run.usual, fortnight))
    since = timezone.now() - timedelta(days=QUIET_DAYS)
    if kind is None or Activity.objects.filter(kind=kind.kind, at__gt=since).exists():
        return
    changed = kind(
        run_id=run.pk,
        first_day=days[0].day.isoformat(),
        last_day=days[13].day.isoformat(),
        usual=run.usual,
        low=fortnight[LOW],
        middle=fortnight[MIDDLE],
        high=fortnight[HIGH],
        currency=run.merchant.currency,
    )
    record(changed, actor=actor, subject=run, caused_by=entry)


def _watched_before(run: ForecastRun) -> dict[str, Any]:
    """The watch of the run before this one."""
    earlier = ForecastRun.objects.made().live().filter(measure=run.measure, data_to__lt=run.data_to)
    return earlier.order_by("-data_to", "-pk").values_list("watch", flat=True).first() or {}


@transaction.atomic
def score_due_forecasts() -> int:
    """Score every forecast day of the merchant in scope that is over and counted. Returns how many; none twice."""
    merchant = Merchant.objects.in_scope()
    span = edges(merchant, merchant.today())
    due = list(due_days(merchant, span[1])) if span else []
    if not due:
        return 0
    earliest = min(min(day.day, day.run.data_to or day.day) for day in due) - timedelta(days=7)
    came = {measure: actual_days(measure, earliest, span[1]) for measure in Measure.values}  # type: ignore[index]
    scores = []
    for day in due:
        assert day.run.data_to is not None
        last_week = day.run.data_to - timedelta(days=6 - (day.step - 1) % 7)
        values = came[day.run.measure]
        scores.append(ForecastScore.of(day, actual=values.get(day.day, 0.0), naive=values.get(last_week, 0.0)))
    ForecastScore.objects.bulk_create(scores, ignore_conflicts=True)
    return len(scores)
