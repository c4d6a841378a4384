"""Quantiles of counts: the negative binomial distribution by its mean and its variance over the mean.

Source: Johnson, Kemp & Kotz, Univariate Discrete Distributions (2005), ch. 5; for demand: Snyder, Ord & Beaumont,
International Journal of Forecasting 28 (2012) 485-496. Tens of millions of quantiles are read off a table of exact
ones, linear between its nodes in the logarithms; beyond its largest mean the gamma distribution, which depends on the
ratio of mean and dispersion only, is what the negative binomial tends to. Off by less than one unit (tests).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from analytics.engine.protocol import AnyFloat, Array

MEANS: Final = np.geomspace(1e-3, 1e6, 271)
EXCESS: Final = np.geomspace(1e-2, 1e3, 51)  # variance over mean, less one


@lru_cache(maxsize=4)
def _table(levels: tuple[float, ...]) -> Array:
    from scipy.stats import nbinom  # slow to import

    mean, excess = np.meshgrid(MEANS, EXCESS, indexing="ij")
    size, success = mean / excess, 1.0 / (1.0 + excess)
    return np.stack([nbinom.ppf(level, size, success) for level in levels], axis=-1)


def _place(value: Array, grid: Array) -> tuple[np.ndarray, Array]:
    """The node below each value and the share of the way to the next one."""
    position = (np.log(value) - np.log(grid[0])) / (np.log(grid[1]) - np.log(grid[0]))
    position = np.clip(position, 0.0, len(grid) - 1.000001)
    low = position.astype(np.intp)
    return low, position - low


def count_quantiles(mean: AnyFloat, ratio: Array, levels: tuple[float, ...]) -> Array:
    """Quantiles of counts with this mean and this variance over the mean (broadcast), the levels as last axis.

    A mean of zero gives zeros. A ratio below 1.01 is taken for that.
    """
    table = _table(levels)
    mean, excess = np.broadcast_arrays(np.asarray(mean, dtype=float), np.maximum(ratio - 1.0, EXCESS[0]))
    scale = np.maximum(mean / MEANS[-1], 1.0)
    row, right = _place(np.maximum(mean / scale, MEANS[0]), MEANS)
    column, up = _place(np.maximum(excess / scale, EXCESS[0]), EXCESS)
    flat, width = table.reshape(-1, len(levels)), len(EXCESS)
    corner = row * width + column
    result: Array = flat[corner] * ((1 - right) * (1 - up))[..., None]
    for shift, share in ((1, (1 - right) * up), (width, right * (1 - up)), (width + 1, right * up)):
        result += flat[corner + shift] * share[..., None]
    result *= np.where(mean > 0, scale, 0.0)[..., None]
    return result
