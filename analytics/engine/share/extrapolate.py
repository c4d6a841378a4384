"""Forecasts of shares from past shares alone: periods x players in, horizon x players out.

All are closed, so that the shares of a period sum to one. Where nothing is known of prices and promotions these are
the ones to beat: on five kinds of real panels no ETS, Theta or ARIMA erred less than a smoothed average.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.share.logratio import close, clr, ilr_basis, softmax, without_zeros
from analytics.engine.share.residual import RECENT, smoothed_level

Extrapolation = Callable[[Array, int], Array]

RIDGE = 10.0


def naive(shares: Array, horizon: int) -> Array:
    """The last share again."""
    return close(np.repeat(shares[-1:], horizon, axis=0))


def mean(shares: Array, horizon: int) -> Array:
    return close(np.repeat(shares.mean(axis=0, keepdims=True), horizon, axis=0))


def moving_average(shares: Array, horizon: int) -> Array:
    """The mean of the last `RECENT` periods."""
    return mean(shares[-RECENT:], horizon)


def drift(shares: Array, horizon: int) -> Array:
    """The mean change per period, carried on; a share that would fall below zero stays there."""
    step = (shares[-1] - shares[0]) / max(len(shares) - 1, 1)
    return close(shares[-1] + step * np.arange(1, horizon + 1)[:, None])


def smoothing(shares: Array, horizon: int) -> Array:
    """Simple exponential smoothing of the centred log-ratios, one rate for all players.

    Snyder, Ord, Koehler, McLaren & Beaumont, International Journal of Forecasting 33 (2017) 502-512.
    """
    level = smoothed_level(clr(without_zeros(shares)))
    return softmax(np.repeat(level[None], horizon, axis=0))


def plain_smoothing(shares: Array, horizon: int) -> Array:
    """The same of the shares as they are: where many sell nothing in most periods, logs tell little of the mean."""
    return close(np.repeat(smoothed_level(shares)[None], horizon, axis=0))


def vector_autoregression(shares: Array, horizon: int) -> Array:
    """VAR(1) of the isometric log-ratios around their mean, its coefficients shrunk to zero by a ridge."""
    basis = ilr_basis(shares.shape[1])
    ratios = clr(without_zeros(shares)) @ basis
    centre = ratios.mean(axis=0)
    apart = ratios - centre
    before, after = apart[:-1], apart[1:]
    moment = before.T @ before + RIDGE * np.eye(basis.shape[1])
    carry = np.linalg.solve(moment, before.T @ after)
    state, path = apart[-1], []
    for _ in range(horizon):
        state = state @ carry
        path.append(state + centre)
    return softmax(np.array(path) @ basis.T)


def median(shares: Array, horizon: int) -> Array:
    """The middle share: of shares that promotions raise now and then, most weeks lie below the mean."""
    return close(np.repeat(np.median(shares, axis=0)[None], horizon, axis=0))


SIMPLE: dict[str, Extrapolation] = {
    "naive": naive,
    "mean": mean,
    "moving_average": moving_average,
    "smoothing": smoothing,
}
FURTHER: dict[str, Extrapolation] = {"median": median, "vector_autoregression": vector_autoregression, "drift": drift}
