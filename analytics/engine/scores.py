"""How far forecasts were off. Pure functions of arrays; NaN marks what is not known and does not count.

What a score is where its scale is zero is a policy with a name, not an accident: UNDEFINED. The score of a series that
never changes is 0.0 if the forecast was exact, else NaN ("no scale"), which no comparison takes for good or bad.

Sources: MASE: Hyndman & Koehler, International Journal of Forecasting 22 (2006) 679-688, with the weekly scale; RMSSE:
Makridakis, Spiliotis & Assimakopoulos, International Journal of Forecasting 38 (2022) 1346-1364 (M5); pinball: Koenker
& Bassett, Econometrica 46 (1978) 33-50. MASE is minimised by the median and so flatters forecasting nothing for
things that sell rarely; models are therefore compared by RMSSE.
"""

from __future__ import annotations

import warnings

import numpy as np

from analytics.engine.protocol import WEEK, Array

UNDEFINED = float("nan")


def _ratio(error: Array, scale: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(scale > 0, error / scale, np.where(error == 0, 0.0, UNDEFINED))


def _mean(values: Array, axes: tuple[int, ...]) -> Array:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a mean of nothing is NaN, and that is what it should be
        return np.asarray(np.nanmean(values, axis=axes), dtype=float)


def mean_absolute(actual: Array, predicted: Array) -> Array:
    """The typical miss per series, in the unit of the series."""
    error = np.abs(actual - predicted)
    return _mean(error, tuple(range(1, error.ndim)))


def root_mean_square(actual: Array, predicted: Array) -> Array:
    error = (actual - predicted) ** 2
    return np.asarray(np.sqrt(_mean(error, tuple(range(1, error.ndim)))), dtype=float)


def mase(actual: Array, predicted: Array, history: Array) -> Array:
    """The mean absolute error over that of "same as last week" within the history, per series."""
    step = WEEK if history.shape[1] > WEEK else 1
    scale = _mean(np.abs(history[:, step:] - history[:, :-step]), (1,))
    return _ratio(mean_absolute(actual, predicted), scale)


def rmsse(actual: Array, predicted: Array, history: Array) -> Array:
    """The root mean squared error over that of "same as yesterday" within the history, per series."""
    scale = np.sqrt(_mean((history[:, 1:] - history[:, :-1]) ** 2, (1,)))
    return _ratio(root_mean_square(actual, predicted), scale)


def bias(actual: Array, predicted: Array) -> Array:
    """By what share of the actual total the forecasts were too high (positive) or too low, per series."""
    axes = tuple(range(1, actual.ndim))
    known = np.isfinite(actual) & np.isfinite(predicted)
    total = np.where(known, actual, 0.0).sum(axis=axes)
    return _ratio(np.where(known, predicted, 0.0).sum(axis=axes) - total, total)


def pinball(actual: Array, quantiles: Array, levels: tuple[float, ...]) -> Array:
    """Mean quantile loss over all levels; `quantiles` has one more axis than `actual`, the levels, at its end.

    Half the absolute error where the only level is 0.5; in the unit of the series. One number per series.
    """
    tau = np.asarray(levels)
    gap = actual[..., None] - quantiles
    return _mean(np.maximum(tau * gap, (tau - 1.0) * gap), tuple(range(1, gap.ndim)))


def coverage(actual: Array, low: Array, high: Array) -> Array:
    """The share of known values inside [low, high], per series."""
    known = np.isfinite(actual) & np.isfinite(low) & np.isfinite(high)
    inside = np.where(known, (actual >= low) & (actual <= high), np.nan)
    return _mean(inside, tuple(range(1, inside.ndim)))


def yardstick(actual: Array, predicted: Array) -> Array:
    """What models are compared by: days and whole tests count alike, as the geometric mean of their mean square errors.

    By days alone, "all days like the last one" would often win for what sells rarely, and be far off for the month.
    """
    known = np.isfinite(actual) & np.isfinite(predicted)
    days = np.maximum(known.sum(axis=2), 1)
    sums = np.where(known, predicted - actual, 0.0).sum(axis=2) / days
    sums = np.where(known.any(axis=2), sums, np.nan)
    by_day = root_mean_square(actual, predicted)
    by_test = root_mean_square(sums, np.zeros_like(sums))
    return np.asarray(np.sqrt(by_day * by_test), dtype=float)
