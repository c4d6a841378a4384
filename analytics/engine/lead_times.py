"""Demand over a lead time that is itself uncertain: the quantiles that safety stocks rest on.

With F_l the distribution of the demand of l days and p_l the chance of a delivery after l days, demand until the
delivery has the distribution sum p_l F_l, whatever the shape of either: no normal approximation of a product of two
spreads (Silver, Pyke & Thomas, Inventory and Production Management in Supply Chains, 4th ed. (2017), sec. 6.10, where
that approximation is given, and 6.11 on its errors for skewed demand).

A forecast publishes quantiles at LEVELS. Between them F_l runs as engine.stock.quantile_until() does; beyond the last
one it goes on as the normal distribution through the two outermost ones, which is how a distribution is made of its
quantiles where nothing else is known of the tail (Ray & Gerding, distfromq, R package 1.0 (2024): "the tails are
approximated by a location-scale family"). No score of a forecast checks that part (CHECKED).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from analytics.engine.demand import LEVELS
from analytics.engine.protocol import AnyFloat, Array
from analytics.engine.stock import Order, quantile_until

POINTS: Final = 12  # days that a distribution of lead times is told by: each has the same chance
HALVINGS: Final = 40
CHECKED: Final = LEVELS[-1]  # the highest level that the ranges of past forecasts are held against
_Z: Final = np.array([NormalDist().inv_cdf(level) for level in LEVELS])
_STEPS: Final = np.linspace(-6.0, 6.0, 2401)
_CHANCES: Final = np.array([NormalDist().cdf(float(step)) for step in _STEPS])


@dataclass(frozen=True)
class LeadTimes:
    """Days until a delivery: `days` are POINTS equally likely ones, in order; `count` deliveries were measured."""

    days: tuple[float, ...]
    count: int

    @property
    def mean(self) -> float:
        return sum(self.days) / len(self.days)


def fixed(days: float) -> LeadTimes:
    """A lead time that somebody states and nobody measured."""
    return LeadTimes((float(days),) * POINTS, 0)


def measured(days: Sequence[float]) -> LeadTimes:
    """The distribution that deliveries so far speak for.

    Quantiles of rank (n + 1) p, as split conformal prediction takes them: the next delivery is as likely to fall in
    each of the n + 1 gaps between those seen. Beyond the longest one seen nothing is made up.
    """
    known = np.sort(np.asarray(days, dtype=float))
    rank = np.clip((len(known) + 1) * (np.arange(POINTS) + 0.5) / POINTS - 1.0, 0.0, len(known) - 1.0)
    return LeadTimes(tuple(np.interp(rank, np.arange(len(known)), known).tolist()), len(known))


def days_of(times: Sequence[LeadTimes]) -> Array:
    """The lead times of many series, series x POINTS."""
    days: Array = np.array([one.days for one in times], dtype=float).reshape(len(times), POINTS)
    return days


def chance_within(curve: Array, leads: Array, extra: AnyFloat | float, stock: AnyFloat) -> Array:
    """The chance that the demand until a delivery, and `extra` days more, is no more than the stock, per series.

    `curve` is C(h) (engine.stock), `leads` series x POINTS. Linear between the known quantiles on the normal scale, and
    on beyond the outermost ones.
    """
    return _chance(_known(curve, leads, extra), np.asarray(stock, dtype=float))


def quantile_over(curve: Array, leads: Array, extra: AnyFloat | float, level: AnyFloat | float) -> Array:
    """The demand until a delivery, and `extra` days more, that is exceeded with chance 1 - `level`, per series.

    `level` may be any between 0 and 1; the demand never falls as it rises.
    """
    known = _known(curve, leads, extra)
    wanted = np.broadcast_to(np.asarray(level, dtype=float), (len(curve),))
    low = np.zeros(len(curve))
    high = known[:, :, -1].max(axis=1, initial=0.0) * 2.0 + 1.0
    for _ in range(HALVINGS):
        short = _chance(known, high) < wanted
        if not short.any():
            break
        high = np.where(short, 2.0 * high, high)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        enough = _chance(known, middle) >= wanted
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.asarray(high, dtype=float)


def ordering_over(
    curve: Array, stock: AnyFloat, leads: Array, review: AnyFloat | float, level: AnyFloat | float
) -> Order:
    """What to order where lead times are uncertain: engine.stock.ordering() with the demand until the delivery mixed.

    A lead time whose points are all the same is a fixed one, and answers as ordering() does, as far as LEVELS reach;
    beyond them the outermost quantiles are continued as for any other.
    """
    steady = (leads == leads[:, :1]).all(axis=1) & (np.asarray(level, dtype=float) <= LEVELS[-1])
    first = leads[:, 0] if leads.size else np.zeros(len(leads))
    later_on = first + np.asarray(review, dtype=float)
    point, full = quantile_until(curve, first, level), quantile_until(curve, later_on, level)
    if not steady.all():
        rows = np.flatnonzero(~steady)
        some = np.broadcast_to(np.asarray(level, dtype=float), (len(curve),))[rows]
        extra = np.broadcast_to(np.asarray(review, dtype=float), (len(curve),))[rows]
        point[rows] = quantile_over(curve[rows], leads[rows], np.zeros(len(rows)), some)
        full[rows] = quantile_over(curve[rows], leads[rows], extra, some)
    point, full = np.ceil(point - 1e-9), np.ceil(full - 1e-9)
    return Order(point, np.maximum(full - np.asarray(stock, dtype=float), 0.0))


def _known(curve: Array, leads: Array, extra: AnyFloat | float) -> Array:
    """The quantiles of the demand until each of the deliveries, series x POINTS x LEVELS."""
    horizon = curve.shape[1] - 1
    days = leads + np.asarray(extra, dtype=float).reshape(-1, 1)
    if horizon < 1:
        return np.zeros((*days.shape, len(LEVELS)))
    within = np.minimum(days, horizon)
    below = np.minimum(within.astype(np.intp), horizon - 1)
    share = (within - below)[..., None]
    rows = np.arange(len(curve))[:, None]
    at = curve[rows, below] * (1.0 - share) + curve[rows, below + 1] * share
    return np.asarray(at * np.maximum(days / horizon, 1.0)[..., None], dtype=float)


def _chance(known: Array, stock: Array) -> Array:
    held = stock[:, None, None]
    right = np.clip((known <= held).sum(axis=2), 1, len(LEVELS) - 1)[..., None]
    low = np.take_along_axis(known, right - 1, axis=2)[..., 0]
    high = np.take_along_axis(known, right, axis=2)[..., 0]
    begin, end = _Z[right[..., 0] - 1], _Z[right[..., 0]]
    # a flat end says nothing of how far the tail reaches: one unit more is then one step of the scale
    wide = np.maximum(high - low, np.where(held[..., 0] > high, 1.0, 1e-9))
    score = begin + (held[..., 0] - low) / wide * (end - begin)
    score = np.where(held[..., 0] < known[..., 0], np.minimum(score, begin), score)
    score = np.where(known[..., -1] <= 0, np.where(held[..., 0] >= 0, 6.0, -6.0), score)
    return np.asarray(np.interp(score, _STEPS, _CHANCES).mean(axis=1), dtype=float)
