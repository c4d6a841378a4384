"""Track records from the scores of every subject: sales, orders, demand and market shares."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Abs

from accounts.merchants.models import Merchant
from analytics.accuracy.models import ForecastOverride, OverrideOf, OverrideScore
from analytics.accuracy.rules import AHEAD_DAYS, AHEAD_WEEKS, WEEKS, Tally, bucket_of, week_of
from analytics.demand.models import DemandForecast, DemandRun, DemandScore
from analytics.demand.queries import newest_run as newest_demand_run
from analytics.demand.rules import BUCKETS, DAY_BUCKETS
from analytics.engine.demand import LEVELS
from analytics.engine.monitor import REVIEW
from analytics.facts.models import DirtyDay, VariantFact
from analytics.forecasts.models import ForecastRun, ForecastScore, Measure
from analytics.forecasts.queries import newest_run
from analytics.forecasts.rules import HIGH, LOW, MIDDLE
from analytics.markets.models import WEEK, Information, Player, ShareRun, ShareScore
from analytics.markets.models import Measure as ShareMeasure
from ecommerce.catalog.models import Variant

NIGHTS = timedelta(days=2)
HIT = ("inside_50", "inside_80", "inside_95")
COUNTED: dict[str, Any] = {
    "points": Count("pk"),
    "miss": Sum(Abs("error")),
    "naive": Sum(Abs("naive_error")),
    "came": Sum("actual"),
    "off": Sum("error"),
    **{name: Count("pk", filter=Q(**{name: True})) for name in HIT},
}


@dataclass(frozen=True)
class TrackRecord:
    """How well one subject was forecast in the last weeks.

    `subject` is a measure of forecasts, "demand", or "share"; `name` the category of a share. `parts` are tallies by
    (how far ahead, kind of product), "" for all; `weeks` by the week that came. `watch` is that of the newest run.
    """

    subject: str
    name: str = ""
    parts: dict[tuple[str, str], Tally] = field(default_factory=dict)
    weeks: dict[date, Tally] = field(default_factory=dict)
    watch: dict[str, Any] = field(default_factory=dict)
    widening: float = 1.0

    @property
    def whole(self) -> Tally:
        return self.parts.get(("", ""), Tally())

    @property
    def is_review(self) -> bool:
        return self.watch.get("state") == REVIEW


def forecast_record(measure: str, until: date) -> TrackRecord:
    """The record of sales or orders, by the scores of days in the last weeks up to `until`: two queries."""
    since = week_of(until) - (WEEKS - 1) * WEEK
    names = [When(forecast__step__lte=last, then=Value(name)) for name, (_, last) in AHEAD_DAYS.items()]
    rows: Any = (
        ForecastScore.objects.filter(forecast__run__measure=measure, forecast__day__gte=since, forecast__day__lte=until)
        .annotate(ahead=Case(*names, default=Value(""), output_field=CharField()))
        .order_by()
        .values("ahead", "forecast__day")
        .annotate(**COUNTED)
    )
    parts: dict[tuple[str, str], Tally] = defaultdict(Tally)
    weeks: dict[date, Tally] = defaultdict(Tally)
    for row in rows:
        week = week_of(row["forecast__day"])
        hits = (row["inside_50"], row["inside_80"], row["inside_95"])
        said = row["came"] + row["off"]
        one = Tally(row["points"], row["miss"], row["naive"], said, row["came"], hits).of_week(week)
        for key in {("", ""), (row["ahead"], "")}:
            parts[key] += one
        weeks[week] += one
    newest: Any = ForecastRun.objects.of(measure).live().made().values("watch", "widening").first()
    return TrackRecord(measure, "", dict(parts), dict(sorted(weeks.items())), **(newest or {}))


def demand_record(until: date, *, live: bool = True) -> TrackRecord:
    """The record of demand, by runs whose days were over in the last weeks up to `until`: two queries.

    Of runs that looked ahead when they were made, or of those that looked from a past day.
    """
    since = week_of(until) - (WEEKS - 1) * WEEK
    rows = DemandScore.objects.filter(
        points__gt=0,
        run__live=live,
        run__data_to__gte=since - timedelta(days=28),
        run__data_to__lte=until,
        miss__isnull=False,
    ).values_list("bucket", "pattern", "run__data_to", "points", "miss", "naive_miss", "said", "sold", *HIT)
    parts: dict[tuple[str, str], Tally] = defaultdict(Tally)
    weeks: dict[date, Tally] = defaultdict(Tally)
    for bucket, pattern, data_to, points, miss, naive, said, sold, *held in rows:
        week = week_of(data_to + timedelta(days=BUCKETS[bucket][1]))
        if week < since:
            continue
        hits = (held[0] * points, held[1] * points, held[2] * points)
        one = Tally(points, miss * points, naive * points, said, sold, hits).of_week(week)
        parts[bucket, pattern] += one
        if bucket in DAY_BUCKETS:
            parts["", pattern] += one
            if not pattern:
                weeks[week] += one
    newest: Any = DemandRun.objects.closed().filter(live=True).values("watch", "widening").first() if live else None
    return TrackRecord("demand", "", dict(parts), dict(sorted(weeks.items())), **(newest or {}))


def share_records(
    merchant: Merchant, until: date, measure: str = ShareMeasure.VALUE, *, live: bool = True
) -> list[TrackRecord]:
    """The records of the merchant's own share in each of its markets, of live runs or of replays: three queries."""
    since = week_of(until) - (WEEKS - 1) * WEEK
    players = list(Player.objects.filter(merchant=merchant).select_related("market__category").order_by("market_id"))
    rows = ShareScore.objects.filter(
        forecast__player__in=players,
        forecast__run__measure=measure,
        forecast__run__information=Information.NONE,
        forecast__run__is_replay=not live,
        forecast__run__last_week__gte=since - 8 * WEEK,
    ).values_list("forecast__player_id", "forecast__run__last_week", "step", "actual", "error", "naive_error", *HIT)
    parts: dict[int, dict[tuple[str, str], Tally]] = defaultdict(lambda: defaultdict(Tally))
    weeks: dict[int, dict[date, Tally]] = defaultdict(lambda: defaultdict(Tally))
    for player, last, step, actual, error, naive, *held in rows:
        week = last + step * WEEK
        if not since <= week <= until:
            continue
        hits = (float(held[0]), float(held[1]), float(held[2]))
        one = Tally(1, abs(error), abs(naive), actual + error, actual, hits).of_week(week)
        for key in {("", ""), (bucket_of(step, AHEAD_WEEKS), "")}:
            parts[player][key] += one
        weeks[player][week] += one
    markets = [player.market_id for player in players]
    runs: Any = ShareRun.objects.made().filter(market__in=markets, measure=measure, information=Information.NONE)
    newest: dict[int, dict[str, Any]] = {}
    for row in (
        runs.filter(last_week__gte=since - 8 * WEEK)
        .order_by("last_week", "pk")
        .values("market_id", "watch", "widening")
    ):
        newest[row.pop("market_id")] = row
    return [
        TrackRecord(
            "share",
            player.market.category.label,
            dict(parts[player.pk]),
            dict(sorted(weeks[player.pk].items())),
            **(newest.get(player.market_id, {}) if live else {}),
        )
        for player in players
        if player.pk in parts
    ]


