"""Demand forecasts at past origins of a panel, and how far off they were.

Sources: rolling origin: Tashman, International Journal of Forecasting 16 (2000) 437-450; RMSSE, from a series' first
sale on: Makridakis, Spiliotis & Assimakopoulos, International Journal of Forecasting 38 (2022) 1346-1364; MASE: Hyndman
& Koehler, International Journal of Forecasting 22 (2006) 679-688; pinball: Koenker & Bassett, Econometrica 46 (1978)
33-50. MASE is shown and decides nothing: forecasting zero minimises it for what sells rarely.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.engine.demand import LEVELS, Demand
from analytics.engine.protocol import AnyFloat, Array
from analytics.engine.rhythm import Rhythm

INNER = LEVELS.index(0.10), LEVELS.index(0.90)
OUTER = LEVELS.index(0.025), LEVELS.index(0.975)


@dataclass(frozen=True)
class PanelScore:
    """One model at one or more origins. RMSSE and MASE are means over series, the others over units.

    `bias` and `wape` are shares of what was sold, `wape` of the sums over the horizon; `pinball` is twice the mean
    quantile loss of the periods over their mean, `total_pinball` that of the sums; coverages are shares.
    """

    rmsse: float
    mase: float
    bias: float
    wape: float
    pinball: float = float("nan")
    total_pinball: float = float("nan")
    days_80: float = float("nan")
    days_95: float = float("nan")
    totals_80: float = float("nan")
    totals_95: float = float("nan")


def cutoffs(periods: int, horizon: int, origins: int) -> list[int]:
    """How many periods are known at each origin, a horizon apart, the last one a horizon before the end."""
    chosen = [periods - horizon * step for step in range(origins, 0, -1)]
    return [origin for origin in chosen if origin >= 1]


def seasonal_naive(history: AnyFloat, horizon: int, season: int) -> Array:
    """Each coming period like the same one of the last cycle; the cycle's mean where that is not known."""
    last = np.asarray(history[:, -season:] if history.shape[1] >= season else history[:, -1:], dtype=float)
    last = np.where(np.isfinite(last), np.maximum(last, 0.0), np.nan)
    last = np.where(np.isfinite(last), last, np.nan_to_num(_mean(last, 1))[:, None])
    return np.tile(last, (1, -(-horizon // last.shape[1])))[:, :horizon]


def _mean(values: Array, axis: int | None = None) -> Array:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a mean of nothing is NaN, and that is what it should be
        return np.asarray(np.nanmean(values, axis=axis), dtype=float)


def _scales(history: AnyFloat, season: int) -> tuple[Array, Array]:
    """The mean square of one period's change and the mean absolute change over a season, from the first sale on."""
    known = np.where(np.isfinite(history), history, np.nan).astype(float)
    first = (np.nan_to_num(known) > 0).argmax(axis=1)
    known[np.arange(known.shape[1]) < first[:, None]] = np.nan
    step = season if known.shape[1] > season else 1
    return _mean(np.diff(known, axis=1) ** 2, 1), _mean(np.abs(known[:, step:] - known[:, :-step]), 1)


def score_panel(history: AnyFloat, actual: AnyFloat, demand: Demand | Array, rhythm: Rhythm) -> PanelScore:
    """Score forecasts made from `history` against `actual`, series x horizon; unknown periods do not count.

    A series without a scale (it never changed) or without a known period counts for the units, not for RMSSE and MASE.
    """
    mean = np.asarray(demand.mean if isinstance(demand, Demand) else demand, dtype=float)
    came = np.asarray(actual, dtype=float)
    error = mean - came
    square, change = _scales(history, rhythm.season)
    with np.errstate(divide="ignore", invalid="ignore"):
        rmsse = np.where(square > 0, np.sqrt(_mean(error**2, 1) / square), np.nan)
        mase = np.where(change > 0, _mean(np.abs(error), 1) / change, np.nan)
    whole = np.isfinite(came).all(axis=1)
    sold, said = came[whole].sum(axis=1), mean[whole].sum(axis=1)
    units = max(float(np.abs(sold).sum()), 1e-12)
    basic = (
        float(_mean(rmsse)), float(_mean(mase)), float(np.nansum(error) / max(float(np.nansum(came)), 1e-12)),
        float(np.abs(said - sold).sum() / units),
    )  # fmt: skip
    if not isinstance(demand, Demand):
        return PanelScore(*basic)
    totals = np.asarray(demand.totals[:, -1], dtype=float)[whole]
    return PanelScore(
        *basic,
        _pinball(came, demand.quantiles),
        _pinball(sold, totals),
        *(_inside(came, demand.quantiles, bounds) for bounds in (INNER, OUTER)),
        *(_inside(sold, totals, bounds) for bounds in (INNER, OUTER)),
    )


def _pinball(came: Array, quantiles: AnyFloat) -> float:
    loss = 0.0
    for place, level in enumerate(LEVELS):
        gap = came - quantiles[..., place]
        loss += float(_mean(np.maximum(level * gap, (level - 1.0) * gap))) / len(LEVELS)
    return 2.0 * loss / max(float(_mean(np.abs(came))), 1e-12)


def _inside(came: Array, quantiles: AnyFloat, bounds: tuple[int, int]) -> float:
    low, high = (quantiles[..., place] for place in bounds)
    known = np.isfinite(came)
    return float(((came >= low) & (came <= high))[known].mean()) if known.any() else float("nan")


def average(scores: Sequence[PanelScore]) -> PanelScore:
    """The mean of each score over the origins."""
    table = np.array([list(vars(score).values()) for score in scores], dtype=float)
    return PanelScore(*(float(value) for value in _mean(table, 0)))
