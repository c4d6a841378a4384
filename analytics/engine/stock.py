"""What a stock is good for under an uncertain demand: how long it lasts, when to order, how much.

Everything rests on C(h), the quantiles of what is demanded until the end of day h. They are known at the ends of a few
windows (engine.volume_bands); between two of them they grow as the mean does, so that a festival's days weigh what they
should. Beyond the horizon they are extended in proportion to time, the width with the middle: that is the widest they
can become, since it lets every day err alike.

Ordering is the periodic review policy (R, S) of Silver, Pyke & Thomas, Inventory and Production Management in Supply
Chains, 4th ed. (2017), ch. 6: order when the stock on hand and on its way is no more than the quantile of the demand
until the delivery, and fill it up to the quantile until the delivery of the order after this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from analytics.engine.demand import LEVELS
from analytics.engine.protocol import AnyFloat, Array

ENDLESS: Final = 100_000.0  # days, where nothing is demanded; a number, so that it sorts behind all others
LOW, MIDDLE, HIGH = (LEVELS.index(level) for level in (0.10, 0.50, 0.90))
_Z: Final = np.array([NormalDist().inv_cdf(level) for level in LEVELS])


@dataclass(frozen=True)
class Cover:
    """Days a stock lasts, per series: the middle, and the 80 % range. ENDLESS where it cannot be said: nothing, or so
    little that as likely as not nothing, is demanded within the horizon."""

    low: Array
    middle: Array
    high: Array


def cumulated(mean: AnyFloat, totals: AnyFloat, windows: Sequence[int]) -> Array:
    """C(h): series x (1 + horizon) x LEVELS, beginning with zeros at the start of the first day.

    `mean` is series x horizon, `totals` series x windows x LEVELS: the quantiles of the first w days for each w of
    `windows`, which rise and end with the horizon.
    """
    path = np.concatenate([np.zeros((len(mean), 1)), np.cumsum(mean, axis=1, dtype=float)], axis=1)
    known = np.concatenate([np.zeros((len(mean), 1, len(LEVELS))), np.asarray(totals, dtype=float)], axis=1)
    known = np.maximum.accumulate(known, axis=1)
    curve = np.zeros((*path.shape, len(LEVELS)))
    for place, (begin, end) in enumerate(zip((0, *windows), windows, strict=False)):
        steps = np.arange(begin, end + 1)
        grown = path[:, steps] - path[:, [begin]]
        whole = grown[:, -1:]
        even = np.broadcast_to((steps - begin) / (end - begin), grown.shape)
        share = np.where(whole > 0, grown / np.where(whole > 0, whole, 1.0), even)
        rise = known[:, place + 1] - known[:, place]
        curve[:, steps] = known[:, [place]] + share[:, :, None] * rise[:, None]
    return np.sort(curve, axis=2)


def later(curve: Array, mean: AnyFloat, days: int) -> Array:
    """C(h) as it is when `days` of its days are over: the width of as many days ahead, moved to the days that are left.

    Demand until the end of day h from then on has the quantiles of the first h days, scaled by what the mean expects of
    those days to what it expects of the first ones.
    """
    if days <= 0:
        return curve
    path = np.concatenate([np.zeros((len(mean), 1)), np.cumsum(mean, axis=1, dtype=float)], axis=1)
    over = min(days, curve.shape[1] - 1)
    left = curve.shape[1] - over
    first = path[:, :left]
    ahead = path[:, over:] - path[:, [over]]
    factor = np.where(first > 0, ahead / np.where(first > 0, first, 1.0), 1.0)
    return np.asarray(np.maximum.accumulate(curve[:, :left] * factor[:, :, None], axis=1), dtype=float)


def quantile_until(curve: Array, days: AnyFloat | float, level: AnyFloat | float) -> Array:
    """The demand of the first `days` days that is exceeded with chance 1 - `level`, per series.

    `days` may be any number from 0 on. `level` may be any within LEVELS: between two of them the curve is a straight
    line on normal probability paper (Wilk & Gnanadesikan, Biometrika 55 (1968) 1-17), the normal distribution through
    both, so that it never falls as the level rises and agrees with the forecast at each of LEVELS. Levels beyond the
    outermost ones are answered by those; engine.lead_times goes on from there.
    """
    horizon = curve.shape[1] - 1
    if horizon < 1:
        return np.zeros(len(curve))
    rows = np.arange(len(curve))
    wanted = np.broadcast_to(np.asarray(days, dtype=float), rows.shape)
    within = np.minimum(wanted, horizon)
    below = np.minimum(within.astype(np.intp), horizon - 1)
    share = (within - below)[:, None]
    at = curve[rows, below] * (1.0 - share) + curve[rows, below + 1] * share
    at = at * np.maximum(wanted / horizon, 1.0)[:, None]
    levels, place = np.unique(np.asarray(level, dtype=float), return_inverse=True)
    z = np.array([NormalDist().inv_cdf(float(one)) for one in levels])[place.reshape(-1)]
    z = np.broadcast_to(np.clip(z, _Z[0], _Z[-1]), rows.shape)
    right = np.clip(np.searchsorted(_Z, z, side="left"), 1, len(_Z) - 1)
    part = (z - _Z[right - 1]) / (_Z[right] - _Z[right - 1])
    return np.asarray(at[rows, right - 1] * (1.0 - part) + at[rows, right] * part, dtype=float)


def lasting(curve: Array, stock: AnyFloat) -> Cover:
    """How many days each stock lasts: until the demand's middle, its 90 % and its 10 % quantile have used it up."""
    low, middle, high = (_days(curve[:, :, place], np.asarray(stock, dtype=float)) for place in (HIGH, MIDDLE, LOW))
    return Cover(low, middle, high)


