"""The spacing of a panel and the seasonal profile of its series.

A profile is shrunk by empirical Bayes: what a series shows of its own counts as far as it exceeds noise, the rest is
what its group shows together. Source: Efron & Morris, Journal of the American Statistical Association 70 (1975)
311-319, with the variance between series by the method of moments; on a simulated panel without any difference between
series their profiles collapse to the group's (tests).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.engine.protocol import Array

SMALLEST: Final = 0.02  # of the average period; a day on which the shop is closed stays divisible


@dataclass(frozen=True)
class Rhythm:
    """`season` periods make a cycle; smoothing looks at whole blocks of `block` periods, `ahead` of them ahead.

    `rates` are the smoothing weights per period that are weighed against each other. `short` and `long` are the two
    plain averages, `dormant` the periods without a sale after which a product counts as dormant, `prior` the periods
    that the group's level counts for a new product. `year` is the periods of a year where that is another cycle than
    the season, else 0.
    """

    name: str
    season: int
    block: int
    ahead: int
    rates: tuple[float, ...]
    short: int
    long: int
    dormant: int
    prior: int
    year: int


DAILY = Rhythm("daily", 7, 7, 4, (0.01, 0.02, 0.04, 0.07, 0.12, 0.2, 0.3, 0.45), 56, 182, 90, 7, 364)
WEEKLY = Rhythm("weekly", 52, 1, 4, (0.03, 0.06, 0.12, 0.2, 0.3, 0.45, 0.65, 0.85), 8, 26, 13, 2, 0)
MONTHLY = Rhythm("monthly", 12, 1, 3, (0.05, 0.1, 0.2, 0.3, 0.45, 0.65, 0.85), 4, 12, 6, 1, 0)


def group_sums(rows: Array, groups: np.ndarray, count: int) -> Array:
    """The sum of the rows of each group, count x columns."""
    sums = np.zeros((count, rows.shape[1]))
    np.add.at(sums, groups, rows)
    return sums


def _cycles(panel: Array, season: int, most: int) -> Array:
    """The last whole cycles, series x cycles x season; the last position of each is the last period of the panel."""
    count = min(panel.shape[1] // season, most)
    return panel[:, panel.shape[1] - count * season :].reshape(len(panel), count, season)


def seasonal_profile(values: Array, exposure: Array, groups: np.ndarray, count: int, season: int) -> Array:
    """How each position of the cycle compares with the average one, series x season; 1 where nothing is known.

    `values` are 0 where `exposure` is 0 (unknown). Position 0 is the first period after the panel. Fewer than two whole
    cycles say nothing.
    """
    most = max(2, 364 // season) if season <= 7 else 5
    cycles, seen = _cycles(values, season, most), _cycles(exposure, season, most)
    if cycles.shape[1] < 2:
        return np.ones((len(values), season))
    amount, known = cycles.sum(axis=1), seen.sum(axis=1)
    level = amount.sum(axis=1) / np.maximum(known.sum(axis=1), 1e-12)
    expected = np.maximum(level[:, None] * known, 1e-12)
    index = np.where(known > 0, amount / expected, 1.0)
    squares = np.einsum("ijk,ijk->ik", cycles, cycles)
    within = np.maximum(squares - amount * amount / np.maximum(known, 1e-12), 0.0)
    noise = (within / expected**2).sum(axis=1) + 1e-9
    selling = (level > 0).astype(float)
    trust = group_sums((selling / noise)[:, None], groups, count)[:, 0]
    pooled = group_sums(index * (selling / noise)[:, None], groups, count) / np.maximum(trust, 1e-12)[:, None]
    pooled = np.where(trust[:, None] > 0, pooled, 1.0)
    pooled /= pooled.mean(axis=1, keepdims=True)
    apart = ((index - pooled[groups]) ** 2).sum(axis=1) - noise
    between = group_sums((selling * apart / noise)[:, None], groups, count)[:, 0] / np.maximum(trust, 1e-12)
    between = np.maximum(between, 0.0)[groups]
    weight = (selling * between / (between + noise))[:, None]
    profile = np.maximum(pooled[groups] + weight * (index - pooled[groups]), SMALLEST)
    return np.asarray(profile / profile.mean(axis=1, keepdims=True), dtype=float)
