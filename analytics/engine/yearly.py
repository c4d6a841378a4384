"""The yearly pattern that a group of series shows together, as factors of past and coming periods.

Blocks of a rhythm are compared with the mean of their year, years counted back from the end, after the drift from
year to year is taken out. What repeats is told from what does not by a two-way analysis of variance: the pattern is
shrunk by 1 - 1 / F with F the variance between blocks of the year over that of what is left (Efron & Morris, Journal of
the American Statistical Association 70 (1975) 311-319), so that a pattern that did not come back is none. Two whole
years are needed; one cannot tell a season from a trend.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.rhythm import Rhythm, group_sums
from analytics.engine.smoothed import over

YEARS: Final = 2
MOST_YEARS: Final = 4
NEIGHBOURS: Final = (0.25, 0.5, 0.25)  # movable feasts do not fall into the same week
LOWEST: Final = 0.2


def yearly_factors(
    values: Array, exposure: Array, groups: np.ndarray, count: int, rhythm: Rhythm, horizon: int
) -> Array | None:
    """Factors of each group, count x (periods + horizon); None where two years are not known or the rhythm has none."""
    periods, block = values.shape[1], rhythm.block
    blocks = rhythm.year // block
    years = min(periods // rhythm.year, MOST_YEARS) if rhythm.year else 0
    if years < YEARS or horizon > rhythm.year:
        return None
    size = over(values.sum(axis=1), exposure.sum(axis=1))
    weight = over(np.ones_like(size), size)[:, None]
    span = slice(periods - years * rhythm.year, None)
    sold, shown = (
        group_sums(table, groups, count).reshape(count, years, blocks, block).sum(axis=3)
        for table in (values[:, span] * weight, exposure[:, span] * (weight > 0))
    )
    level = over(sold, shown)
    mean = level.mean(axis=2, keepdims=True)
    drift = over(mean[:, -1:], mean[:, :1]) ** (1.0 / ((years - 1) * blocks))
    drift = np.where(drift > 0, drift, 1.0)
    relative = over(level, np.broadcast_to(mean, level.shape)) / drift ** (np.arange(blocks) - (blocks - 1) / 2)
    pattern = relative.mean(axis=1)
    rest = relative - pattern[:, None] - relative.mean(axis=2, keepdims=True) + pattern.mean(axis=1)[:, None, None]
    noise = (rest**2).sum(axis=(1, 2)) / ((blocks - 1) * (years - 1))
    between = years * pattern.var(axis=1, ddof=1)
    trust = np.where(between > 0, np.clip(1.0 - over(noise, between), 0.0, 1.0), 0.0)[:, None]
    smooth = sum(share * np.roll(pattern, shift, axis=1) for share, shift in zip(NEIGHBOURS, (-1, 0, 1), strict=True))
    index = np.maximum(1.0 + trust * (smooth - pattern.mean(axis=1, keepdims=True)), LOWEST)
    place = (np.arange(periods + horizon) - periods) % rhythm.year // block
    return np.asarray(index[:, place], dtype=float)
