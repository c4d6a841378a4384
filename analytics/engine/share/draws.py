"""From a point forecast and the errors of earlier ones to a joint distribution of shares.

    draw = softmax(clr(forecast) + scale x widening x (a past error + a little noise))

Errors are drawn for all players of a period together, so that every draw sums to one. With n target periods seen the
errors are widened by sqrt(1 + WIDEN / n): a bootstrap of few errors is too narrow. `scale` follows the coverage of
bands that have come due (adaptive conformal inference: Gibbs & Candès, NeurIPS 2021), one for the 80 % band and one for
the 95 % band. Errors of all horizons are pooled, each brought to the spread of its own horizon.

Where many players sell now and then, log-ratios give way to angles (`space_of`):

    draw = sin^2(asin(sqrt(forecast)) + mean error + scale x widening x (a past error - mean error)), closed

Where a plan is known half of the mean past error is taken out: the rest of a bias seen in a few dozen forecasts is
chance. Where none is known the errors are the distribution itself, promotions and all, and stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.share.logratio import SMALLEST, clr, logit, softmax

LEVELS = (0.025, 0.10, 0.25, 0.50, 0.75, 0.90, 0.975)
BANDS = {0.80: (1, 5), 0.95: (0, 6)}
"""Each band's coverage and the places of its ends in LEVELS."""

COUNT = 400
WIDEN = 10.0
NOISE = 0.25
POOL_WORTH = 16.0
LEARNING, CALM_HORIZON = 0.03, 8
"""How far the scale moves with one band that came due, up to this horizon. More steps ahead bring more bands a period
and later; with the same speed the scale would overshoot."""
SCALE_RANGE = (0.5, 2.5)
SPARSE = 0.10
NO_ERRORS_YET = 0.35
"""Standard deviation of log shares where not one error has been seen; shrinks with the periods of history."""


class Space(StrEnum):
    """Where errors add up: log-ratios (of all players, or each against the rest), or angles asin(sqrt(share))."""

    RATIO = "ratio"
    ANGLE = "angle"

    def values(self, shares: Array, *, is_joint: bool) -> Array:
        if self is Space.ANGLE:
            return np.asarray(np.arcsin(np.sqrt(np.clip(shares, 0.0, 1.0))), dtype=float)
        return clr(shares) if is_joint else logit(shares)

    def shares(self, values: Array, *, is_joint: bool) -> Array:
        """The way back; where `is_joint` they sum to one."""
        if self is Space.ANGLE:
            shares = np.sin(np.clip(values, 0.0, np.pi / 2)) ** 2
            return shares / np.maximum(shares.sum(axis=-1, keepdims=True), SMALLEST) if is_joint else shares
        return softmax(values) if is_joint else np.asarray(1.0 / (1.0 + np.exp(-values)), dtype=float)


def space_of(shares: Array) -> Space:
    """Where a market's errors add up; `shares` are periods x players that sell.

    Where more than SPARSE of them are nothing a log-ratio moves by the size of the zero's stand-in, and of many small
    players one that sells again crushes all others in every draw. Angles have about the same spread at every share
    (*Anscombe 1948*), zero included.
    """
    return Space.ANGLE if shares.size and float((shares <= 0).mean()) > SPARSE else Space.RATIO


@dataclass
class AdaptiveScale:
    """The factor of each band, moved by every band that has come due.

    Where a band begins at nothing, a share of nothing cannot fall out of it below: half of what the band leaves out is
    then all that may be missed. A band from nothing to nothing says nothing of its width. Without this a market of many
    small players, whose bands hold whatever their width, would make those of the large ones far too narrow.
    """

    scales: dict[float, float] = field(default_factory=lambda: dict.fromkeys(BANDS, 1.0))

    def learn(self, band: float, low: Array, high: Array, actual: Array, horizon: int) -> None:
        """Hold one period's bands against its shares, all by player; `horizon` is how far ahead forecasts look."""
        speaks = high > 0
        if not speaks.any():
            return
        due = np.where(low > 0, band, (1.0 + band) / 2.0)
        missed = (due - ((actual >= low) & (actual <= high)))[speaks].mean()
        speed = LEARNING * min(1.0, (CALM_HORIZON / horizon) ** 2)
        self.scales[band] = float(np.clip(self.scales[band] * np.exp(speed * missed), *SCALE_RANGE))


