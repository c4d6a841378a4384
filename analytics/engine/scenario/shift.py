"""What acts on one player's sales beside the market's model: draws of factors, and an upper limit.

- Advertising where the market has learnt nothing of it: the player's own regression (`advertising.py`).
- Sold-out days: they sell nothing, and the others take it in proportion. That a customer waits, or buys something else
  in the same shop, would make the loss smaller; nothing is known of that.
- A festival left out or moved: own sales lose its factor, or gain it in another week.
- Stock: no more than what is on the shelf can be sold over the span.

Draw k of a factor belongs to draw k of the shares, so that both plans still meet the same draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from analytics.engine.protocol import Array


@dataclass(frozen=True)
class Shift:
    """`own`: steps x draws, what the player's sales are multiplied by, the market's size staying.

    `most`: how many units it can sell over the span, in the units of the shares' size; None without limit.
    """

    own: Array
    most: float | None = None

    @classmethod
    def none(cls, steps: int, draws: int) -> Shift:
        return cls(np.ones((steps, draws)))

    def times(self, factor: Array) -> Shift:
        """The same with another factor; steps x draws, or steps alone."""
        return Shift(self.own * (factor if factor.ndim == 2 else factor[:, None]), self.most)

    @property
    def changes_nothing(self) -> bool:
        return self.most is None and bool((self.own == 1.0).all())


def drawn_factor(middle: float, doubt: float, draws: int, seed: int = 0) -> Array:
    """Draws of a factor that is lognormal round `middle`, `doubt` the standard deviation of its logarithm."""
    chance = np.random.default_rng([seed, draws])
    normal = np.array([NormalDist().inv_cdf(rank) for rank in (chance.permutation(draws) + 0.5) / draws])
    return np.asarray(middle * np.exp(doubt * normal), dtype=float)


def spread_out(factor: Array, by: float) -> Array:
    """Draws of a factor (steps x draws) `by` times as far from their median, on the scale of logarithms."""
    logs = np.log(np.maximum(factor, 1e-9))
    middle = np.median(logs, axis=-1, keepdims=True)
    return np.asarray(np.exp(middle + by * (logs - middle)), dtype=float)


def within(units: Array, most: float) -> Array:
    """By which factor each step (steps x draws) is cut where the units sold would add up to more than `most`."""
    sold = units.cumsum(axis=0)
    before = np.minimum(sold - units, most)
    left = np.minimum(sold, most) - before
    return np.asarray(np.where(units > 0, left / np.maximum(units, 1e-12), 1.0), dtype=float)
