"""Forecasting 100 series of two years, tested and with intervals, against one plain statsmodels fit for each."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import date

import numpy as np

from analytics.engine.forecast import forecast, forecast_many
from bench.figures import Figure, seconds

SERIES, DAYS = 100, 728
SAMPLE = 10  # series of the slow loops; their time is scaled up


def _series() -> list[tuple[np.ndarray, date]]:
    chance = np.random.default_rng(5)
    rhythm = np.resize([0.9, 0.9, 0.95, 1.0, 1.1, 1.2, 0.95], DAYS)
    return [
        (chance.poisson(chance.uniform(5, 80) * rhythm * chance.gamma(20, 0.05, DAYS)).astype(float), date(2024, 1, 1))
        for _ in range(SERIES)
    ]


def _plain(series: list[tuple[np.ndarray, date]]) -> None:
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for values, _ in series:
            ExponentialSmoothing(values, trend="add", seasonal="add", seasonal_periods=7).fit().forecast(28)


def run() -> Iterator[Figure]:
    series = _series()
    forecast(*series[0])  # loads the libraries
    _plain(series[:1])
    scale = SERIES / SAMPLE
    plain = seconds(lambda: _plain(series[:SAMPLE])) * scale
    together = seconds(lambda: forecast_many(series))
    alone = seconds(lambda: [forecast(*one) for one in series[:SAMPLE]]) * scale
    yield Figure("forecast of 100 series", together, "s", plain, "statsmodels loop", 0.7, "lower")
    yield Figure("the same one by one", alone, "s", plain, "statsmodels loop", 1.5, "lower")
