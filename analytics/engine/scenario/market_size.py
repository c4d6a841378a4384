"""How large the whole market will be, as draws, and how it answers when its prices move.

    d log(size) = e * d log(price index) + noise,    e ~ N(PRIOR_MEAN, PRIOR_SPREAD²)

The index weighs players by their mean share. Category demand answers far less than a single player's does (Nijs et al.,
Marketing Science 20, 2001), hence the prior close to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from analytics.engine.protocol import Array

PRIOR_MEAN, PRIOR_SPREAD = -0.5, 0.5
LEAST = 8


@dataclass(frozen=True)
class MarketSize:
    """`draws`: steps x draws of the market's size; `answers`: draws of the elasticity to the price index.

    `weights`: what each player counts for in the index. Draw k of both belongs to draw k of the shares.
    """

    draws: Array
    answers: Array
    weights: Array

    def under(self, plan: Array, moved: Array, price: int | None) -> Array:
        """The size in every draw when prices are those of `moved` instead of `plan`."""
        if price is None:
            return self.draws
        index = (moved[:, :, price] - plan[:, :, price]) @ self.weights
        return np.asarray(self.draws * np.exp(index[:, None] * self.answers), dtype=float)


def market_size(
    quantiles: Array,
    levels: Sequence[float],
    sizes: Array,
    prices: Array | None,
    shares: Array,
    count: int,
    seed: int = 0,
) -> MarketSize:
    """Draws of the size from its forecast (steps x levels) and of its elasticity from the past.

    `sizes`: periods; `prices`: log prices, periods x players, or None; `shares`: mean shares, players. A draw stands at
    the same level in every step: a market that turns out large does so for weeks.
    """
    chance = np.random.default_rng([seed, count])
    ranks = (chance.permutation(count) + 0.5) / count
    draws = np.stack([np.interp(ranks, levels, row) for row in quantiles])
    mean, spread = _elasticity(sizes, prices, shares)
    normal = np.array([NormalDist().inv_cdf(rank) for rank in (chance.permutation(count) + 0.5) / count])
    return MarketSize(np.maximum(draws, 0.0), np.minimum(mean + spread * normal, 0.0), shares)


def _elasticity(sizes: Array, prices: Array | None, shares: Array) -> tuple[float, float]:
    if prices is None or len(sizes) < LEAST:
        return PRIOR_MEAN, PRIOR_SPREAD
    known = sizes > 0
    usable = known[1:] & known[:-1]
    size = np.diff(np.log(np.where(known, sizes, 1.0)))[usable]
    index = np.diff(prices @ shares)[usable]
    if len(size) < LEAST:
        return PRIOR_MEAN, PRIOR_SPREAD
    noise = max(float(size.var()), 1e-8)
    precision = float(index @ index) / noise + 1.0 / PRIOR_SPREAD**2
    mean = (float(index @ (size - size.mean())) / noise + PRIOR_MEAN / PRIOR_SPREAD**2) / precision
    return mean, float(np.sqrt(1.0 / precision))
