"""Gradient-boosted trees on what the plan says: the second opinion beside the regression of response.py.

One model for all series (Ke et al., NeurIPS 30 (2017), LightGBM): log units less the series' mean, from the columns of
the regression, where the series stood some periods before, its size, and its price beside that of its sisters. Trees
see thresholds and what works only together, which the regression does not. They need many rows and many periods, and
each tree sees half of both, since a few loud promotions would be learnt by heart.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from analytics.engine.promotion.features import Design, design, sisters_mean
from analytics.engine.promotion.panel import PromoPanel
from analytics.engine.protocol import Array
from analytics.engine.smoothed import over

ROWS_LEAST: Final = 2_000
PERIODS_LEAST: Final = 40
ROWS_MOST: Final = 150_000
TREES: Final = 200
WARM: Final = 12  # periods before the first one learnt from, in which the level settles
RATE: Final = 0.2  # of the level outside promotions
SETTINGS: Final[dict[str, Any]] = {
    "objective": "l2",
    "learning_rate": 0.08,
    "num_leaves": 31,
    "min_data_in_leaf": 150,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.5,
    "bagging_freq": 1,
    "num_threads": 1,
    "deterministic": True,
    "seed": 1,
    "verbose": -1,
}


def boosted_path(panel: PromoPanel, horizon: int) -> Array | None:
    """Log units of the coming periods, series x horizon; None where there is too little to learn from."""
    logs = panel.logs
    seen = np.isfinite(logs)
    if panel.known < PERIODS_LEAST or int(seen[:, WARM:].sum()) < ROWS_LEAST:
        return None
    from lightgbm import Dataset, train

    made = design(panel)
    mean = over(np.where(seen, logs, 0.0).sum(axis=1), seen.sum(axis=1).astype(float))
    standing = _standing(np.where(panel.promoted[:, : panel.known], np.nan, logs), mean)
    beside = _beside_sisters(panel)
    rows, targets = [], []
    for ahead in sorted({1, max(1, horizon - 1)}):
        for period in range(WARM + ahead - 1, panel.known):
            known = seen[:, period]
            rows.append(_row(made, standing[:, period + 1 - ahead], mean, beside, period)[known])
            targets.append((logs[:, period] - mean)[known])
    table, target = np.concatenate(rows), np.concatenate(targets)
    thin = max(1, -(-len(table) // ROWS_MOST))
    model = train(SETTINGS, Dataset(table[::thin], target[::thin]), TREES)
    path = [
        mean + np.asarray(model.predict(_row(made, standing[:, -1], mean, beside, panel.known + step), num_threads=1))
        for step in range(horizon)
    ]
    return np.stack(path, axis=1)


def _row(made: Design, standing: Array, mean: Array, beside: Array, period: int) -> Array:
    return np.column_stack([made.columns[:, period], standing, mean, beside[:, period]])


def _standing(logs: Array, mean: Array) -> Array:
    """Where each series stood before each period, series x (periods + 1), as deviation from its mean."""
    level = np.zeros((len(logs), logs.shape[1] + 1))
    for period in range(logs.shape[1]):
        gap = logs[:, period] - mean - level[:, period]
        level[:, period + 1] = level[:, period] + RATE * np.nan_to_num(gap, nan=0.0)
    return level


def _beside_sisters(panel: PromoPanel) -> Array:
    sold = np.nansum(panel.units, axis=1)
    return np.asarray(panel.price - sisters_mean(panel.price, sold, panel), dtype=float)
