"""Candidates are combined, never chosen: each weighs by its error on forecasts that have come due.

Combining beats picking one over panels that drift and panels that do not; see docs/forecasting.md.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.share.information import Information
from analytics.engine.share.logratio import close

POWER = 12.0
WITHOUT_PLANS = 2.0
"""What all attraction models together count for where no plan is known: they say much the same as the mean share then,
and being many must not make them right."""
REMEMBERED = 26
START_WORTH = 1.0
"""Worth of the starting belief, in forecasts of a whole horizon."""
BELIEF = {"naive": 1.25, "drift": 1.3, "boosted": 1.25}
KNOWING = {Information.ALL: 0.6, Information.OWN: 0.75, Information.NONE: 1.0}


def believed(candidate: str, information: Information) -> float:
    """The error expected before any has been seen, as a ratio to that of the mean share.

    Attraction models carry a dot in their name. The ratios are those published for scanner panels: about one for what
    extrapolates, 0.5 to 0.7 for attraction models that know the plans.
    """
    return KNOWING[information] if "." in candidate else BELIEF.get(candidate, 1.0)


def weights(
    errors: Mapping[str, Array],
    unit: float,
    information: Information,
    horizon: int,
    remembered: int = REMEMBERED,
) -> dict[str, float]:
    """From mean absolute errors that have come due (newest last; NaN where a candidate had none) to weights of sum one.

    `unit` is the error of the mean share on the history, in which the starting belief is counted; `remembered` the
    number of origins whose errors count.
    """
    worth = START_WORTH * horizon
    score = {}
    for name, due in errors.items():
        recent = due[np.isfinite(due)][-remembered * horizon :]
        score[name] = (float(recent.sum()) + worth * unit * believed(name, information)) / (len(recent) + worth)
    least = max(min(score.values()), 1e-12)
    raw = {name: (max(value, 1e-12) / least) ** -POWER for name, value in score.items()}
    if information is Information.NONE:
        many = sum("." in name for name in raw)
        raw = {name: value * (WITHOUT_PLANS / many if "." in name else 1.0) for name, value in raw.items()}
    total = sum(raw.values())
    return {name: value / total for name, value in raw.items()}


def log_mean(forecasts: Mapping[str, Array], weight: Mapping[str, float], *, is_closed: bool) -> Array:
    """The weighted geometric mean of shares, closed again unless every player forecasts for itself alone."""
    logs = sum(weight[name] * np.log(np.maximum(shares, 1e-9)) for name, shares in forecasts.items())
    mean = np.exp(np.asarray(logs, dtype=float))
    return close(mean) if is_closed else np.clip(mean, 0.0, 1.0)


def mean(forecasts: Mapping[str, Array], weight: Mapping[str, float]) -> Array:
    """The weighted mean of shares, for markets in which many sell now and then.

    There a geometric mean takes most from those that one candidate puts at nothing, and closing gives it to the large.
    """
    return np.asarray(sum(weight[name] * shares for name, shares in forecasts.items()), dtype=float)
