"""Markets whose truth is known: shares drawn from an attraction model, with the ways real ones go wrong."""

from __future__ import annotations

import numpy as np

from analytics.engine.share.logratio import softmax
from analytics.engine.share.panel import SharePanel, make_panel


def sales(periods=60, players=4, seed=0, slope=-2.5, promo=0.5, drift=0.0, size=3000, spread=0.8, endogenous=0.0):
    """Units (periods x players) and drivers by name."""
    chance = np.random.default_rng(seed)
    shape = (periods, players)
    usual = np.exp(chance.normal(0, 0.3, players))
    shock = 0.15 * chance.normal(size=shape)
    price = usual * np.where(chance.random(shape) < 0.25, chance.uniform(0.65, 0.95, shape), 1.0)
    price *= np.exp(0.03 * chance.normal(size=shape) + endogenous * shock)
    flag = ((price / usual < 0.97) & (chance.random(shape) < 0.7)).astype(float)
    level = np.cumsum(chance.normal(0, drift, shape), axis=0) if drift else 0.0
    utility = chance.normal(0, spread, players) + slope * np.log(price) + promo * flag + level + shock
    units = np.array([chance.multinomial(size, row) for row in softmax(utility)], dtype=float)
    return units, {"price": price, "promo": flag}


def labels(count: int) -> list[str]:
    return [str(number) for number in range(count)]


def market(**options) -> SharePanel:
    units, drivers = sales(**options)
    return panel(units, drivers)


def panel(units, drivers=None) -> SharePanel:
    units = np.asarray(units, dtype=float)
    return make_panel(labels(len(units)), [f"player {at}" for at in range(units.shape[1])], units, drivers)


def bent(periods=80, players=5, seed=1) -> SharePanel:
    """A market that answers to a price below 0.85 with a leap, and to a promotion only if the price is cut as well."""
    chance = np.random.default_rng(seed)
    shape = (periods, players)
    price = np.where(chance.random(shape) < 0.4, chance.uniform(0.6, 0.98, shape), 1.0)
    price *= np.exp(0.02 * chance.normal(size=shape))
    flag = (chance.random(shape) < 0.25).astype(float)
    utility = chance.normal(0, 0.6, players) + 1.2 * (price < 0.85) + 1.3 * flag * (price < 0.9)
    utility = utility + 0.12 * chance.normal(size=shape)
    units = np.array([chance.multinomial(4000, row) for row in softmax(utility)], dtype=float)
    return panel(units, {"price": price, "promo": flag})
