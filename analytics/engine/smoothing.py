"""Exponential smoothing: two models for whole panels at once in numpy, and ETS and Theta on statsmodels.

The panel models smooth the series after its weekday profile is taken out and put the profile back on the forecast.
On two sets of real daily sales the first of them is as accurate as automatic ETS, Theta and ARIMA at a thousandth of
their cost (docs/forecasting.md), so the dear ones are only tried where the cheap ones fail.

Sources: Holt (1957) and Brown (1959) as in Hyndman, Koehler, Ord & Snyder, Forecasting with Exponential Smoothing
(2008), ch. 2 and 3; the weekday profile is shrunk as in James & Stein (1961), positive part; Theta: Assimakopoulos &
Nikolopoulos, International Journal of Forecasting 16 (2000) 521-530.
"""

from __future__ import annotations

import itertools
import warnings
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from analytics.engine.demand import expected, prepare
from analytics.engine.protocol import WEEK, Array, Calendar, Fitted, Paths
from analytics.engine.rhythm import DAILY

PROFILE_WEEKS = 52
ALPHAS = (0.01, 0.02, 0.04, 0.07, 0.12, 0.2, 0.3, 0.45)
TREND_GRID = tuple(itertools.product((0.05, 0.12, 0.25, 0.45), (0.02, 0.08, 0.2), (0.9, 0.97)))
WARM_UP = 28  # days whose one-step errors do not count when the smoothing weights are chosen
ROW_BLOCK = 4
NO_YEAR = replace(DAILY, year=0)  # two years leave no past day at which a yearly pattern could be tested
SLOW_DAYS = 364  # statsmodels fits look at this much of the past


