"""Intervals from the errors a model made on days it had not seen.

Errors are taken on the square-root scale, where those of a busy and of a quiet day compare, and no interval reaches
below zero. Each horizon has its own spread, a line through the mean absolute errors of all horizons that never falls;
errors divided by it are pooled over horizons and tests, and their quantiles (rank (n + 1) p, as split conformal
prediction asks) times the spread are put round the path. Tests overlap and are few, so the quantiles are widened by
sqrt(1 + c / n) with n the number of tests that share no day; c is larger for sums of days, which have one error a test
where days have many, and smaller for their 50 % band, as Student's t with n degrees of freedom has it. Fewer than eight
tests: errors are taken with both signs, since few errors say nothing about which side is the likelier.

Sources: Vovk, Gammerman & Shafer, Algorithmic Learning in a Random World (2005), ch. 4 (split conformal prediction);
Romano, Patterson & Candes, NeurIPS 32 (2019) (a quantile per side); Stankeviciute, Alaa & van der Schaar, NeurIPS 34
(2021) (per horizon); Barber, Candes, Ramdas & Tibshirani, Annals of Statistics 51 (2023) 816-845 (what holds without
exchangeability); the widening as measured in docs/forecasting.md.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.engine.protocol import LEVELS, NORMAL, Array

MIDDLE = LEVELS.index(0.50)
WIDEN_DAYS = 1.0
WIDEN_TOTALS = np.array([1.5, 1.5, 0.75, 0.0, 0.75, 1.5, 1.5])  # by level
FEW_TESTS = 8


@dataclass(frozen=True)
class Window:
    """The steps `first` to `last`, counted from one, both included: a week or a month of the horizon."""

    first: int
    last: int

    @property
    def steps(self) -> slice:
        return slice(self.first - 1, self.last)

    @property
    def days(self) -> int:
        return self.last - self.first + 1


def windows_for(horizon: int) -> tuple[Window, ...]:
    """The whole weeks of the horizon, its first two weeks, and all of it."""
    weeks = [Window(step, step + 6) for step in range(1, horizon - 5, 7)]
    return (*weeks, *([Window(1, 14)] if horizon > 14 else []), Window(1, horizon))


def independent_tests(origins: Sequence[int], horizon: int) -> float:
    """How many of the tests share no day: the days they span over the horizon, at least one."""
    if not origins:
        return 1.0
    return max(1.0, (origins[-1] - origins[0]) / horizon + 1.0)


def _ranked(pool: Array, level: float) -> Array:
    """The (n + 1) p-th smallest of each row's known values, between two of them by interpolation; NaN if none."""
    count = np.isfinite(pool).sum(axis=1)
    ordered = np.sort(pool, axis=1)  # NaN goes last
    rank = np.clip((count + 1) * level - 1, 0, np.maximum(count - 1, 0))
    low = np.floor(rank).astype(int)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    below = np.take_along_axis(ordered, low[:, None], axis=1)[:, 0]
    above = np.take_along_axis(ordered, high[:, None], axis=1)[:, 0]
    value: Array = below + (rank - low) * (above - below)
    return value


def _nanmean(values: Array, axis: int) -> Array:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmean(values, axis=axis), dtype=float)


def _spread(errors: Array) -> Array:
    """The typical size of the error at each step, series x steps: a line that does not fall, never zero or less."""
    size = _nanmean(np.abs(errors), 1)
    known = np.isfinite(size)
    weight = np.isfinite(errors).sum(axis=1) * known
    step = np.arange(1.0, size.shape[1] + 1.0)
    total = np.maximum(weight.sum(axis=1), 1)[:, None]
    filled = np.where(known, size, 0.0)
    mean = (weight * filled).sum(axis=1, keepdims=True) / total
    middle = (weight * step).sum(axis=1, keepdims=True) / total
    variance = (weight * (step - middle) ** 2).sum(axis=1, keepdims=True)
    slope = (weight * (step - middle) * (filled - mean)).sum(axis=1, keepdims=True) / np.maximum(variance, 1e-12)
    slope = np.clip(
        slope, 0.0, 0.75 * mean / np.maximum(middle, 1.0)
    )  # the line starts at a quarter of the mean or more
    spread: Array = mean + slope * (step - middle)
    return spread


