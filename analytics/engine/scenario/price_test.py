"""A test that finds out: how many randomised weeks tell an effect from noise.

Past prices were set by people who knew something, so slopes learnt from them are biased; only weeks (or regions) that a
coin chose are not. With n weeks, half of them changed, the difference of mean log sales has the variance 4 s² / n, so

    n = 4 s² (z(1 - a/2) + z(power))² / log(1 + effect)²

(two-sample comparison of means; Kohavi, Tang & Xu, Trustworthy Online Controlled Experiments, 2020, ch. 17). s is the
standard deviation of log sales around their own smooth level: what is left when price and level are taken out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log
from statistics import NormalDist

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.share.residual import smooth_path

LEAST = 8
ERROR, POWER = 0.05, 0.80


@dataclass(frozen=True)
class PriceTest:
    """`weeks` in one region, `weeks_by_regions` if weeks and regions are both drawn; `noise` in logs."""

    effect: float
    noise: float
    weeks: int
    weeks_by_regions: dict[int, int]


def noise_of(sales: Array, explained: Array | None = None) -> float:
    """The standard deviation of log sales (periods) around their level.

    `explained` is what a model accounts for, in logs, per period. Raises ValueError with fewer than `LEAST` periods of
    sales.
    """
    known = sales > 0
    if known.sum() < LEAST:
        raise ValueError(f"{int(known.sum())} weeks of sales are too few to measure their noise; it takes {LEAST}.")
    values = np.log(sales[known]) - (explained[known] if explained is not None else 0.0)
    rest = values - values.mean() - smooth_path(values[:, None])[:, 0]
    return float(np.sqrt((rest**2).sum() / max(len(rest) - 2, 1)))


def weeks_needed(
    noise: float,
    effect: float = 0.05,
    *,
    error: float = ERROR,
    power: float = POWER,
    regions: Sequence[int] = (2, 4, 8),
) -> PriceTest:
    """The weeks it takes to see an effect of `effect` (0.05: five percent) on sales in `power` of all tests.

    Raises ValueError where effect or noise is not above zero.
    """
    if not noise > 0 or not effect > 0:
        raise ValueError("Noise and effect are above zero.")
    normal = NormalDist()
    reach = normal.inv_cdf(1 - error / 2) + normal.inv_cdf(power)
    weeks = 4.0 * noise**2 * reach**2 / log(1.0 + effect) ** 2
    return PriceTest(effect, noise, _even(weeks), {count: _even(weeks / count) for count in regions})


def _even(weeks: float) -> int:
    """At least four weeks, and as many with the change as without."""
    return max(4, 2 * ceil(weeks / 2))
