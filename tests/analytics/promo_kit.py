"""Promotions whose truth is known: products that share a season, with depth, pantry loading and lost sister sales."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.engine.promotion.panel import PromoPanel, make_promo_panel


@dataclass(frozen=True)
class Truth:
    """`units` with the promotion and `without` it (means of the same draws), products x weeks."""

    units: np.ndarray
    without: np.ndarray
    window: slice
    after: int


def one_promotion(
    seed=0, weeks=80, others=8, level=120.0, lift=0.8, dip=0.2, loss=0.15, length=2, wander=0.03
) -> Truth:
    """Product 0 is promoted once, product 1 is its sister; the rest only share the season and the noise of the shop."""
    chance = np.random.default_rng(seed)
    count = others + 2
    common = 0.15 * np.sin(2 * np.pi * np.arange(weeks) / 52) + np.cumsum(chance.normal(0, 0.04, weeks))
    own = np.cumsum(chance.normal(0, wander, (count, weeks)), axis=1)
    mean = level * np.exp(chance.normal(0, 0.4, count))[:, None] * np.exp(common + own)
    start = int(chance.integers(weeks // 2, weeks - 12))
    window, after = slice(start, start + length), 2
    factor = np.ones((count, weeks))
    factor[0, window] = 1.0 + lift
    factor[0, window.stop : window.stop + after] = 1.0 - dip
    factor[1, window] = 1.0 - loss
    noise = chance.gamma(25.0, 1 / 25.0, mean.shape)
    without = chance.poisson(mean * noise).astype(float)
    return Truth(np.rint(without * factor), without, window, after)


def promoted_panel(
    seed=0, places=6, products=5, weeks=90, horizon=4, elasticity=-2.5, feature=0.5, shock=0.2, noise=0.25
) -> tuple[PromoPanel, np.ndarray]:
    """A panel whose last `horizon` weeks are planned, and what came in them (series x horizon)."""
    chance = np.random.default_rng(seed)
    product = np.tile(np.arange(products), places)
    place = np.repeat(np.arange(places), products)
    deal = chance.random((products, weeks)) < 0.2
    depth = np.where(deal, chance.uniform(0.1, 0.4, (products, weeks)), 0.0)
    flag = deal & (chance.random((products, weeks)) < 0.5)
    slope = elasticity + chance.normal(0, 0.4, products)
    mean = np.log(200.0) + chance.normal(0, 0.5, (places, products)).reshape(-1)[:, None]
    effect = slope[:, None] * np.log(1 - depth) + feature * flag + shock * chance.normal(size=(products, weeks)) * deal
    logs = mean + effect[product] + noise * chance.normal(size=(len(product), weeks))
    units = chance.poisson(np.exp(logs)).astype(float)
    price = 10.0 * (1 - depth[product])
    known = weeks - horizon
    panel = make_promo_panel(units[:, :known], price, {"ad": flag[product].astype(float)}, product=product, place=place)
    return panel, units[:, known:]
