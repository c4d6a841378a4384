"""What a shop and its categories will sell in units: the sums of their variants, with a range of their own.

The middle is bottom-up: each level is the sum of the variants' means as they are kept, so all levels agree to the last
digit that is kept. Ranges do not add up (variants err partly together), so the shop's is taken from a forecast of its
own daily units (engine.forecast), moved in proportion to the sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np

from analytics import frames
from analytics.demand.models import DemandRun
from analytics.engine.adaptive import UNSCALED
from analytics.engine.cleaning import Refusal
from analytics.engine.forecast import MODELS, forecast
from analytics.engine.reconcile import moved_quantiles

QUICK: Final = [model for model in MODELS if model.tier == 0]
SPANS: Final = (7, 14, 28)


def shop_sums(run: DemandRun, parts: Iterable[Mapping[str, list[float]]]) -> dict[str, Any]:
    """{"categories": {id: mean per step}, "mean": …, "quantiles": …, "totals": {days: …}} of a finished run.

    `parts` are the sums of its chunks; category "0" is that of variants without one. The ranges, at the levels of
    engine.conformal, are missing where the shop's own series cannot be forecast.
    """
    categories: dict[str, np.ndarray] = {}
    for part in parts:
        for category, path in part.items():
            categories[category] = categories.get(category, np.zeros(run.horizon)) + np.asarray(path)
    mean = sum(categories.values(), np.zeros(run.horizon))
    said = {"categories": {key: _rounded(path) for key, path in sorted(categories.items())}, "mean": _rounded(mean)}
    assert run.data_from is not None
    assert run.data_to is not None
    own = forecast(
        frames.daily_series("units", run.data_from, run.data_to), run.data_from, horizon=run.horizon, models=QUICK
    )
    if isinstance(own, Refusal) or not mean.any():
        return said
    own = own.adjusted(UNSCALED, run.widening)
    said["quantiles"] = [_rounded(row) for row in moved_quantiles(own.quantiles, own.mean, mean)]
    said["totals"] = {}
    for window, row in zip(own.windows, own.totals, strict=True):
        if window.first == 1 and window.last in (*SPANS, run.horizon):
            before, after = float(own.mean[window.steps].sum()), float(mean[window.steps].sum())
            said["totals"][str(window.last)] = _rounded(row * (after / before if before > 0 else 1.0))
    return said


def _rounded(values: Iterable[float]) -> list[float]:
    """Six significant digits: as much as is kept, so that a run reads back as it was written on every database."""
    return [float(f"{value:.6g}") for value in values]
