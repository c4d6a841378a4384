"""How earlier demand forecasts stand, week by week over all variants of the shop, and what follows for the next run."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from analytics.demand.models import DemandRun, DemandScore
from analytics.engine.monitor import WEEKLY, Points, watch
from analytics.forecasts.monitoring import Standing

LOOKED_BACK: Final = timedelta(weeks=39)
BUCKET: Final = "days-1-7"
COMMON: Final = 0.1  # relative error that all variants of a shop share in an ordinary week
FARTHEST: Final = 6.0
INDEPENDENT: Final = 10  # variants err partly together: a week of all of them says as much as so many alone


def demand_standing(until: date) -> Standing:
    """How demand forecasts stand by the runs whose first week was over by `until`; runs a week apart, newest first."""
    rows = (
        DemandScore.objects.filter(
            bucket=BUCKET, pattern="", points__gt=0, run__data_to__gt=until - LOOKED_BACK, run__data_to__lte=until
        )
        .order_by("-run__data_to", "-run_id")
        .values_list(
            "run__data_to", "said", "sold", "inside_80", "error", "naive_error", "run__widening", "run__horizon"
        )
    )
    chosen: list[tuple[Any, ...]] = []
    for row in rows:
        is_over = row[0] + timedelta(days=7) <= until
        if is_over and (not chosen or (chosen[-1][0] - row[0]).days >= 7):
            chosen.append(row)
    if not chosen:
        return Standing()
    chosen.reverse()
    said, sold, inside, error, naive, widening = np.array([row[1:7] for row in chosen], dtype=float).T
    drift = np.log((sold + 1) / (said + 1)) / np.sqrt(COMMON**2 + 1 / (sold + 1))
    points = Points(np.clip(drift, -FARTHEST, FARTHEST), 1 - inside, widening, error, naive, weight=INDEPENDENT)
    return Standing.of(watch(points, WEEKLY), [row[0] + timedelta(days=7) for row in chosen])


def demand_watched_before(run: DemandRun) -> dict[str, Any]:
    """The watch of the live run before this one."""
    earlier = DemandRun.objects.closed().filter(live=True, data_to__lt=run.data_to)
    return earlier.order_by("-data_to", "-pk").values_list("watch", flat=True).first() or {}
