"""How forecasts that came due stand, and what follows for those made now: wider ranges, a choice by newer tests.

What stands is worked out anew from the scores for every run and kept in it, so that a run says for ever what it knew.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from accounts.activity.log import record
from accounts.activity.models import Activity
from analytics.engine.adaptive import UNSCALED, Scale, Scales, inside
from analytics.engine.monitor import OK, REVIEW, Points, Watch, normal_scores, watch
from analytics.engine.protocol import WEEK
from analytics.forecasts.events import DriftNoticed, DriftOver
from analytics.forecasts.models import ForecastRun, ForecastScore
from core.actors import SYSTEM

LOOKED_BACK: Final = timedelta(days=182)
STEPS: Final = 21  # a day is judged by the earliest that was said of it up to so many days ahead: before a break
LATELY: Final = 8  # newest tests by which models are chosen while under review
KEPT: Final = {"days": "days", "weeks": "sums", "spans": "spans"}  # scales, by their names in a run's watch
QUANTILES: Final = ("q025", "q10", "q25", "q50", "q75", "q90", "q975")


@dataclass(frozen=True)
class Standing:
    """How forecasts stand: `state` of engine.monitor, and since which day or week they are under review.

    `scales` are those of their ranges (engine.adaptive).
    """

    state: str = ""
    reason: str = ""
    since: str = ""
    widening: float = 1.0
    inside: float = 0.0
    points: int = 0
    scales: Scales = UNSCALED

    @classmethod
    def of(cls, found: Watch, days: list[date]) -> Standing:
        """What a watch over points of these days says; nothing where there were none."""
        if not found.points:
            return cls()
        since = days[found.since].isoformat() if found.since >= 0 else ""
        return cls(found.state, found.reason, since, round(found.widening, 4), round(found.inside, 4), found.points)

    @property
    def is_review(self) -> bool:
        return self.state == REVIEW

    @property
    def lately(self) -> int | None:
        """By how many of the newest tests a model is to be chosen; None for all."""
        return LATELY if self.is_review else None

    def to_json(self) -> dict[str, Any]:
        """As a run keeps it; {} where nothing had come due."""
        if not self.state:
            return {}
        kept = asdict(self)
        del kept["scales"]
        return kept | {name: list(getattr(self.scales, kind).logs) for kind, name in KEPT.items()}


def standing(measure: str, until: date) -> Standing:
    """How forecasts of a measure stand by the scores of days up to `until`."""
    rows = (
        ForecastScore.objects.filter(
            forecast__run__measure=measure,
            forecast__step__lte=STEPS,
            forecast__day__gt=until - LOOKED_BACK,
            forecast__day__lte=until,
        )
        .order_by("forecast__day", "-forecast__step", "forecast_id")
        .values_list(
            "forecast__day",
            "actual",
            "inside_80",
            "error",
            "naive_error",
            "forecast__run__widening",
            *(f"forecast__{name}" for name in QUANTILES),
        )
    )
    by_day: dict[date, tuple[Any, ...]] = {}
    for row in rows:
        by_day.setdefault(row[0], row)
    if not by_day:
        return Standing()
    days = sorted(by_day)
    table = np.array([by_day[day][1:] for day in days], dtype=float)
    points = Points(
        score=normal_scores(table[:, 5:], table[:, 0]),
        missed=1.0 - table[:, 1],
        widening=table[:, 4],
        miss=np.abs(table[:, 2]),
        naive=np.abs(table[:, 3]),
    )
    before = (
        ForecastRun.objects.made().live().filter(measure=measure, data_to__lt=until).order_by("-data_to", "-pk").first()
    )
    found = Standing.of(watch(points), days)
    return found if before is None else replace(found, scales=_scales(before, until))


def _scales(before: ForecastRun, until: date) -> Scales:
    """The scales of the run before, moved by what came due after it, in one query."""
    assert before.data_to is not None
    known = before.watch
    logs = {kind: known.get(name, known.get("sums", (0.0, 0.0, 0.0))) for kind, name in KEPT.items()}
    scales = Scales(**{kind: Scale(tuple(one)) for kind, one in logs.items()})
    elapsed = (until - before.data_to).days
    rows = ForecastScore.objects.filter(
        forecast__run__measure=before.measure,
        forecast__run__data_to__gte=before.data_to - timedelta(days=before.horizon),
        forecast__day__lte=until,
    ).values_list("forecast__run", "forecast__step", "forecast__day", "actual", "inside_50", "inside_80", "inside_95")
    held: list[tuple[bool, ...]] = []
    came: dict[int, dict[int, float]] = defaultdict(dict)
    for run, step, day, actual, *bands in rows:
        came[run][step] = actual
        if day > before.data_to:
            held.append(tuple(bands))
    if held:
        scales = replace(scales, days=scales.days.learn(np.mean(held, axis=0).tolist(), elapsed))
    due: dict[str, list[Any]] = {"weeks": [], "spans": []}
    for run in ForecastRun.objects.filter(pk__in=came):
        assert run.data_to is not None
        for name, quantiles in run.totals.items():
            first, last = (int(step) for step in name.split("-"))
            is_due = before.data_to < run.data_to + timedelta(days=last) <= until
            sold = [came[run.pk][step] for step in range(first, last + 1) if step in came[run.pk]]
            if is_due and len(sold) == last - first + 1:
                kind = "weeks" if len(sold) <= WEEK else "spans"
                due[kind].append(inside(np.array(quantiles), np.array(sum(sold))))
    learnt = {
        kind: getattr(scales, kind).learn(np.mean(hits, axis=0).tolist(), elapsed) for kind, hits in due.items() if hits
    }
    return replace(scales, **learnt)


def announce_watch(
    run: Any, subject_name: str, *, before: dict[str, Any], category: str = "", caused_by: Activity | None = None
) -> Activity | None:
    """Record that forecasts came under review, or hold again, where that is another than `before`."""
    is_review, was_review = run.watch.get("state", OK) == REVIEW, before.get("state", OK) == REVIEW
    if is_review == was_review:
        return None
    kind = DriftNoticed if is_review else DriftOver
    fact = kind(
        run_id=run.pk,
        subject_name=subject_name,
        since=(run.watch if is_review else before).get("since", ""),
        reason=(run.watch if is_review else before).get("reason", ""),
        inside=run.watch.get("inside", 0.0),
        points=run.watch.get("points", 0),
        widening=run.widening,
        category=category,
    )
    return record(fact, actor=SYSTEM, caused_by=caused_by)
