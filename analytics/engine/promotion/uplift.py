"""What a promotion did: what came, held against what would have come without it.

The counterfactual is, in units, a local level times what others did (synthetic control: Abadie, Diamond & Hainmueller,
JASA 105 (2010)): non-negative weights of series that were not promoted, fitted by least squares to the quiet periods of
this one, or no others at all; both are mixed by how well they tell quiet stretches of the same length that they have
not seen. The level is a mean of quiet periods on both sides, nearer ones weighing more, since a report is written
afterwards. The errors on those stretches are the placebo tests: their spread, with Student's t for how few they are,
gives the range of what was extra.

The same measure serves the dip afterwards (customers had stocked up) and sister products (which lost to the promoted
one): their "extra" is below zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.engine.demand import LEVELS
from analytics.engine.promotion.forecast import student
from analytics.engine.protocol import Array

QUIET_LEAST: Final = 6  # periods without promotion or aftermath, below which nothing is measured
TESTS_LEAST: Final = 4
TESTS_MOST: Final = 26
DONORS_MOST: Final = 12
NEAR: Final = 0.75  # what a quiet period weighs beside the one that is one nearer


@dataclass(frozen=True)
class Effect:
    """Over the periods measured: what came, what was expected, and quantiles (LEVELS) of the difference.

    `expected_each` and `band_each` (10 and 90 %) are per period; `tests` counts the quiet stretches compared with.
    """

    came: float
    expected: float
    extra: Array
    expected_each: Array
    band_each: Array
    tests: int

    @property
    def multiple(self) -> float:
        return self.came / self.expected if self.expected > 0 else float("nan")


def measure(series: Array, window: slice, *, quiet: np.ndarray, donors: Array | None = None) -> Effect | None:
    """The effect on `series` (periods, NaN where unknown) over `window`; None where too little quiet is known.

    `quiet` says which periods are outside of any promotion of this series and its aftermath. `donors` are others x
    periods that were not touched by this promotion; those with a gap are left out.
    """
    known = np.isfinite(series)
    quiet = quiet & known
    quiet[window] = False
    if quiet.sum() < QUIET_LEAST or not known[window].all() or window.stop <= window.start:
        return None
    pool = _donors(series, quiet, donors)
    length = window.stop - window.start
    stretches = _stretches(quiet, length)
    if len(stretches) < TESTS_LEAST:
        stretches = _stretches(quiet, 1)
    told, came = [], []
    for stretch in stretches:
        told.append([path.sum() for path in _paths(series, quiet, stretch, pool)])
        came.append(series[stretch].sum())
    test_length = stretches[0].stop - stretches[0].start
    said, true = np.array(told), np.array(came)
    weight = _weights(said, true)
    mixed = said @ weight
    expected_each = np.asarray(weight @ np.array(_paths(series, quiet, window, pool)), dtype=float)
    expected = float(expected_each.sum())
    # errors on the square-root scale, where those of small and of large sums compare
    errors = np.sqrt(true) - np.sqrt(np.maximum(mixed, 0.0))
    spread = float(np.sqrt(np.mean(errors**2) * (1.0 + 1.0 / len(errors)) * length / test_length))
    spread = max(spread, 0.5)  # the noise of counting alone
    quantiles = student(len(errors) - 1)
    without = np.maximum(np.sqrt(expected) + spread * quantiles, 0.0) ** 2
    each = np.sqrt(np.maximum(expected_each, 0.0))
    ends = (quantiles[LEVELS.index(0.10)], quantiles[LEVELS.index(0.90)])
    band = np.stack([np.maximum(each + spread * end, 0.0) ** 2 for end in ends], axis=1)
    total = float(series[window].sum())
    return Effect(total, expected, total - without[::-1], expected_each, band, len(errors))


def quiet_periods(promoted: np.ndarray, after: int) -> np.ndarray:
    """Which periods are outside promotions and the `after` periods that follow each of them."""
    loud = promoted.copy()
    for back in range(1, after + 1):
        loud[back:] |= promoted[:-back]
    return ~loud


def _donors(series: Array, quiet: np.ndarray, donors: Array | None) -> Array:
    """Those that move with the series in quiet periods, the likeliest first; at most so many as quiet periods bear."""
    if donors is None or not len(donors):
        return np.empty((0, len(series)))
    whole = donors[np.isfinite(donors).all(axis=1) & (donors[:, quiet].std(axis=1) > 0)]
    if not len(whole) or series[quiet].std() == 0:
        return np.empty((0, len(series)))
    alike = np.array([np.corrcoef(np.sqrt(one[quiet]), np.sqrt(series[quiet]))[0, 1] for one in whole])
    best = np.argsort(-alike, kind="stable")[: min(DONORS_MOST, int(quiet.sum()) // 4)]
    return np.asarray(whole[best[alike[best] > 0]], dtype=float)


def _stretches(quiet: np.ndarray, length: int) -> list[slice]:
    """Quiet stretches of that length that do not overlap, the latest ones."""
    found: list[slice] = []
    stop = len(quiet)
    while stop >= length and len(found) < TESTS_MOST:
        if quiet[stop - length : stop].all():
            found.append(slice(stop - length, stop))
            stop -= length
        else:
            stop -= 1
    return found


def _paths(series: Array, quiet: np.ndarray, window: slice, pool: Array) -> list[Array]:
    """What each way expects in the window, from quiet periods outside of it: a level alone, and with the others."""
    used = quiet.copy()
    used[window] = False
    if not used.any():
        return [np.full(window.stop - window.start, np.nan)] * (2 if len(pool) else 1)
    place = np.arange(len(series))
    apart = np.maximum(np.maximum(window.start - place, place - (window.stop - 1)), 0)
    near = np.where(used, NEAR ** (apart - 1.0), 0.0)
    level = float((near[used] * series[used]).sum() / near.sum())
    ways = [np.full(window.stop - window.start, level)]
    if len(pool):
        from scipy.optimize import nnls

        weights, _ = nnls(pool[:, used].T, series[used])
        other = weights @ pool
        mass = float((near * other).sum())
        ratio = float((near[used] * series[used]).sum()) / mass if mass > 0 else 0.0
        ways.append(ratio * other[window] if mass > 0 else ways[0])
    return ways


def _weights(said: Array, came: Array) -> Array:
    """Of each way, by the inverse of its mean squared error on the quiet stretches."""
    error = np.mean((np.sqrt(np.maximum(said, 0.0)) - np.sqrt(came)[:, None]) ** 2, axis=0)
    raw = 1.0 / np.maximum(error, 1e-9) ** 2
    return np.asarray(raw / raw.sum(), dtype=float)
