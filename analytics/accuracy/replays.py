"""Records of forecasts that were made afterwards, knowing only what was known on a past day.

They say how well the machine would have done, not how well it did: pages show them apart from live records. A replay is
a run that looked from a past day (`manage.py forecast --at`, or the weeks before a market's first forecast); where a
measure has none, the tests on past days that the newest run chose its model by stand in.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from accounts.merchants.models import Merchant
from analytics.accuracy.queries import HIT, TrackRecord, demand_record, share_records
from analytics.accuracy.rules import AHEAD_DAYS, WEEKS, Tally, bucket_of, week_of
from analytics.engine.protocol import WEEK
from analytics.forecasts.models import Forecast, ForecastRun, ForecastScore, Measure
from analytics.forecasts.queries import actual_days, edges

UNKNOWN = float("nan")


def replayed_records(merchant: Merchant) -> list[TrackRecord]:
    """The replayed records of sales, orders, demand and shares that have enough to judge by."""
    span = edges(merchant, merchant.today())
    if span is None:
        return []
    found = [_of_runs(measure, span[1]) or _of_tests(measure) for measure in Measure.values]
    found.append(demand_record(span[1], live=False))
    found += share_records(merchant, merchant.today(), live=False)
    return [record for record in found if record is not None and record.whole.is_enough]


def _of_runs(measure: str, until: date) -> TrackRecord | None:
    """From runs that looked from a past day, each day by what came: the newest run of each past day."""
    since = week_of(until) - timedelta(weeks=WEEKS - 1)
    runs = ForecastRun.objects.made().filter(measure=measure, live=False, data_to__gte=since, data_to__lt=until)
    newest = {run.data_to: run.pk for run in runs.order_by("made_at", "pk").only("pk", "data_to")}
    if not newest:
        return None
    came = actual_days(measure, since - timedelta(days=WEEK), until)
    parts: dict[tuple[str, str], Tally] = defaultdict(Tally)
    weeks: dict[date, Tally] = defaultdict(Tally)
    for row in Forecast.objects.filter(run__in=newest.values(), day__lte=until).select_related("run"):
        assert row.run.data_to is not None
        last_week = row.run.data_to - timedelta(days=WEEK - 1 - (row.step - 1) % WEEK)
        actual, naive = came.get(row.day, 0.0), came.get(last_week, 0.0)
        score = ForecastScore.of(row, actual=actual, naive=naive)
        held = tuple(float(getattr(score, name)) for name in HIT)
        week = week_of(row.day)
        one = Tally(1, abs(score.error), abs(score.naive_error), row.q50, actual, (held[0], held[1], held[2]))
        for key in {("", ""), (bucket_of(row.step, AHEAD_DAYS), "")}:
            parts[key] += one.of_week(week)
        weeks[week] += one.of_week(week)
    return TrackRecord(measure, "", dict(parts), dict(sorted(weeks.items())))


def _of_tests(measure: str) -> TrackRecord | None:
    """From the tests on past days that are kept with the newest run; they keep the 80 % range only."""
    kept: dict[str, Any] | None = (
        ForecastRun.objects.of(measure).live().made().values_list("backtest", flat=True).first()
    )
    days = (kept or {}).get("days") or []
    if kept is None or not days or not kept.get("naive_miss"):
        return None
    whole = Tally()
    for first, _span, low, middle, high, actual in days:
        held = (UNKNOWN, float(low <= actual <= high), UNKNOWN)
        one = Tally(1, kept["typical_miss"] or 0.0, kept["naive_miss"], middle, actual, held)
        whole += one.of_week(week_of(date.fromisoformat(first)))
    return TrackRecord(measure, "", {("", ""): whole})