@dataclass(frozen=True)
class Distribution:
    """Deviations of log-ratios around the point, steps x draws x players, and what turns them into shares.

    `scales`: the factor of each band; `lean`: the mean error of angles, which no factor stretches: a share
    that stands at nothing can only be missed upwards.
    `nothing`: shares below this count as none (players); zero for players that never stopped selling.
    """

    point: Array
    deviations: Array
    space: Space
    scales: dict[float, float]
    nothing: Array
    is_joint: bool
    lean: Array | float = 0.0

    def widened(self, factor: float) -> Distribution:
        """The same with bands wider by a factor, on the scale of log-ratios."""
        return replace(self, scales={band: scale * factor for band, scale in self.scales.items()})

    def draws(self, band: float = 0.80) -> Array:
        """Shares, steps x draws x players; where `is_joint` they sum to one in every draw."""
        centre = self.space.values(self.point, is_joint=self.is_joint)[:, None] + self.lean
        shares = self.space.shares(centre + self.scales[band] * self.deviations, is_joint=self.is_joint)
        floor = np.minimum(self.nothing, shares.max(axis=-1, keepdims=True) * (1.0 - 1e-9))
        shares = np.where(shares <= floor, 0.0, shares)
        return shares / shares.sum(axis=-1, keepdims=True) if self.is_joint else shares

    def quantiles(self) -> Array:
        """Steps x players x LEVELS, never falling along the levels."""
        inner, outer = (np.sort(self.draws(band), axis=1) for band in BANDS)
        count = inner.shape[1]
        parts = []
        for place, level in enumerate(LEVELS):
            source = outer if place in BANDS[0.95] else inner
            at = level * (count - 1)
            low = int(at)
            parts.append(source[:, low] + (at - low) * (source[:, min(low + 1, count - 1)] - source[:, low]))
        quantiles = np.stack(parts, axis=-1)
        quantiles[..., 0] = np.minimum(quantiles[..., 0], quantiles[..., 1])
        quantiles[..., -1] = np.maximum(quantiles[..., -1], quantiles[..., -2])
        return np.clip(np.maximum.accumulate(quantiles, axis=-1), 0.0, 1.0)


def gains(draws: Array, last: Array, points: float) -> tuple[Array, Array]:
    """The chances to gain and to lose at least `points` (0.01 is one percentage point), steps x players."""
    change = draws - last
    return (change >= points).mean(axis=1), (change <= -points).mean(axis=1)


def ranks(draws: Array) -> Array:
    """The chance of each rank: steps x players x ranks, the first rank for the largest share."""
    order = np.argsort(np.argsort(-draws, axis=-1, kind="stable"), axis=-1)
    players = draws.shape[-1]
    return np.stack([(order == rank).mean(axis=1) for rank in range(players)], axis=-1)


def distribution(
    point: Array,
    errors: Array,
    steps: Array,
    *,
    targets: int,
    history: int,
    space: Space,
    scales: dict[float, float],
    nothing: Array,
    is_joint: bool,
    unbias: float,
    chance: np.random.Generator,
    count: int = COUNT,
) -> Distribution:
    """The distribution around `point` (horizon x players).

    `errors`: log-ratio errors that have come due, errors x players; `steps`: the step ahead of each, from 0; `targets`:
    how many different periods they are of; `history`: periods of data; `unbias`: the part of the mean error that is
    taken out of the draws.
    """
    horizon, players = point.shape
    floor = NO_ERRORS_YET / max(history, 1)
    shape = (horizon, count, players)
    if not len(errors):
        deviations = chance.standard_normal(shape) * NO_ERRORS_YET
        return Distribution(point, deviations, Space.RATIO, dict(scales), nothing, is_joint)
    squared = (errors**2).mean(axis=1)
    overall = max(float(squared.mean()), SMALLEST**2)
    tally = np.bincount(steps, minlength=horizon)[:horizon]
    summed = np.bincount(steps, weights=squared, minlength=horizon)[:horizon]
    own = np.sqrt((summed + POOL_WORTH * overall) / (tally + POOL_WORTH))
    errors = errors - unbias * errors.mean(axis=0)
    lean = errors.mean(axis=0) if space is Space.ANGLE else np.zeros(players)
    drawn = errors[chance.integers(len(errors), size=(horizon, count))] - lean
    drawn *= (own[:, None] / own[np.minimum(steps, horizon - 1)].mean())[..., None]
    if space is Space.RATIO:  # noise on angles would lift all who stand at nothing, and press down the others
        drawn += chance.standard_normal(shape) * (NOISE * errors.std(axis=0) + floor)
    widening = np.sqrt(1.0 + WIDEN / max(targets, 1))
    return Distribution(point, drawn * widening, space, dict(scales), nothing, is_joint, lean)
