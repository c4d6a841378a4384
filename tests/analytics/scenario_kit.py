"""Markets that can be asked what would have happened: the truth that a scenario's range must hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.scenario.levers import Lever
from analytics.engine.scenario.market_size import MarketSize, market_size
from analytics.engine.share.backtest import Backtest
from analytics.engine.share.information import Information
from analytics.engine.share.logratio import softmax
from analytics.engine.share.panel import PRICE, SharePanel, make_panel
from analytics.engine.share.state import DRAWS, MarketState, market_state

HORIZON = 8
LEVELS = (0.1, 0.5, 0.9)
PROMO = "promo"


@dataclass(frozen=True)
class World:
    """A market with every player's true slopes and the shocks to come, which no plan changes."""

    panel: SharePanel
    price: Array
    promo: Array
    slopes: Array
    lifts: Array
    level: Array
    sold: Array

    @property
    def plan(self) -> Array:
        return self.panel.drivers[self.panel.known :]

    def shares(self, price: Array, promo: Array) -> Array:
        return softmax(self.level + self.slopes * np.log(price) + self.lifts * promo)

    def truth(self, lever: Lever) -> Array:
        """What the lever does to its player's share, per step."""
        price, promo = self.price.copy(), self.promo.copy()
        steps = slice(self.panel.known + lever.first, self.panel.known + lever.last + 1)
        changed = price if lever.driver == PRICE else promo
        changed[steps, lever.player] = (
            changed[steps, lever.player] * lever.amount if lever.how == "factor" else lever.amount
        )
        gain = self.shares(price, promo) - self.shares(self.price, self.promo)
        return np.asarray(gain[self.panel.known :, lever.player], dtype=float)

    def state(self, warm_up: int = 12) -> MarketState:
        made = Backtest(self.panel, HORIZON, Information.ALL).forecasts([self.panel.known], warm_up=warm_up)[0]
        return market_state(self.panel, made)

    def size(self, units: float = 1000.0) -> MarketSize:
        known = slice(0, self.panel.known)
        steps = np.tile([0.9 * units, units, 1.1 * units], (HORIZON, 1))
        prices = self.panel.drivers[known, :, self.panel.names.index(PRICE)]
        shares = self.panel.shares[known].mean(axis=0)
        return market_size(steps, LEVELS, sizes=self.sold[known], prices=prices, shares=shares, count=DRAWS)


def world(
    seed: int = 0,
    periods: int = 52,
    players: int = 4,
    *,
    shock: float = 0.15,
    fading: float = 0.5,
    drift: float = 0.0,
    unlike: float = 0.8,
    promoted: float = 0.25,
    answer: float = 0.0,
) -> World:
    """`unlike`: how much slopes differ; `promoted`: how often prices fall; `answer`: how others follow player 0."""
    chance = np.random.default_rng(seed)
    shape = (periods + HORIZON, players)
    usual = np.exp(chance.normal(0, 0.3, players))
    cut = np.where(chance.random(shape) < promoted, chance.uniform(0.65, 0.95, shape), 1.0)
    price = usual * cut * np.exp(0.03 * chance.normal(size=shape))
    price[:, 1:] *= (price[:, :1] / usual[0]) ** answer
    promo = ((cut < 0.97) & (chance.random(shape) < 0.7)).astype(float)
    slopes, lifts = chance.normal(-2.5, unlike, players), chance.normal(0.5, 0.2, players)
    shocks = np.zeros(shape)
    left = chance.normal(0, shock, players)
    for period in range(len(shocks)):
        left = fading * left + chance.normal(0, shock * np.sqrt(1 - fading**2), players)
        shocks[period] = left
    level = chance.normal(0, 0.8, players) + shocks + np.cumsum(chance.normal(0, drift, shape), axis=0)
    shares = softmax(level + slopes * np.log(price) + lifts * promo)
    units = np.array([chance.multinomial(3000, row) for row in shares], dtype=float)
    units[periods:] = np.nan
    labels = [str(period) for period in range(len(units))]
    panel = make_panel(labels, [f"player {at}" for at in range(players)], units, {PRICE: price, PROMO: promo})
    return World(panel, price, promo, slopes, lifts, level, np.nansum(units, axis=1))
