"""Levels of many series at once: discounted averages, the plain ones, a trend, and what sells now and then.

Every level is a ratio, what was sold over the *exposure*: the sum of the factors (weekday, festival) of the periods in
which it could have been sold. Unknown periods have no exposure and so move nothing, and a day on which little is
expected weighs little, as it should where the variance grows with the mean.

Sources: discounted averages: Brown, Smoothing, Forecasting and Prediction of Discrete Time Series (1963), ch. 9 (simple
exponential smoothing without a made-up first level); weights exp(-AIC / 2): Burnham & Anderson, Model Selection and
Multimodel Inference (2002), sec. 2.9; Theta as simple exponential smoothing with half the trend: Hyndman & Billah,
International Journal of Forecasting 19 (2003) 287-290; Croston, Operational Research Quarterly 23 (1972) 289-303;
its bias: Syntetos & Boylan, International Journal of Forecasting 21 (2005) 303-314; TSB: Teunter, Syntetos & Babai,
European Journal of Operational Research 214 (2011) 606-615.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.rhythm import Rhythm

SIZE_RATE: Final = 0.1  # weights of TSB and Croston, the middle of what their authors recommend
CHANCE_RATE: Final = 0.05
TREND_LIMIT: Final = 0.5  # a trend moves a level by at most half of it


def over(amount: Array, exposure: Array) -> Array:
    """Their ratio; 0 without exposure."""
    return np.divide(amount, exposure, out=np.zeros_like(amount), where=exposure > 1e-9)


def _discounted(panel: Array, rhythm: Rhythm, blocks: int) -> Array:
    """Discounted sums at the end of each block for each rate, blocks x series x rates."""
    keep = 1.0 - np.asarray(rhythm.rates)
    inside = keep ** np.arange(rhythm.block - 1, -1, -1.0)[:, None]
    recent = panel[:, panel.shape[1] - blocks * rhythm.block :].reshape(len(panel), blocks, rhythm.block)
    sums: Array = np.ascontiguousarray(recent.transpose(1, 0, 2)) @ inside
    forget = keep**rhythm.block
    for step in range(1, blocks):
        sums[step] += forget * sums[step - 1]
    return sums


def _block_sums(panel: Array, rhythm: Rhythm, blocks: int) -> Array:
    recent = panel[:, panel.shape[1] - blocks * rhythm.block :].reshape(len(panel), blocks, rhythm.block)
    sums: Array = recent @ np.ones(rhythm.block)  # several times as fast as a sum over so short an axis
    return sums


def discounted_level(values: Array, exposure: Array, rhythm: Rhythm) -> tuple[Array, Array]:
    """The level of each series, an average over the rates, and the average rate.

    A rate counts by the likelihood of what it said `ahead` blocks ahead: loss ** (-n / 2) with n the number of such
    stretches that share no period. What is forecast is that stretch rather than the next day, so that is what is tried.
    """
    blocks = values.shape[1] // rhythm.block
    if blocks == 0:
        level = over(values.sum(axis=1), exposure.sum(axis=1))
        return level, np.full(len(values), rhythm.rates[0])
    levels = over(_discounted(values, rhythm, blocks), _discounted(exposure, rhythm, blocks))
    first = min(4, blocks)
    if blocks <= first + rhythm.ahead:
        weight = np.full((len(values), len(rhythm.rates)), 1.0 / len(rhythm.rates))
    else:
        came, shown = (np.cumsum(_block_sums(panel, rhythm, blocks), axis=1) for panel in (values, exposure))
        ahead = rhythm.ahead
        future = over(
            came[:, first + ahead :] - came[:, first:-ahead], shown[:, first + ahead :] - shown[:, first:-ahead]
        )
        error = levels[first:-ahead] - future.T[:, :, None]
        loss = np.einsum("ijk,ijk->jk", error, error)
        loss += 1e-12 * np.square(levels[-1]).max(axis=1, keepdims=True) + 1e-100  # a series without noise has no loss
        power = 0.5 * (blocks - first) / ahead
        weight = (loss.min(axis=1, keepdims=True) / loss) ** power
        weight /= weight.sum(axis=1, keepdims=True)
    return np.einsum("jk,jk->j", weight, levels[-1]), weight @ np.asarray(rhythm.rates)


def recent_level(values: Array, exposure: Array, periods: int) -> Array:
    """The plain average of the last periods."""
    return over(values[:, -periods:].sum(axis=1), exposure[:, -periods:].sum(axis=1))


def trend(values: Array, exposure: Array) -> Array:
    """The slope of the level per period, weighted least squares with the exposure as weight."""
    time = np.arange(values.shape[1]) - (values.shape[1] - 1) / 2
    powers = np.stack([np.ones_like(time), time, time * time], axis=1)
    amount, shown = values @ powers[:, :2], exposure @ powers
    middle = over(shown[:, 1], shown[:, 0])
    return over(amount[:, 1] - middle * amount[:, 0], shown[:, 2] - middle * shown[:, 1])


def theta_levels(level: Array, rate: Array, slope: Array, horizon: int) -> Array:
    """Simple exponential smoothing plus half the trend, series x horizon, never below zero."""
    steps = np.arange(horizon) + 1.0 / np.maximum(rate, 0.05)[:, None]
    limit = TREND_LIMIT * level[:, None]
    return np.maximum(level[:, None] + np.clip(0.5 * slope[:, None] * steps, -limit, limit), 0.0)


def rare_levels(values: Array, exposure: Array) -> tuple[Array, Array]:
    """TSB and the Syntetos-Boylan form of Croston's method: what is sold per unit of exposure.

    Both smooth the size of a sale over sales. TSB smooths the chance of one in every period, so that it fades when
    sales stop, Croston the exposure that passes until the next one. All three are discounted averages, so that no first
    value is made up; a period before a sale bears that sale's weight.
    """
    sold = values > 0
    periods = values.shape[1]
    to_come = np.cumsum(sold[:, ::-1], axis=1, dtype=np.int32)[:, ::-1]
    by_sale = np.concatenate([[0.0], (1.0 - SIZE_RATE) ** np.arange(periods)])
    weight = by_sale[to_come]
    sales = np.einsum("ij,ij->i", weight, sold)
    size = over(np.einsum("ij,ij->i", weight, values), sales)
    pause = over(np.einsum("ij,ij->i", weight, exposure), sales)
    by_period = (1.0 - CHANCE_RATE) ** np.arange(periods - 1, -1, -1.0)
    chance = over(sold @ by_period, exposure @ by_period)
    return chance * size, over((1.0 - SIZE_RATE / 2.0) * size, pause)
