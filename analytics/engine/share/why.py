"""What moves a share from where it is to where it is forecast: own price, own promotion, rivals, season, the rest.

Each cause is counted by the Shapley value: its mean effect over all orders in which the causes could have happened, so
that the parts add up to the whole change and no order is favoured (Shapley 1953; Lipovetsky & Conklin, Applied
Stochastic Models in Business and Industry 17, 2001).
"""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.share.candidates import Fitted
from analytics.engine.share.logratio import softmax
from analytics.engine.share.panel import PRICE

PRICES, PROMOTIONS, RIVALS, SEASON, UNEXPLAINED = "price", "promotion", "rivals", "season", "unexplained"
SEASONAL = "season"
"""Drivers whose name begins so are a calendar's, the same for all players, and not anybody's promotion."""


def reasons(
    model: Fitted, names: tuple[str, ...], now: Array, plan: Array, last: Array, forecast: Array
) -> dict[str, Array]:
    """Parts of `forecast - last` by cause, each an array of players; they sum to the change.

    `now` and `plan`: players x drivers of the last period and of the one forecast; `last`, `forecast`: shares. What the
    model does not account for, fading residuals among it, is `unexplained`.
    """
    is_season = np.array([name.startswith(SEASONAL) for name in names])
    is_price = np.array([name == PRICE for name in names])
    mine = {PRICES: is_price, PROMOTIONS: ~is_price & ~is_season}
    causes = [PRICES, PROMOTIONS, RIVALS, SEASON]
    players = len(last)

    def share_of(player: int, happened: frozenset[str]) -> float:
        drivers = now.copy()
        if SEASON in happened:
            drivers[:, is_season] = plan[:, is_season]
        if RIVALS in happened:
            others = np.arange(players) != player
            drivers[np.ix_(others, ~is_season)] = plan[np.ix_(others, ~is_season)]
        for cause, columns in mine.items():
            if cause in happened:
                drivers[player, columns] = plan[player, columns]
        return float(softmax(model.planned(np.stack([drivers])))[0, player])

    parts = {cause: np.zeros(players) for cause in causes}
    for player in range(players):
        known = {
            frozenset(some): share_of(player, frozenset(some))
            for size in range(len(causes) + 1)
            for some in combinations(causes, size)
        }
        for cause in causes:
            for before, value in known.items():
                if cause not in before:
                    chance = factorial(len(before)) * factorial(len(causes) - len(before) - 1) / factorial(len(causes))
                    parts[cause][player] += chance * (known[before | {cause}] - value)
    parts[UNEXPLAINED] = forecast - last - sum(parts.values(), np.zeros(players))
    return parts
