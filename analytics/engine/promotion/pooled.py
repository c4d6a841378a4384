"""One figure from several measured ones that differ by more than their noise: a random-effects mean.

The variance between them is that of DerSimonian & Laird (Controlled Clinical Trials 7 (1986)), drawn towards a belief
as if `LOOSE` of them had been seen before, since two or three tell little of how much they differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from analytics.engine.protocol import Array

LOOSE: Final = 2.0
LEAST_VARIANCE: Final = 1e-6


@dataclass(frozen=True)
class Pooled:
    """`mean` with its standard error, and the standard deviation of single ones round it, over `count` of them."""

    mean: float
    error: float
    apart: float
    count: int

    @property
    def of_next(self) -> float:
        """The standard deviation of what the next one will be."""
        return float(np.hypot(self.error, self.apart))


def pooled(values: ArrayLike, variances: ArrayLike, apart: float, prior: tuple[float, float] | None = None) -> Pooled:
    """The mean of `values` whose noise has `variances`; `apart` is how far they are believed to differ beyond it.

    `prior` is what else is known of the mean, with its standard error. Without values it is all; ValueError without
    both.
    """
    seen = np.asarray(values, dtype=float)
    noise = np.maximum(np.asarray(variances, dtype=float), LEAST_VARIANCE)
    if not len(seen) and prior is None:
        raise ValueError("nothing to pool")
    between = _between(seen, noise, apart)
    centre, weight = seen, 1.0 / (noise + between)
    if prior is not None:
        centre = np.append(seen, prior[0])
        weight = np.append(weight, 1.0 / max(prior[1] ** 2, LEAST_VARIANCE))
    mean = float((weight * centre).sum() / weight.sum())
    return Pooled(mean, float(1.0 / np.sqrt(weight.sum())), float(np.sqrt(between)), len(seen))


def _between(seen: Array, noise: Array, apart: float) -> float:
    count = len(seen)
    if count < 2:
        return apart**2
    weight = 1.0 / noise
    whole = weight.sum()
    mean = float((weight * seen).sum() / whole)
    excess = float((weight * (seen - mean) ** 2).sum()) - (count - 1)
    found = max(0.0, excess / float(whole - (weight**2).sum() / whole))
    return (found * (count - 1) + LOOSE * apart**2) / (count - 1 + LOOSE)
