"""What the utilities leave over, carried forward: periods x players of centred log-ratios in, horizon x players out."""

from __future__ import annotations

import numpy as np

from analytics.engine.protocol import Array

RATES = np.linspace(0.02, 1.0, 25)
START = 8
LOOKED_BACK = 156
"""Periods that a rate of smoothing is chosen on; what is older has no weight in the level."""
MOST_PERSISTENT = 0.98
RECENT = 13


def smoothed_level(values: Array, rates: Array = RATES) -> Array:
    """The level that exponential smoothing ends at, with the rate whose one-step errors were smallest.

    One rate serves all players. The level starts at the mean of the first `START` periods; those are not judged.
    """
    level, _ = smoothed(values, rates)
    return level


def smoothed(values: Array, rates: Array = RATES) -> tuple[Array, float]:
    """The last level (players) and the rate chosen."""
    values = values[-LOOKED_BACK:]
    start = values[:START].mean(axis=0)
    apart = values - start
    if len(values) <= START:
        return start, float(rates[0])
    level = np.zeros((len(rates), values.shape[1]))
    surprises = np.zeros((len(values), *level.shape))
    for period, value in enumerate(apart):
        surprise = value - level
        surprises[period] = surprise
        level += rates[:, None] * surprise
    best = int((surprises[START:] ** 2).sum(axis=(0, 2)).argmin())
    return start + level[best], float(rates[best])


def persistence(values: Array) -> float:
    """The first-order autocorrelation around zero, one for all players, in [0, `MOST_PERSISTENT`]."""
    scale = float((values[:-1] ** 2).sum())
    if len(values) < 3 or scale <= 0:
        return 0.0
    return float(np.clip((values[1:] * values[:-1]).sum() / scale, 0.0, MOST_PERSISTENT))


def fading(values: Array, horizon: int) -> Array:
    """AR(1): the last residual, fading."""
    return np.asarray(values[-1] * persistence(values) ** np.arange(1, horizon + 1)[:, None], dtype=float)


def staying(values: Array, horizon: int) -> Array:
    """A local level: what smoothing has arrived at, for ever. Of few periods it is noise, which the intercepts hold."""
    if len(values) <= START:
        return np.zeros((horizon, values.shape[1]))
    return np.repeat(smoothed_level(values, RATES[RATES <= 0.8])[None], horizon, axis=0)


def of_means(shares: Array, expected: Array) -> Array:
    """The log-ratio of what was sold lately to what was expected, per player; both are periods x players.

    Of means, not a mean of log-ratios: that has no sense for who sells nothing in most periods. One period as expected
    is added to both, so that who has not sold lately does not vanish.
    """
    sold, usual = shares[-RECENT:].sum(axis=0), expected[-RECENT:].sum(axis=0)
    one = expected[-RECENT:].mean(axis=0)
    return np.asarray(np.log((sold + one) / (usual + one)), dtype=float)


def smooth_path(values: Array) -> Array:
    """The level of every period as seen from both sides: exponential smoothing forth and back, around its own mean.

    The rate is the one that `smoothed` chooses among those up to 0.6, so that noise is not taken for level.
    """
    _, rate = smoothed(values, RATES[RATES <= 0.6])
    path = values
    for _ in range(2):
        level = path[:START].mean(axis=0)
        levels = np.empty_like(path)
        for period, value in enumerate(path):
            level = level + rate * (value - level)
            levels[period] = level
        path = levels[::-1]
    return np.asarray(path - path.mean(axis=0), dtype=float)
