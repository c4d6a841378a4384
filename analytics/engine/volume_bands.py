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
from analytics.engine.protocol import AnyFloat, Array

GROUPS: Final = 8
LEAST_ERRORS: Final = 100  # errors a group needs for its outer quantiles
WILDEST: Final = 10.0  # times the group's: beyond, it is one order that came once, which squares would blow up
SHRINK: Final = 10.0  # periods with a sale that the dispersion of a volume group counts for one series


@dataclass
class Record:
    """`said` and `came` are series x origins x windows, NaN where a period was unknown.

    `squares` of errors, `sums` of what was said and numbers of `sales` are series x origins. `whole` marks the series
    that are counts; others may vary less than counts can.
    """

    windows: tuple[Window, ...]
    said: Array
    came: Array
    squares: Array
    sums: Array
    sales: Array
    whole: np.ndarray

    @classmethod
    def empty(cls, series: int, origins: int, windows: Sequence[Window]) -> Record:
        shape = (series, origins, len(windows))
        squares, sums, sales = (np.zeros((series, origins)) for _ in range(3))
        said, came = (np.full(shape, np.nan) for _ in range(2))
        return cls(tuple(windows), said, came, squares, sums, sales, np.ones(series, dtype=bool))

    def add(self, rows: np.ndarray, origin: int, path: Array, values: Array, exposure: Array) -> None:
        """What was said at one origin for these rows, and what came: series x at least the horizon."""
        known = exposure[:, : path.shape[1]] > 0
        actual = values[:, : path.shape[1]]
        self.squares[rows, origin] = (np.where(known, path - actual, 0.0) ** 2).sum(axis=1)
        self.sums[rows, origin] = np.where(known, np.maximum(path, 1e-3), 0.0).sum(axis=1)
        self.sales[rows, origin] = (actual > 0).sum(axis=1)
        for place, window in enumerate(self.windows):
            whole = known[:, window.steps].all(axis=1)
            self.said[rows, origin, place] = np.where(whole, path[:, window.steps].sum(axis=1), np.nan)
            self.came[rows, origin, place] = np.where(whole, actual[:, window.steps].sum(axis=1), np.nan)

    def ratios(self, volume: Array, without: int | None = None) -> Array:
        """Each series' squared error over its mean, drawn towards that of its volume group; counts have at least 1.

        `without` leaves one origin out, so that its errors are not measured by themselves.
        """
        kept = [origin for origin in range(self.squares.shape[1]) if origin != without]
        squares, sums, sales = (table[:, kept].sum(axis=1) for table in (self.squares, self.sums, self.sales))
        group = volume_groups(volume, GROUPS)
        own = np.where(sums > 0, squares / np.maximum(sums, 1e-9), np.nan)
        typical = np.ones(GROUPS)
        for number in range(GROUPS):
            rows = (group == number) & (sums > 0)
            if rows.any():
                typical[number] = np.median(own[rows])
        weight = sales / (sales + SHRINK)
        own = np.minimum(np.nan_to_num(own), WILDEST * typical[group])
        ratio = weight * own + (1.0 - weight) * typical[group]
        return np.asarray(np.where(self.whole, np.maximum(ratio, 1.0), np.maximum(ratio, 1e-9)), dtype=float)


def volume_groups(volume: Array, count: int) -> np.ndarray:
    """The number of each volume's group: groups of the same size, low to high."""
    if not len(volume):
        return np.zeros(0, dtype=np.intp)
    return np.searchsorted(np.quantile(volume, np.linspace(0.0, 1.0, count + 1)[1:-1]), volume, side="left")


def volume_bands(record: Record, mean: AnyFloat, ratio: Array, levels: tuple[float, ...]) -> Array:
    """Quantiles of the sums over the record's windows, series x windows x levels, round `mean`."""
    totals = np.zeros((len(mean), len(record.windows), len(levels)))
    volume = mean.sum(axis=1, dtype=float)
    origins = range(record.said.shape[1])
    scale = (
        np.sqrt(np.stack([record.ratios(volume, origin) for origin in origins], axis=1)) if origins else ratio[:, None]
    )
    for place, window in enumerate(record.windows):
        path = mean[:, window.steps].sum(axis=1, dtype=float)
        error = (np.sqrt(record.came[:, :, place]) - np.sqrt(record.said[:, :, place])) / scale
        count = int(np.clip(np.isfinite(error).sum() // LEAST_ERRORS, 1, GROUPS))
        group = volume_groups(path, count)
        offsets = np.stack([_offsets(error[group == number], levels) for number in range(count)])
        bands = np.maximum(np.sqrt(path)[:, None] + np.sqrt(ratio)[:, None] * offsets[group], 0.0) ** 2
        bands[path == 0] = 0.0
        totals[:, place] = np.sort(bands, axis=1)
    return totals


def _offsets(error: Array, levels: tuple[float, ...]) -> Array:
    """The quantiles of the errors of a group, series x origins (latest first), widened for what all series share."""
    from scipy.stats import norm, t  # slow to import

    known = np.isfinite(error)
    seen = np.flatnonzero(known.any(axis=0))
    if known.sum() < 2:
        return np.asarray(norm.ppf(levels), dtype=float) * 0.5
    offsets = _ranked(error[known], levels)
    draws = len(seen)
    if draws < 2:
        return offsets
    shocks = np.array([error[known[:, origin], origin].mean() for origin in seen])
    share = shocks.var(ddof=1) / max(error[known].var(), 1e-12)
    tail = np.maximum(np.abs(norm.ppf(levels)), 1e-6)
    tails = np.abs(t.ppf(levels, draws - 1)) / tail
    extra = np.maximum((1.0 + 1.0 / draws) * tails**2 - (1.0 - 1.0 / draws), 0.0) * min(share, 1.0)
    middle = float(_ranked(error[known], (0.5,))[0])
    widened: Array = middle + (offsets - middle) * np.sqrt(1.0 + np.where(tail > 1e-3, extra, 0.0))
    return widened


def _ranked(values: Array, levels: tuple[float, ...]) -> Array:
    """Quantiles of rank (n + 1) p, as split conformal prediction asks."""
    rank = np.clip((len(values) + 1) * np.asarray(levels) - 1.0, 0.0, len(values) - 1.0)
    return np.asarray(np.quantile(values, rank / (len(values) - 1.0)), dtype=float)
