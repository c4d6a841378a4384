"""What was forecast for every series at past origins, and the quantiles of sums that follow from it.

Sums are banded by split conformal prediction (Vovk, Gammerman & Shafer, Algorithmic Learning in a Random World (2005),
ch. 4) in groups of like volume, as in Mondrian conformal prediction (ibid., ch. 4.5). Errors are taken between square
roots, which steadies the variance of counts, and divided by the square root of the series' dispersion, which is what
the variance of the root of an overdispersed count is proportional to (Bartlett, Biometrics 3 (1947) 39-52).

All series of a shop err together, so n past origins hold n draws of that common error, however many series there are.
The offsets are widened about their median until they also hold an (n + 1)th draw: by
sqrt(1 + (1 / n + 1 / (n - 1)) b / s) with b the variance between the origins' mean errors and s that of all errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.engine.conformal import Window
from analytics.engine.protocol import Array

GROUPS: Final = 8
LEAST_ERRORS: Final = 100  # errors a group needs for its outer quantiles
SHRINK: Final = 10.0  # periods with a sale that the dispersion of a volume group counts for one series
LARGEST_RATIO: Final = 1e3


@dataclass
class Record:
    """`said` and `came` are series x origins x windows, NaN where a period was unknown; squares and sums per series."""

    windows: tuple[Window, ...]
    said: Array
    came: Array
    squares: Array
    sums: Array
    sales: Array

    @classmethod
    def empty(cls, series: int, origins: int, windows: Sequence[Window], horizon: int) -> Record:
        shape = (series, origins, len(windows))
        zeros = (np.zeros(series) for _ in range(3))
        return cls(tuple(windows), np.full(shape, np.nan), np.full(shape, np.nan), *zeros)

    def add(self, rows: np.ndarray, origin: int, path: Array, values: Array, exposure: Array) -> None:
        """What was said at one origin for these rows, and what came: series x at least the horizon."""
        known = exposure[:, : path.shape[1]] > 0
        actual = values[:, : path.shape[1]]
        self.squares[rows] += (np.where(known, path - actual, 0.0) ** 2).sum(axis=1)
        self.sums[rows] += np.where(known, np.maximum(path, 1e-3), 0.0).sum(axis=1)
        self.sales[rows] += (actual > 0).sum(axis=1)
        for place, window in enumerate(self.windows):
            whole = known[:, window.steps].all(axis=1)
            self.said[rows, origin, place] = np.where(whole, path[:, window.steps].sum(axis=1), np.nan)
            self.came[rows, origin, place] = np.where(whole, actual[:, window.steps].sum(axis=1), np.nan)

    def ratios(self, mean: Array) -> Array:
        """Each series' squared error over its mean, drawn towards that of its volume group: series x 1, at least 1."""
        group = volume_groups(mean.sum(axis=1), GROUPS)
        own = np.where(self.sums > 0, self.squares / np.maximum(self.sums, 1e-9), np.nan)
        typical = np.ones(GROUPS)
        for number in range(GROUPS):
            rows = (group == number) & (self.sums > 0)
            if rows.any():
                typical[number] = np.median(own[rows])
        weight = self.sales / (self.sales + SHRINK)
        mixed = weight * np.nan_to_num(own) + (1.0 - weight) * typical[group]
        return np.clip(mixed, 1.0, None)[:, None]


def volume_groups(volume: Array, count: int) -> np.ndarray:
    """The number of each volume's group: groups of the same size, low to high."""
    edges = np.quantile(volume, np.linspace(0.0, 1.0, count + 1)[1:-1]) if len(volume) else []
    return np.searchsorted(edges, volume, side="left")


def volume_bands(record: Record, mean: Array, ratio: Array, levels: tuple[float, ...]) -> Array:
    """Quantiles of the sums over the record's windows, series x windows x levels, round `mean`."""
    totals = np.zeros((len(mean), len(record.windows), len(levels)))
    scale = np.sqrt(ratio[:, 0])
    for place, window in enumerate(record.windows):
        path = mean[:, window.steps].sum(axis=1, dtype=float)
        error = (np.sqrt(record.came[:, :, place]) - np.sqrt(record.said[:, :, place])) / scale[:, None]
        count = int(np.clip(np.isfinite(error).sum() // LEAST_ERRORS, 1, GROUPS))
        group = volume_groups(path, count)
        offsets = np.stack([_offsets(error[group == number], levels) for number in range(count)])
        bands = np.maximum(np.sqrt(path)[:, None] + scale[:, None] * offsets[group], 0.0) ** 2
        bands[path == 0] = 0.0
        totals[:, place] = np.sort(bands, axis=1)
    return totals


def _offsets(error: Array, levels: tuple[float, ...]) -> Array:
    """The quantiles of the errors of a group, series x origins, widened for what all series share."""
    from scipy.stats import norm  # slow to import

    known = error[np.isfinite(error)]
    if len(known) < 2:
        return np.asarray(norm.ppf(levels), dtype=float) * 0.5
    rank = np.clip((len(known) + 1) * np.asarray(levels) - 1.0, 0, len(known) - 1) / max(len(known) - 1, 1)
    offsets = np.quantile(known, rank)
    shocks = np.array([column[np.isfinite(column)].mean() for column in error.T if np.isfinite(column).any()])
    draws = len(shocks)
    between = shocks.var(ddof=1) if draws > 1 else 0.0
    extra = between * (1.0 / draws + 1.0 / max(draws - 1, 1)) / max(known.var(), 1e-12)
    middle = np.median(known)
    widened: Array = middle + (offsets - middle) * np.sqrt(1.0 + extra)
    return widened
