"""How earlier forecasts of a market stand, player by player, and what follows for the next run."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import numpy as np

from analytics.engine.monitor import OK, REVIEW, WATCH, WEEKLY, Points, Watch, normal_scores, watch
from analytics.forecasts.monitoring import Standing
from analytics.markets.models import WEEK, Information, Market, ShareRun, ShareScore

LOOKED_BACK: Final = 39 * WEEK
STEPS: Final = 4  # a week is judged by the earliest that was said of it in the four weeks before
WORST: Final = {"": 0, OK: 0, WATCH: 1, REVIEW: 2}


def share_standing(market: Market, measure: str, until: date) -> Standing:
    """How forecasts of the market stand by the weeks up to `until`: as those of its worst player do."""
    rows = ShareScore.objects.filter(
        forecast__run__market=market,
        forecast__run__measure=measure,
        forecast__run__information=Information.NONE,
        forecast__run__last_week__gt=until - LOOKED_BACK,
        step__lte=STEPS,
    ).values_list(
        "forecast__player_id",
        "forecast__run__last_week",
        "step",
        "forecast__quantiles",
        "actual",
        "inside_80",
        "forecast__run__widening",
        "error",
        "naive_error",
    )
    by_player: dict[int, dict[date, tuple[Any, ...]]] = {}
    for player, last, step, *rest in rows.order_by("forecast__player_id", "-step", "-forecast__run_id"):
        week = last + step * WEEK
        if week <= until:
            by_player.setdefault(player, {}).setdefault(week, (step, *rest))
    found = [_of_player(weeks) for weeks in by_player.values()]
    return max(found, key=lambda one: (WORST[one.state], one.widening, -one.inside), default=Standing())


def _of_player(by_week: dict[date, tuple[Any, ...]]) -> Standing:
    weeks = sorted(by_week)
    said = np.array([by_week[week][1][by_week[week][0] - 1] for week in weeks], dtype=float)
    actual, inside, widening, error, naive = np.array([by_week[week][2:] for week in weeks], dtype=float).T
    points = Points(normal_scores(said, actual), 1 - inside, widening, np.abs(error), np.abs(naive))
    seen: Watch = watch(points, WEEKLY)
    return Standing.of(seen, weeks)


def share_watched_before(run: ShareRun) -> dict[str, Any]:
    """The watch of the run before this one."""
    earlier = ShareRun.objects.made().filter(
        market=run.market, measure=run.measure, information=run.information, last_week__lt=run.last_week
    )
    return earlier.order_by("-last_week", "-pk").values_list("watch", flat=True).first() or {}
