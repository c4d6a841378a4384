"""Demand of many products at once: mean and quantiles per period and for sums over lead times, in one vectorised pass.

    level     the median of six models' levels (smoothed.py): combining beats choosing (Makridakis, Spiliotis &
              Assimakopoulos, International Journal of Forecasting 34 (2018) 802-808), and the median is not moved by
              the one model that a break or a spike misleads
    mean      level x seasonal profile (rhythm.py) x yearly pattern of the group, from two years on (yearly.py) x the
              factors the caller knows (festivals, promotions)
    periods   negative binomial round the mean (counts.py), gamma where values are not whole numbers, with the
              dispersion of what was forecast at past origins
    sums      split conformal on the square-root scale at the same origins, pooled by volume (volume_bands.py)

Policies, each with a mask in `Demand.notes`:

    gaps      An unknown period (NaN: a stock-out, a day not counted) has no exposure: it is neither zero nor filled.
    leading   Periods before the first sale are not history: the product was not there yet.
    negative  Counts as zero; returns are counted apart.
    absurd    Infinite or beyond 1e15: unknown.
    spikes    What exceeds the mean by three standard deviations moves the level only through the long-run ratio of what
              was sold to what is left under that fence: its size is kept, its timing is not taken for a change. One
              that exceeds all else ever sold does not count for that ratio: what came once is no rate.
    young     Fewer than four times `prior` periods known: the level is (n own + k group) / (n + k), k = `prior`.
    dormant   Nothing sold in the last `dormant` known periods of a longer history: zero.
    silent    Nothing ever sold or known: zero, with quantiles of zero, since nothing is known that could say more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.engine.conformal import Window
from analytics.engine.counts import count_quantiles
from analytics.engine.protocol import AnyFloat, Array
from analytics.engine.rhythm import DAILY, Rhythm, group_sums, seasonal_profile
from analytics.engine.smoothed import (
    discounted_level,
    over,
    rare_levels,
    recent_level,
    theta_levels,
    trend,
)
from analytics.engine.volume_bands import Record, volume_bands
from analytics.engine.yearly import yearly_factors

LEVELS: Final = (0.025, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.975)
CHUNK: Final = 2_000  # series in memory at once: some tens of megabytes
LARGEST: Final = 1e15
FENCE: Final = 3.0
FENCINGS: Final = 2  # the first one is measured with the spikes in it
YOUNG: Final = 4
FINE: Final = 100.0
MOST_PAST: Final = 4


@dataclass(frozen=True)
class Demand:
    """`mean` is series x horizon, `quantiles` series x horizon x LEVELS, `totals` series x windows x LEVELS.

    `notes` has a mask over the series for each policy. Quantiles rise with their level and are never below zero.
    """

    mean: AnyFloat
    quantiles: AnyFloat
    windows: tuple[Window, ...]
    totals: Array
    notes: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Panel:
    """What is known of the series: amounts, 0 where unknown; exposure, 0 where unknown; factors of the horizon."""

    values: Array
    exposure: Array
    coming: Array
    groups: np.ndarray
    group_count: int
    rhythm: Rhythm
    notes: Mapping[str, np.ndarray]

    def until(self, origin: int, horizon: int) -> Panel:
        """The same as it was known after `origin` periods."""
        coming = np.concatenate([self.exposure[:, origin:], self.coming], axis=1)[:, :horizon]
        return Panel(
            self.values[:, :origin], self.exposure[:, :origin], coming,
            self.groups, self.group_count, self.rhythm, self.notes,
        )  # fmt: skip


def usable(panel: AnyFloat) -> Array:
    """The panel with absurd values unknown and negative ones zero."""
    values = np.asarray(panel, dtype=float)
    return np.where(np.abs(values) <= LARGEST, np.maximum(values, 0.0), np.nan)


def prepare(panel: AnyFloat, groups: np.ndarray, rhythm: Rhythm, horizon: int, factors: Array | None) -> Panel:
    """Apply the policies to a chunk. `factors` are series (or 1) x (periods + horizon), above zero."""
    values = usable(panel)
    known = np.isfinite(values)
    notes = {
        "gaps": _some(~known),
        "negative": _some(panel < 0),
        "absurd": _some(~known & ~np.isnan(panel)),
    }
    values = np.where(known, values, 0.0)
    first = np.where((values > 0).any(axis=1), (values > 0).argmax(axis=1), values.shape[1])
    present = known & (np.arange(values.shape[1]) >= first[:, None])
    notes["leading"] = (first > 0) & (first < values.shape[1])
    notes["silent"] = first == values.shape[1]
    exposure = present.astype(float)
    coming = np.ones((len(values), horizon))
    if factors is not None:
        exposure *= factors[:, : values.shape[1]]
        coming *= factors[:, values.shape[1] :]
    count = int(groups.max(initial=0)) + 1
    return Panel(values, exposure, coming, groups, count, rhythm, notes)


def _some(mask: np.ndarray) -> np.ndarray:
    return np.asarray(mask.any(axis=1))


def _fenced(values: Array, exposure: Array) -> tuple[Array, Array]:
    """The values under the fence, and the long-run ratio of what was sold to what is left under it."""
    periods = np.maximum(np.count_nonzero(exposure, axis=1), 1)
    capped = values
    for _ in range(FENCINGS):
        mean = capped.sum(axis=1) / periods
        variance = np.maximum(np.einsum("ij,ij->i", capped, capped) / periods - mean * mean, 0.0)
        capped = np.minimum(values, (mean + FENCE * np.sqrt(variance))[:, None])
    left = capped.sum(axis=1)
    total, largest = values.sum(axis=1), (values - capped).max(axis=1, initial=0.0)
    once = np.where(largest > total - largest, largest, 0.0)
    return capped, np.where(left > 0, over(total - once, left), 1.0)


def expected(panel: Panel, horizon: int) -> tuple[Array, Mapping[str, np.ndarray]]:
    """The mean of the coming periods, series x horizon, and the masks of the policies that decide on its level."""
    rhythm, exposure, coming = panel.rhythm, panel.exposure, panel.coming[:, :horizon]
    periods = exposure.shape[1]
    yearly = yearly_factors(panel.values, exposure, panel.groups, panel.group_count, rhythm, horizon)
    if yearly is not None:
        exposure = exposure * yearly[panel.groups, :periods]
        coming = coming * yearly[panel.groups, periods:]
    profile = seasonal_profile(panel.values, exposure, panel.groups, panel.group_count, rhythm.season)
    values, ratio = _fenced(panel.values, exposure)
    exposure = exposure * profile[:, (np.arange(periods) - periods) % rhythm.season]
    level, rate = discounted_level(values, exposure, rhythm)
    flat = [level, *rare_levels(values, exposure)]
    flat += [recent_level(values, exposure, rhythm.short), recent_level(values, exposure, rhythm.long)]
    theta = theta_levels(level, rate, trend(values, exposure), horizon)
    levels = _median_with(np.sort(np.stack(flat), axis=0), theta) * ratio[:, None]
    known = np.count_nonzero(panel.exposure, axis=1)
    levels, young = _shrunk(levels, known, panel)
    recent = recent_level(panel.values, panel.exposure, rhythm.dormant)
    dormant = (recent == 0) & (known > rhythm.dormant)
    levels[dormant | (known == 0)] = 0.0
    path = levels * profile[:, np.arange(horizon) % rhythm.season] * coming
    return path, {"young": young, "dormant": dormant & (known > 0)}


def _median_with(flat: Array, moving: Array) -> Array:
    """The median of five levels in order (5 x series) and one that moves with the horizon (series x horizon)."""
    low, middle, high = flat[1], flat[2], flat[3]
    other = np.clip(moving, low[:, None], high[:, None])
    return np.asarray(0.5 * (middle[:, None] + other), dtype=float)


def _shrunk(levels: Array, known: np.ndarray, panel: Panel) -> tuple[Array, np.ndarray]:
    """New products drawn towards the typical level of their group, the geometric mean of those that are not new."""
    prior = panel.rhythm.prior
    young = (known < YOUNG * prior) & (known > 0)
    if not young.any():
        return levels, young
    settled = ~young & (levels[:, 0] > 0)
    logs = np.where(settled, np.log(np.maximum(levels[:, 0], 1e-9)), 0.0)
    sums = group_sums(np.stack([logs, settled], axis=1), panel.groups, panel.group_count)
    typical = np.where(sums[:, 1] > 0, np.exp(over(sums[:, 0], sums[:, 1])), np.nan)[panel.groups]
    young &= np.isfinite(typical)
    weight = (known / (known + prior))[:, None]
    mixed = weight * levels + (1.0 - weight) * np.nan_to_num(typical)[:, None]
    return np.where(young[:, None], mixed, levels), young


def past_origins(periods: int, horizon: int, rhythm: Rhythm) -> list[int]:
    """Up to four origins a horizon apart, the latest first; none where there is too little before them."""
    least = 2 * rhythm.block * rhythm.ahead
    return list(range(periods - horizon, least - 1, -horizon))[:MOST_PAST]


def forecast_demand(
    panel: AnyFloat,
    horizon: int,
    *,
    groups: np.ndarray | None = None,
    factors: Array | None = None,
    windows: Sequence[Window] | None = None,
    rhythm: Rhythm = DAILY,
    with_quantiles: bool = True,
) -> Demand:
    """Forecast a panel, series x periods, NaN where unknown; float32 or float64.

    `groups` numbers each series' category from 0 (profiles and new products learn from it); `factors` multiply each
    period, past and coming, of each series or of all: series (or 1) x (periods + horizon). `windows` are the sums that
    get quantiles, by default the whole horizon. Memory beyond input and answer stays bounded by CHUNK.
    """
    count = len(panel)
    numbers = np.zeros(count, dtype=np.intp) if groups is None else np.asarray(groups, dtype=np.intp)
    sums = tuple(windows) if windows is not None else (Window(1, horizon),)
    mean: AnyFloat = np.zeros((count, horizon), dtype=np.float32)
    origins = past_origins(panel.shape[1], horizon, rhythm) if with_quantiles else []
    record = Record.empty(count, len(origins), sums)
    notes: dict[str, np.ndarray] = {}
    for rows in _chunks(numbers):
        part = prepare(panel[rows], _renumbered(numbers[rows]), rhythm, horizon, _rows_of(factors, rows))
        path, more = expected(part, horizon)
        mean[rows] = path
        record.whole[rows] = (part.values == np.rint(part.values)).all(axis=1)
        for name, mask in {**part.notes, **more}.items():
            notes.setdefault(name, np.zeros(count, dtype=bool))[rows] = mask
        for place, origin in enumerate(origins):
            then = part.until(origin, horizon)
            said = expected(then, horizon)[0]
            record.add(rows, place, said, part.values[:, origin:], part.exposure[:, origin:])
    if not with_quantiles:
        return Demand(mean, np.zeros((count, 0, 0)), sums, np.zeros((count, 0, 0)), notes)
    ratio = record.ratios(mean.sum(axis=1, dtype=float))
    totals = volume_bands(record, mean, ratio, LEVELS)
    return Demand(mean, _period_quantiles(mean, ratio, record.whole), sums, totals, notes)


def _period_quantiles(mean: AnyFloat, ratio: Array, whole: np.ndarray) -> AnyFloat:
    """Quantiles of each period, a chunk at a time.

    What is not counted in whole units is gamma, the negative binomial in units that are small beside its spread.
    """
    unit = np.where(whole, 1.0, ratio / FINE)[:, None]
    quantiles: AnyFloat = np.zeros((*mean.shape, len(LEVELS)), dtype=np.float32)
    for start in range(0, len(mean), CHUNK):
        rows = slice(start, start + CHUNK)
        counted = count_quantiles(mean[rows] / unit[rows], ratio[rows, None] / unit[rows], LEVELS)
        quantiles[rows] = counted * unit[rows, :, None]
    return quantiles


def _rows_of(factors: Array | None, rows: np.ndarray) -> Array | None:
    return factors if factors is None or len(factors) == 1 else factors[rows]


def _renumbered(groups: np.ndarray) -> np.ndarray:
    return np.unique(groups, return_inverse=True)[1]


def _chunks(groups: np.ndarray) -> Iterator[np.ndarray]:
    """The rows in pieces of CHUNK, series of a group side by side so that they learn from each other."""
    order = np.argsort(groups, kind="stable")
    for start in range(0, len(order), CHUNK):
        yield order[start : start + CHUNK]