def track_records(merchant: Merchant) -> list[TrackRecord]:
    """All records of the merchant in scope, those of subjects that have none yet included."""
    until = merchant.today()
    return [
        *(forecast_record(measure, until) for measure in Measure.values),
        demand_record(until),
        *share_records(merchant, until),
    ]


def record_rows(records: list[TrackRecord]) -> Iterator[dict[str, Any]]:
    """Records as plain rows, for export and API: one per part, and one per week of the whole."""
    for record in records:
        for (ahead, pattern), tally in sorted(record.parts.items()):
            yield {"subject": record.subject, "of": record.name, "ahead": ahead, "sells": pattern, "week": None} | (
                _plain(tally)
            )
        for week, tally in record.weeks.items():
            yield {"subject": record.subject, "of": record.name, "ahead": "", "sells": "", "week": week} | _plain(tally)


def _plain(tally: Tally) -> dict[str, Any]:
    inside = tally.inside or (None, None, None)
    return {
        "points": int(tally.points),
        "typical_miss": _six(tally.typical_miss),
        "naive_miss": _six(tally.naive_miss),
        "skill": _six(tally.skill),
        "bias": _six(tally.bias),
        "inside_50": _six(inside[0]),
        "inside_80": _six(inside[1]),
        "inside_95": _six(inside[2]),
        "verdict": tally.verdict,
    }