def weekday_profile(panel: Array) -> Array:
    """How each weekday compares with the average day, series x 7; position 0 is the first day after the panel.

    From the last 52 whole weeks. Differences between weekdays that noise alone would make are shrunk towards none:
    the weight is 1 - (4/6)/F with F the ratio of the variance between weekdays to that within them.
    """
    count = min(panel.shape[1] // WEEK, PROFILE_WEEKS)
    if count < 2:
        return np.ones((len(panel), WEEK))
    recent = panel[:, panel.shape[1] - count * WEEK :]
    time = np.arange(count * WEEK) - (count * WEEK - 1) / 2
    slope = (recent * time).sum(axis=1, keepdims=True) / (time**2).sum()
    weeks = (recent - slope * time).reshape(len(panel), count, WEEK)  # a trend would pass for a rhythm within the week
    mean = weeks.mean(axis=(1, 2))
    day = weeks.mean(axis=1)
    between = count * ((day - mean[:, None]) ** 2).sum(axis=1) / (WEEK - 1)
    rest = weeks - day[:, None, :] - weeks.mean(axis=2, keepdims=True) + mean[:, None, None]
    within = (rest**2).sum(axis=(1, 2)) / ((WEEK - 1) * (count - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(between > 0, np.clip(1.0 - (4.0 / 6.0) * within / between, 0.0, 1.0), 0.0)
        relative = np.where(mean[:, None] > 0, day / mean[:, None] - 1.0, 0.0)
    return np.maximum(1.0 + weight[:, None] * relative, 0.05)


def _without_profile(panel: Array, profile: Array) -> Array:
    position = (np.arange(panel.shape[1]) - panel.shape[1]) % WEEK
    smooth: Array = panel / profile[:, position]
    return smooth


def _with_profile(path: Array, profile: Array) -> Array:
    seasonal: Array = path * profile[:, np.arange(path.shape[1]) % WEEK]
    return seasonal


def _loss(errors: Array) -> Array:
    late = errors[:, min(WARM_UP, errors.shape[1] // 2) :]
    squares: Array = np.einsum("ij,ij->i", late, late)
    return squares


def ses_level(panel: Array) -> tuple[Array, Array]:
    """The last level of simple exponential smoothing and its weight: per series the best of ALPHAS one day ahead."""
    from scipy.signal import lfilter  # slow to import

    first = panel[:, : min(WARM_UP, panel.shape[1])].mean(axis=1)
    best = np.full(len(panel), np.inf)
    level = first.copy()
    weight = np.full(len(panel), ALPHAS[0])
    for alpha in ALPHAS:
        levels, _ = lfilter([alpha], [1.0, alpha - 1.0], panel, axis=1, zi=((1.0 - alpha) * first)[:, None])
        loss = _loss(panel[:, 1:] - levels[:, :-1])
        better = loss < best * (1.0 - 1e-9)
        best, level = np.where(better, loss, best), np.where(better, levels[:, -1], level)
        weight = np.where(better, alpha, weight)
    return level, weight


def trend_state(panel: Array) -> tuple[Array, Array, Array]:
    """The last level, the last slope per day and the damping of Holt's damped trend, the best of TREND_GRID.

    The one-step errors of the model are an ARIMA(1,1,2) filter of the series (Hyndman et al. 2008, section 11.1):
    (1 - phi B)(1 - B) y = (1 + (phi beta + alpha - 1 - phi) B + (1 - alpha) phi B^2) e. So is its state.
    """
    from scipy.signal import lfilter  # slow to import

    first = panel[:, : min(WARM_UP, panel.shape[1])].mean(axis=1)
    shifted = panel - first[:, None]
    best = np.full(len(panel), np.inf)
    level, slope, damping = first.copy(), np.zeros(len(panel)), np.full(len(panel), 0.9)
    for alpha, share, phi in TREND_GRID:
        beta = alpha * share
        errors = lfilter(
            [1.0, -(1.0 + phi), phi], [1.0, phi * beta + alpha - 1.0 - phi, (1.0 - alpha) * phi], shifted, axis=1
        )
        loss = _loss(errors)
        better = loss < best * (1.0 - 1e-9)
        if not better.any():
            continue
        slopes = lfilter([beta], [1.0, -phi], errors, axis=1)
        best = np.where(better, loss, best)
        level = np.where(better, panel[:, -1] - (1.0 - alpha) * errors[:, -1], level)
        slope = np.where(better, slopes[:, -1], slope)
        damping = np.where(better, phi, damping)
    return level, slope, damping


@dataclass(frozen=True)
class SesWeekday:
    """A smoothed average of the past times the weekday's profile."""

    name: str = "ses_weekday"
    cost: int = 1
    tier: int = 0
    min_length: int = 2 * WEEK
    season: int = WEEK
    has_trend: bool = False
    for_rare: bool = True

    def fit(self, panel: Array, calendar: Calendar) -> Fitted:
        profile = weekday_profile(panel)
        level, _ = ses_level(_without_profile(panel, profile))
        return Paths(lambda horizon: _with_profile(np.repeat(level[:, None], horizon, axis=1), profile))


@dataclass(frozen=True)
class TrendWeekday:
    """A smoothed average with a trend that fades, times the weekday's profile."""

    name: str = "trend_weekday"
    cost: int = 1
    tier: int = 0
    min_length: int = 4 * WEEK
    season: int = WEEK
    has_trend: bool = True
    for_rare: bool = True

    def fit(self, panel: Array, calendar: Calendar) -> Fitted:
        profile = weekday_profile(panel)
        level, slope, damping = trend_state(_without_profile(panel, profile))

        def path(horizon: int) -> Array:
            powers = damping[:, None] ** np.arange(1.0, horizon + 1.0)
            return _with_profile(level[:, None] + slope[:, None] * np.cumsum(powers, axis=1), profile)

        return Paths(path)


@dataclass(frozen=True)
class BlendWeekday:
    """The median of the six levels that demand is forecast with, times the weekday's profile (demand.py).

    A blend of simple models errs less than the best of them picked for each series (Makridakis, Spiliotis &
    Assimakopoulos, International Journal of Forecasting 34 (2018) 802-808; measured in docs/forecasting.md). Each
    series is a group of its own and the panel is filled up to whole blocks of rows, which matrix products treat alike,
    so that a series gets the same forecast to the last digit alone and among others.
    """

    name: str = "blend_weekday"
    cost: int = 1
    tier: int = 0
    min_length: int = 4 * WEEK
    season: int = WEEK
    has_trend: bool = False
    for_rare: bool = True

    def fit(self, panel: Array, calendar: Calendar) -> Fitted:
        filled = np.resize(panel, (-(-len(panel) // ROW_BLOCK) * ROW_BLOCK, panel.shape[1]))
        alone = np.arange(len(filled))

        def path(horizon: int) -> Array:
            return expected(prepare(filled, alone, NO_YEAR, horizon, None), horizon)[0][: len(panel)]

        return Paths(path)


@dataclass(frozen=True)
class FittedOneByOne:
    """A model of statsmodels; a series that it cannot fit, or gets absurd, becomes NaN."""

    name: str = ""
    cost: int = 2
    tier: int = 1
    min_length: int = 4 * WEEK
    season: int = WEEK
    has_trend: bool = True
    for_rare: bool = False

    def project(self, series: Array, first: date, horizon: int) -> Any:
        """The path of one series whose first day is `first`."""
        raise NotImplementedError

    def fit(self, panel: Array, calendar: Calendar) -> Fitted:
        recent = panel[:, -SLOW_DAYS:]
        first = calendar.day(calendar.days - recent.shape[1])

        def path(horizon: int) -> Array:
            rows = np.full((len(panel), horizon), np.nan)
            for index, series in enumerate(recent):
                try:
                    with warnings.catch_warnings(), np.errstate(all="ignore"):
                        warnings.simplefilter("ignore")
                        row = np.asarray(self.project(series, first, horizon), dtype=float)
                except (ValueError, ArithmeticError, IndexError, np.linalg.LinAlgError):
                    continue  # the row stays NaN, which the selection reports as "could not be fitted"
                if np.isfinite(row).all() and np.abs(row).max() <= 10.0 * series.max(initial=0.0):
                    rows[index] = row
            return rows

        return Paths(path)


@dataclass(frozen=True)
class Ets(FittedOneByOne):
    """Holt-Winters on statsmodels: additive damped trend and additive week, weights by maximum likelihood."""

    name: str = "ets"

    def project(self, series: Array, first: date, horizon: int) -> Any:
        from statsmodels.tsa.holtwinters import ExponentialSmoothing  # slow to import

        model = ExponentialSmoothing(
            series, trend="add", damped_trend=True, seasonal="add", seasonal_periods=WEEK,
            initialization_method="heuristic",
        )  # fmt: skip
        return model.fit().forecast(horizon)


@dataclass(frozen=True)
class Theta(FittedOneByOne):
    """The Theta method on statsmodels, with an additive week."""

    name: str = "theta"

    def project(self, series: Array, first: date, horizon: int) -> Any:
        import pandas as pd  # slow to import
        from statsmodels.tsa.forecasting.theta import ThetaModel

        days = pd.date_range(first, periods=len(series), freq="D")
        model = ThetaModel(pd.Series(series, index=days), period=WEEK, use_test=False, method="additive")
        return model.fit().forecast(horizon)
