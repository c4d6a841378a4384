"""A gradient-boosted challenger: trees on what an attraction model leaves over.

clr(share) - clr(model) = level of the last 13 periods + f(plan, plan against the rivals', drivers of the period before,
how the last one and four periods differ from that level, steps ahead), f by LightGBM (Ke et al. 2017, "LightGBM: a
highly efficient gradient boosting decision tree", NeurIPS 30). It finds what a log-linear model cannot: thresholds of
price, and drivers that work together. All players and steps of a market are learnt from together, so few trees do; they
are grown anew every `EVERY` origins. It needs `LEAST` periods of history and every plan known.

Trees are grown only where bends and products of drivers, by ridge regression on the first two thirds of the history,
explain `PROMISE` of what is left over in the last third: LightGBM takes seconds to load, and on most markets finds
nothing.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.share.candidates import Fitted
from analytics.engine.share.logratio import clr, softmax, without_zeros

NAME: Final = "boosted"
BASE: Final = "logit_lagged"
LEAST, EVERY = 30, 4
SPAN, SHORT = 13, 4
PROMISE, RIDGE = 0.1, 10.0
BENDS: Final = (0.2, 0.4, 0.6, 0.8)
TREES = 40
SETTINGS: Final[dict[str, Any]] = {
    "objective": "regression",
    "num_leaves": 8,
    "learning_rate": 0.05,
    "min_data_in_leaf": 20,
    "lambda_l2": 5.0,
    "max_bin": 63,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "seed": 1,
    "verbosity": -1,
}


class Challenger:
    """The trees of one market, kept from origin to origin. The same history gives the same trees."""

    def __init__(self, horizon: int) -> None:
        self.horizon = horizon
        self.trees: Any = None
        self.looked_at = 0

    def forecast(self, model: Fitted, shares: Array, drivers: Array, plan: Array) -> Array | None:
        """Shares ahead, one row for each period of `plan`; None where the history is too short or promises nothing.

        `model` is fitted to `shares` and `drivers`, periods x players (x drivers) of the same players as the plan's.
        """
        origin = len(shares)
        if origin < LEAST:
            return None
        rest = clr(without_zeros(shares)) - (model.past - model.past.mean(axis=1, keepdims=True))
        standardised = model.scale.apply(np.concatenate([drivers, plan]))
        inputs = _against_rivals(standardised)
        if not self.looked_at or origin - self.looked_at >= EVERY:
            self.looked_at = origin
            self.trees = self._grow(rest, inputs) if promise(rest, standardised[:origin]) >= PROMISE else None
        if self.trees is None:
            return None
        level = _level(rest, origin)
        rows = [_row(rest, inputs, origin, period) for period in range(origin, origin + len(plan))]
        found = self.trees.predict(np.concatenate(rows), num_threads=1).reshape(len(plan), -1)
        return softmax(model.planned(plan) + level + found)

    def _grow(self, rest: Array, inputs: Array) -> Any:
        """Every past period is learnt from as seen from two origins before it, near and far in turn."""
        import lightgbm

        rows, targets = [], []
        for period in range(SPAN, len(rest)):
            for ahead in (3 * period % self.horizon, (3 * period + self.horizon // 2) % self.horizon):
                origin = period - ahead
                if origin >= SHORT:
                    rows.append(_row(rest, inputs, origin, period))
                    targets.append(rest[period] - _level(rest, origin))
        data = lightgbm.Dataset(np.concatenate(rows), np.concatenate(targets), params=SETTINGS)
        return lightgbm.train(SETTINGS, data, TREES)


def promise(rest: Array, drivers: Array) -> float:
    """By what share bends and products of drivers lower the squared error of what is left over, out of sample."""
    changes = np.concatenate([rest[period] - _level(rest, period) for period in range(SHORT, len(rest))])
    plain = drivers[SHORT:].reshape(len(changes), -1)
    marks = np.quantile(plain, BENDS, axis=0)
    bent = np.maximum(plain[:, None] - marks, 0.0).reshape(len(plain), -1)
    steps = (plain[:, None] > marks).reshape(len(plain), -1).astype(float)
    first, second = np.triu_indices(plain.shape[1])
    rich = np.concatenate([plain, bent, steps, plain[:, first] * plain[:, second]], axis=1)
    split = 2 * len(changes) // 3
    poor_error, rich_error = (_missed(features, changes, split) for features in (plain, rich))
    return 1.0 - rich_error / poor_error if poor_error > 0 else 0.0


def _missed(features: Array, targets: Array, split: int) -> float:
    """The squared error after `split` of a ridge regression on what stands before."""
    inside = np.column_stack([features, np.ones(len(features))])
    known = inside[:split]
    penalty = RIDGE * np.eye(inside.shape[1])
    slopes = np.linalg.solve(known.T @ known + penalty, known.T @ targets[:split])
    return float(((targets[split:] - inside[split:] @ slopes) ** 2).sum())


def _against_rivals(drivers: Array) -> Array:
    """Standardised drivers, and each against the mean of all players."""
    return np.concatenate([drivers, drivers - drivers.mean(axis=1, keepdims=True)], axis=2)


def _level(rest: Array, origin: int) -> Array:
    return np.asarray(rest[max(0, origin - SPAN) : origin].mean(axis=0), dtype=float)


def _row(rest: Array, inputs: Array, origin: int, period: int) -> Array:
    """What is known at `origin` of each player in `period`: players x features."""
    level = _level(rest, origin)
    lately = rest[max(0, origin - SHORT) : origin].mean(axis=0) - level
    last = rest[origin - 1] - level
    ahead = np.full(len(level), period - origin + 1.0)
    return np.concatenate([inputs[period], inputs[period - 1], np.stack([level, lately, last, ahead], axis=1)], axis=1)