def _six(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")


def shops_under_review(now: datetime) -> int:
    """How many shops have forecasts of sales, orders or demand under review, by the runs of the last two nights."""
    since = now - NIGHTS
    states: dict[tuple[int, str], str | None] = {}
    rows: Any = ForecastRun.objects.filter(live=True, made_at__gte=since).order_by("made_at", "pk")
    for merchant, measure, state in rows.values_list("merchant", "measure", "watch__state"):
        states[merchant, measure] = state
    demand: Any = DemandRun.objects.filter(live=True, made_at__gte=since).order_by("made_at", "pk")
    for merchant, state in demand.values_list("merchant", "watch__state"):
        states[merchant, "demand"] = state
    return len({merchant for (merchant, _measure), state in states.items() if state == REVIEW})


def merchants_standing(until: date) -> list[dict[str, Any]]:
    """Sales forecasts of all merchants: their record of the last weeks and the watch of the newest run.

    Those under review come first. Across merchants; three queries.
    """
    since = week_of(until) - (WEEKS - 1) * WEEK
    scored: Any = (
        ForecastScore.objects.filter(forecast__run__measure=Measure.SALES_VALUE, forecast__day__gte=since)
        .order_by()
        .values("merchant")
        .annotate(**COUNTED)
    )
    sums = {row["merchant"]: row for row in scored}
    runs: dict[int, dict[str, dict[str, Any]]] = defaultdict(dict)
    recent: Any = ForecastRun.objects.filter(live=True, outcome=ForecastRun.Outcome.MADE, data_to__gte=since)
    for row in recent.order_by("made_at", "pk").values("merchant", "measure", "watch", "widening"):
        runs[row["merchant"]][row["measure"]] = row
    demand: Any = DemandRun.objects.filter(live=True, data_to__gte=since).order_by("made_at", "pk")
    for row in demand.values("merchant", "watch", "widening"):
        runs[row["merchant"]]["demand"] = row
    shops = Merchant.objects.in_bulk({*sums, *runs})
    found = []
    for pk, shop in shops.items():
        row = sums.get(pk)
        tally = Tally()
        if row:
            hits = (row["inside_50"], row["inside_80"], row["inside_95"])
            tally = Tally(row["points"], row["miss"], row["naive"], row["came"] + row["off"], row["came"], hits)
        reviews = [
            {"subject": subject, "since": run["watch"].get("since", ""), "reason": run["watch"].get("reason", ""),
             "widening": run["widening"]}
            for subject, run in runs[pk].items()
            if run["watch"].get("state") == REVIEW
        ]  # fmt: skip
        found.append({"shop": shop, "tally": tally, "reviews": reviews})
    return sorted(found, key=lambda one: (not one["reviews"], one["shop"].name))


def override_list() -> QuerySet[ForecastOverride]:
    """Own figures with all that a row of their list shows."""
    return ForecastOverride.objects.select_related("merchant", "variant__product", "score")


def nearer_counts() -> Counter[str]:
    """Who came nearer how often, over all own figures that were scored, one per span of days: the last stated."""
    scores = OverrideScore.objects.select_related("override").order_by("override__made_at", "override_id")
    last = {}
    for score in scores:
        one = score.override
        last[one.measure, one.variant_id, one.first_day, one.days] = score.nearer
    return Counter(last.values())


def due_overrides(until: date) -> list[ForecastOverride]:
    """Own figures whose days are over and counted, not scored yet."""
    dirty = set(DirtyDay.objects.values_list("day", flat=True))
    waiting = ForecastOverride.objects.filter(score=None, first_day__lte=until).order_by("pk")
    return [
        one
        for one in waiting
        if one.last_day <= until and not any(one.first_day <= day <= one.last_day for day in dirty)
    ]


@dataclass(frozen=True)
class Span:
    """Days that a figure may be stated for, and what the machine says of them."""

    first: date
    days: int
    low: float
    middle: float
    high: float
    run_id: int

    @property
    def key(self) -> str:
        return f"{self.first.isoformat()}/{self.days}"

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.days - 1)


def spans_of(measure: str, today: date, variant: Variant | None = None) -> list[Span]:
    """The weeks and days of the newest forecast that have not begun yet, the weeks first."""
    if measure == OverrideOf.UNITS:
        return [span for span in _spans_of_variant(variant) if span.first >= today]
    run = newest_run(measure, made=True)
    if run is None or run.data_to is None:
        return []
    spans = []
    for first in range(1, run.horizon - 5, 7):
        total_ = run.total(first, first + 6)
        if total_:
            day = run.data_to + timedelta(days=first)
            spans.append(Span(day, 7, total_[LOW], total_[MIDDLE], total_[HIGH], run.pk))
    days = run.days.order_by("step").values_list("day", "q10", "q50", "q90")
    spans += [Span(day, 1, low, middle, high, run.pk) for day, low, middle, high in days]
    return [span for span in spans if span.first >= today]


def _spans_of_variant(variant: Variant | None) -> list[Span]:
    run = newest_demand_run()
    if variant is None or run is None or run.data_to is None:
        return []
    row = DemandForecast.objects.filter(run=run, variant=variant).first()
    if row is None:
        return []
    totals = run.unpack([bytes(row.path)]).totals[0]
    first = run.data_to + timedelta(days=1)
    low, middle, high = (LEVELS.index(level) for level in (0.10, 0.50, 0.90))
    spans = []
    for days in (7, 14, 28):
        if days in run.windows:
            said = totals[run.windows.index(days)]
            spans.append(Span(first, days, float(said[low]), float(said[middle]), float(said[high]), run.pk))
    return spans


def units_of(variant_id: int, first: date, last: date) -> float:
    """Units of a variant sold between two days."""
    facts = VariantFact.objects.filter(variant_id=variant_id, day__gte=first, day__lte=last)
    return float(facts.aggregate(sold=Sum("units", default=0))["sold"])