def _quantiles(scaled: Array, tests: int, widen: float | Array) -> Array:
    """Quantiles of pooled errors in units of their spread, series x levels, widened by a factor (or one a level)."""
    pool = scaled.reshape(len(scaled), -1)
    if tests < FEW_TESTS:
        pool = np.concatenate([pool, -pool], axis=1)
    quantiles = np.stack([_ranked(pool, level) for level in LEVELS], axis=1)
    quantiles = np.nan_to_num(quantiles)
    middle = quantiles[:, MIDDLE : MIDDLE + 1]
    widened: Array = middle + (quantiles - middle) * widen
    return widened


def _around(path: Array, offsets: Array) -> Array:
    """Path plus offsets on the square-root scale, back on the scale of the series, ordered, holding the path within."""
    bands = np.maximum(np.sqrt(path)[..., None] + offsets, 0.0) ** 2
    bands = np.sort(bands, axis=-1)
    bands[..., :2] = np.minimum(bands[..., :2], path[..., None])
    bands[..., -2:] = np.maximum(bands[..., -2:], path[..., None])
    return bands


def _doubted(offsets: Array, path: Array, doubt: Array) -> Array:
    """Offsets on the square-root scale, wider by an error of the path itself, independent of the days' noise.

    `doubt` is the standard deviation of the logarithm of the path: by d sqrt(x) = sqrt(x) / 2 d log(x) it adds
    sqrt(path) / 2 times its normal quantile, squared, to the square of each offset.
    """
    extra = 0.5 * (np.sqrt(path) * doubt)[..., None] * NORMAL
    middle = offsets[..., MIDDLE : MIDDLE + 1]
    wider: Array = middle + np.sign(NORMAL) * np.sqrt((offsets - middle) ** 2 + extra**2)
    return np.where(doubt[..., None] > 0, wider, offsets)


def daily_bands(
    path: Array, actual: Array, predicted: Array, origins: Sequence[int], doubt: Array | None = None
) -> Array:
    """Quantiles per day, series x steps x LEVELS, round `path` (series x steps).

    `actual` and `predicted` are series x tests x steps, NaN where unknown; `doubt` as in `Backtest`, for the path.
    """
    errors = np.sqrt(actual) - np.sqrt(predicted)
    spread = _spread(errors)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = np.where(spread[:, None, :] > 0, errors / spread[:, None, :], np.where(errors == 0, 0.0, np.nan))
    widen = np.sqrt(1.0 + WIDEN_DAYS / independent_tests(origins, path.shape[1]))
    quantiles = _quantiles(scaled, len(origins), float(widen))
    offsets = spread[:, :, None] * quantiles[:, None, :]
    return _around(path, offsets if doubt is None else _doubted(offsets, path, doubt))


def total_bands(
    path: Array,
    actual: Array,
    predicted: Array,
    origins: Sequence[int],
    windows: Sequence[Window],
    daily: Array,
    doubt: Array | None = None,
) -> Array:
    """Quantiles of the sum over each window, series x windows x LEVELS.

    From the errors of the sums themselves, since days do not err independently. Where fewer than four tests saw the
    whole window the daily quantiles are added up, as if all days erred alike: wider than needed, never narrower.
    """
    result = np.empty((len(path), len(windows), len(LEVELS)))
    for index, window in enumerate(windows):
        total = path[:, window.steps].sum(axis=1)
        errors = np.sqrt(actual[:, :, window.steps].sum(axis=2)) - np.sqrt(predicted[:, :, window.steps].sum(axis=2))
        seen = np.isfinite(errors).any(axis=0)
        tests = [origin for origin, whole in zip(origins, seen, strict=True) if whole]
        size = _nanmean(np.abs(errors), 1)[:, None] if seen.any() else np.zeros((len(path), 1))
        with np.errstate(divide="ignore", invalid="ignore"):
            scaled = np.where(size > 0, errors / size, np.where(errors == 0, 0.0, np.nan))
        # a sum has one error per test: their signs are pooled whatever their number
        both = np.concatenate([scaled, -scaled], axis=1)
        widen = np.sqrt(1.0 + WIDEN_TOTALS / independent_tests(tests, path.shape[1]))
        offsets = size * _quantiles(both, len(tests), widen)
        if doubt is not None:  # the days of a festival err together
            part = (path[:, window.steps] * doubt[:, window.steps]).sum(axis=1) / np.maximum(total, 1e-12)
            offsets = _doubted(offsets, total, part)
        bands = _around(total, offsets)
        summed = daily[:, window.steps].sum(axis=1)
        enough = (np.isfinite(errors).sum(axis=1) >= 4)[:, None]
        result[:, index] = np.where(enough, bands, _around(total, np.sqrt(summed) - np.sqrt(total)[:, None]))
    return result
