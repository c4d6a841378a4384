"""What regressors do to demand, learned over all series of a panel together, as factors of its periods.

A quasi-Poisson regression with logarithmic link on the deviations of each regressor from the series' own mean, round
the level of the weeks about it: McCullagh & Nelder, Generalized Linear Models (1989), ch. 6 and 9. One slope per
regressor for the panel: a single product rarely shows its own (measured on promotions in docs/forecasting.md). The
slopes are drawn to none by a ridge worth a few observations, and factors are kept to what the past has shown.

Policies: a regressor that is not known for a period ("missing") does nothing there; one that never varied ("still")
has no slope.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.engine.demand import usable
from analytics.engine.protocol import AnyFloat, Array
from analytics.engine.rhythm import Rhythm
from analytics.engine.smoothed import over

STEPS: Final = 6  # of Newton's method; more change nothing in the third digit
RIDGE: Final = 10.0
WIDEST: Final = 4.0  # standard deviations of a regressor beyond which it is not followed
LARGEST_EFFECT: Final = np.log(10.0)
MEMORY: Final = 4_000_000  # cells of the panel that the slopes are learned from


def driver_factors(panel: AnyFloat, drivers: Sequence[Array], rhythm: Rhythm) -> Array | None:
    """Factors of past and coming periods, series x (periods + horizon); None where no regressor ever varied.

    `panel` is series x periods; each of `drivers` is series x (periods + horizon), NaN where not known.
    """
    moved = [shifted for driver in drivers if (shifted := _deviations(driver, panel.shape[1])) is not None]
    if not moved:
        return None
    periods = panel.shape[1]
    rows = np.arange(0, len(panel), max(1, -(-panel.size // MEMORY)))
    sample = [shifted[rows, :periods] for shifted in moved]
    slopes = _slopes(usable(panel[rows]), sample, rhythm)
    effect = np.zeros((len(panel), moved[0].shape[1]))
    for slope, shifted in zip(slopes, moved, strict=True):
        effect += slope * shifted
    return np.asarray(np.exp(np.clip(effect, -LARGEST_EFFECT, LARGEST_EFFECT)), dtype=float)


def _deviations(driver: Array, periods: int) -> Array | None:
    """In standard deviations of the panel, from each series' mean of the past; 0 where not known."""
    finite = np.isfinite(driver)
    values = np.where(finite, driver, 0.0)
    seen = finite[:, :periods]
    mean = over(values[:, :periods].sum(axis=1), seen.sum(axis=1).astype(float))
    shifted = np.where(finite, values - mean[:, None], 0.0)
    spread = float(np.sqrt((shifted[:, :periods] ** 2).sum() / max(int(seen.sum()), 1)))
    if not np.isfinite(spread) or spread <= 1e-9 * max(float(np.abs(mean).max(initial=0.0)), 1e-9):
        return None
    return np.asarray(np.clip(shifted / spread, -WIDEST, WIDEST), dtype=float)


def _slopes(values: Array, drivers: Sequence[Array], rhythm: Rhythm) -> Array:
    """The slopes by Newton's method, each series weighted by the inverse of its dispersion."""
    known = np.isfinite(values)
    amount = np.where(known, values, 0.0)
    place = np.arange(values.shape[1]) % rhythm.season if rhythm.season <= 7 else np.zeros(values.shape[1], dtype=int)
    design = np.stack(drivers)
    slopes = np.zeros(len(design))
    ridge = RIDGE * np.eye(len(design))
    for _ in range(STEPS):
        effect = np.exp(np.clip(np.tensordot(slopes, design, axes=1), -LARGEST_EFFECT, LARGEST_EFFECT)) * known
        expected = _local(amount, effect, rhythm.short) * effect
        for position in range(int(place.max()) + 1):
            days = place == position
            expected[:, days] *= over(amount[:, days].sum(axis=1), expected[:, days].sum(axis=1))[:, None]
        noise = over(((amount - expected) ** 2 * known).sum(axis=1), expected.sum(axis=1))
        weight = 1.0 / np.maximum(noise, 1.0)[:, None]
        gap, mass = (amount - expected) * weight, expected * weight
        gradient = np.array([float((gap * one).sum()) for one in design]) - ridge @ slopes
        curvature = np.einsum("aij,bij,ij->ab", design, design, mass, optimize=True) + ridge
        slopes = slopes + np.clip(np.linalg.solve(curvature, gradient), -1.0, 1.0)
    return slopes


def _local(amount: Array, effect: Array, width: int) -> Array:
    """What was sold over what the regressors say, in the `width` periods about each one."""
    half = max(1, width // 2)
    ends = np.minimum(np.arange(amount.shape[1]) + half, amount.shape[1])
    starts = np.maximum(np.arange(amount.shape[1]) - half, 0)
    sums = [np.concatenate([np.zeros((len(one), 1)), np.cumsum(one, axis=1)], axis=1) for one in (amount, effect)]
    return over(*(total[:, ends] - total[:, starts] for total in sums))