def lasting_until(curve: Array, stock: AnyFloat, coming: AnyFloat, arrival: AnyFloat) -> Cover:
    """The same with `coming` units on their way that arrive after `arrival` days (infinite: nobody knows when).

    Units that arrive after the shelf is empty do not keep it from being empty.
    """
    alone, together = lasting(curve, stock), lasting(curve, np.asarray(stock, dtype=float) + coming)
    low, middle, high = (
        np.where(first < arrival, first, then)
        for first, then in zip(
            (alone.low, alone.middle, alone.high), (together.low, together.middle, together.high), strict=True
        )
    )
    return Cover(low, middle, high)


def left_over(curve: Array, stock: float, coming: float, arrival: float) -> Array:
    """What is left of one stock at the end of each day: days x quantiles, where `curve` is that of the one series.

    What is demanded while the shelf is empty is lost, and not served from what comes later.
    """
    alone = np.maximum(stock - curve[0, 1:], 0.0)
    days = np.arange(len(alone))
    if not coming or not arrival < len(days):
        return alone
    at = int(np.ceil(max(arrival, 0.0)))
    together = np.maximum(stock - curve[0, at], 0.0) + coming - (curve[0, 1:] - curve[0, at])
    return np.where((days >= at)[:, None], np.maximum(together, 0.0), alone)


def _days(curve: Array, stock: Array) -> Array:
    """The day, with its part, at which each curve (series x (1 + horizon)) reaches the stock."""
    horizon = curve.shape[1] - 1
    if horizon < 1:
        return np.where(stock <= 0, 0.0, ENDLESS)
    reached = curve[:, 1:] >= stock[:, None]
    first = np.where(reached.any(axis=1), reached.argmax(axis=1), horizon - 1)
    rows = np.arange(len(curve))
    before, after = curve[rows, first], curve[rows, first + 1]
    grown = after - before
    inside = first + np.where(grown > 0, (stock - before) / np.maximum(grown, 1e-9), 1.0)
    end = curve[:, -1]
    beyond = np.where(end > 0, horizon * stock / np.maximum(end, 1e-9), ENDLESS)
    days = np.where(reached.any(axis=1), inside, np.minimum(beyond, ENDLESS))
    return np.asarray(np.where(stock <= 0, 0.0, np.maximum(days, 0.0)), dtype=float)


@dataclass(frozen=True)
class Order:
    """Per series, in units: at which stock to order (`point`), and what would carry it on (`quantity`, 0 for none)."""

    point: Array
    quantity: Array


def ordering(
    curve: Array, stock: AnyFloat, lead: AnyFloat | float, review: AnyFloat | float, level: AnyFloat | float
) -> Order:
    """What to order. `stock` counts what is on its way, `lead` and `review` are days, `level` the chance to hold out.

    The point and the filled-up stock are whole units, rounded up.
    """
    point = np.ceil(quantile_until(curve, lead, level) - 1e-9)
    full = np.ceil(quantile_until(curve, np.asarray(lead, dtype=float) + review, level) - 1e-9)
    return Order(point, np.maximum(full - np.asarray(stock, dtype=float), 0.0))


def chance_of_gap(curve: Array, stock: AnyFloat, lead: AnyFloat | float) -> Array:
    """The chance that the stock is used up before a delivery in `lead` days, per series, from 0.025 to 0.975."""
    at = np.stack([quantile_until(curve, lead, level) for level in LEVELS], axis=1)
    held = [np.interp(one, row, _Z) for one, row in zip(np.asarray(stock, dtype=float), at, strict=True)]
    return np.array([1.0 - NormalDist().cdf(float(z)) for z in held])
