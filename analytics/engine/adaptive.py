"""How wide ranges have to be by what forecasts that came due say: adaptive conformal inference.

Each band of a kind of range (50, 80, 95 %) has a scale, kept as its logarithm. When forecasts have come due it moves by

    log scale += SPEED x days x (part that missed - part that was due to miss)

so that in the long run the band misses as often as its name says, whatever the series does (the mean miss rate differs
from the named one by no more than the range of the scale over SPEED x days). It moves on the logarithm of the width
instead of on the level, as a level that has run to zero gives no range. It may not leave 0.7 to 1.5: what needs more
is a break, see `monitor`.

Sources: Gibbs & Candes, NeurIPS 34 (2021) 1660-1672; Angelopoulos, Candes & Tibshirani, NeurIPS 36 (2023) (tracking the
width).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np

from analytics.engine.protocol import WEEK, Array

BANDS: Final = (0.50, 0.80, 0.95)
PLACES: Final = ((2, 4), (1, 5), (0, 6))  # of each band's ends among the seven levels
SPEED: Final = 0.02  # per day
MOST_DAYS: Final = 28  # a longer gap teaches no more than this
BOUNDS: Final = (log(0.5), log(2.0))


@dataclass(frozen=True)
class Scale:
    """Logarithms of the factors of the 50, 80 and 95 % bands."""

    logs: tuple[float, ...] = (0.0, 0.0, 0.0)

    def learn(self, inside: Sequence[float], days: int) -> Scale:
        """The scale after bands of which the parts `inside` held came due over so many days; NaN teaches nothing."""
        moved = []
        for band, known, held in zip(BANDS, self.logs, inside, strict=True):
            step = SPEED * min(days, MOST_DAYS) * (band - held) if held == held else 0.0
            moved.append(round(min(max(known + step, BOUNDS[0]), BOUNDS[1]), 6))
        return Scale(tuple(moved))

    def apply(self, quantiles: Array, widening: float = 1.0) -> Array:
        """Quantiles (the seven levels last) scaled round their middle on the square-root scale, in order."""
        if widening == 1.0 and not any(self.logs):
            return quantiles
        inner, middle, outer = np.exp(self.logs) * widening
        factors = np.array([outer, middle, inner, 1.0, inner, middle, outer])
        roots = np.sqrt(np.maximum(quantiles, 0.0))
        centre = roots[..., 3:4]
        return np.sort(np.maximum(centre + factors * (roots - centre), 0.0) ** 2, axis=-1)


EVEN: Final = Scale()


@dataclass(frozen=True)
class Scales:
    """The scales of the ranges of days, of sums of a week, and of longer sums."""

    days: Scale = EVEN
    weeks: Scale = EVEN
    spans: Scale = EVEN

    def of_sum(self, days: int) -> Scale:
        return self.weeks if days <= WEEK else self.spans


UNSCALED: Final = Scales()


def inside(quantiles: Array, actual: Array) -> Array:
    """Whether each band holds each outcome, outcomes x BANDS; NaN where the outcome is not known."""
    held = [(quantiles[..., low] <= actual) & (actual <= quantiles[..., high]) for low, high in PLACES]
    return np.where(np.isfinite(actual)[..., None], np.stack(held, axis=-1), np.nan)
