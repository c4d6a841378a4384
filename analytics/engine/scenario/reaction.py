"""What rivals usually do with their prices when one player moves its own: estimated from history, shrunk to nothing.

    d(t, j) = r0(j) c(t) + r1(j) c(t - 1) + e,    c own and d the rival's change of log price,    r ~ N(0, PRIOR²)

Ridge regression, with the posterior's spread (Leeflang & Wittink, International Journal of Research in Marketing 13,
1996, find most reactions weak and many absent, hence the prior around nothing).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.scenario.levers import moves
from analytics.engine.share.panel import PRICE
from analytics.engine.share.state import MarketState

PRIOR = 0.3
LEAST_MOVES = 4
QUARTERS = (-1.150, -0.319, 0.319, 1.150)
"""Middles of four equal parts of a normal distribution."""


@dataclass(frozen=True)
class Reaction:
    """Mean and spread of both coefficients for every player (players x 2; nothing for the one who moves)."""

    player: int
    mean: Array
    spread: Array
    moves: int

    def plans(self, plan: Array, moved: Array, price: int) -> list[Array]:
        """The changed plan with the rivals' answers in it, at four equally likely strengths of reaction."""
        change = moved[:, self.player, price] - plan[:, self.player, price]
        before = np.concatenate([[0.0], change[:-1]])
        found = []
        for quarter in QUARTERS:
            strength = self.mean + quarter * self.spread
            answered = moved.copy()
            answered[:, :, price] += change[:, None] * strength[:, 0] + before[:, None] * strength[:, 1]
            found.append(answered)
        return found


def usual_reaction(state: MarketState, player: int) -> Reaction | None:
    """How the others have answered this player's price moves; None with fewer than `LEAST_MOVES` to learn from."""
    if PRICE not in state.names or (seen := moves(state, player, PRICE)) < LEAST_MOVES:
        return None
    steps = np.diff(state.history[:, :, state.names.index(PRICE)], axis=0)
    own = steps[1:, player]
    causes = np.stack([own, steps[:-1, player]], axis=1)
    answers = steps[1:]
    mean = np.zeros((answers.shape[1], 2))
    spread = np.zeros_like(mean)
    for rival in range(answers.shape[1]):
        if rival == player:
            continue
        answer = answers[:, rival] - answers[:, rival].mean()
        noise = max(float(answer.var()), 1e-8)
        precision = causes.T @ causes / noise + np.eye(2) / PRIOR**2
        variance = np.linalg.inv(precision)
        mean[rival] = variance @ (causes.T @ answer) / noise
        spread[rival] = np.sqrt(np.diag(variance))
    return Reaction(player, mean, spread, seen)
