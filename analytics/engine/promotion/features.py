"""What the plan says about each period of each series, as columns of a regression.

`own` columns get a slope per series, the others one per product. All are deviations from the series' own mean over the
periods known, so that a series' slope says what its moves do and not what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.engine.promotion.panel import PromoPanel, depth
from analytics.engine.protocol import Array
from analytics.engine.rhythm import group_sums

ELASTICITY: Final = -2.6  # of own price, the mean of 1,851 published ones (Bijmolt, van Heerde & Pieters 2005)
WIDE: Final = 3.0  # standard deviation of the belief about own price; of the others 1
SPREAD_LEAST: Final = 1e-6


@dataclass(frozen=True)
class Design:
    """`columns` is series x all periods x features, centred; each has the standard deviation `spread` in natural units.

    The first `own` columns may have slopes per series. `belief` and `doubt` are the prior of the common slopes, in the
    columns' units.
    """

    columns: Array
    own: int
    spread: Array
    belief: Array
    doubt: Array


def design(panel: PromoPanel) -> Design:
    """Price and flags now and a period ago (pantry loading), how they work together, and what the sisters do.

    Sisters are the other series of the same category at the same place, weighted by what they sell.
    """
    known = panel.known
    seen = np.isfinite(panel.units)
    price = _centred(panel.price, seen)
    flags = [_centred(flag, seen) for flag in panel.flags]
    own = [price, *flags]
    own += [_lagged(column) for column in own]
    curve = [np.sign(price) * price**2, _centred(depth(panel.price), seen), *(price * flag for flag in flags)]
    others = [_of_sisters(column, panel) for column in [price, *flags]]
    columns = np.stack([_centred(column, seen) for column in [*own, *curve, *others]], axis=2)
    weight = seen[:, :, None]
    spread = np.sqrt((columns[:, :known] ** 2 * weight).sum(axis=(0, 1)) / max(int(seen.sum()), 1))
    spread = np.where(spread > SPREAD_LEAST, spread, 1.0)
    belief, doubt = np.zeros(len(spread)), np.ones(len(spread))
    belief[0], doubt[0] = ELASTICITY, WIDE
    return Design(columns / spread, len(own), spread, belief * spread, doubt * spread)


def _centred(column: Array, seen: np.ndarray) -> Array:
    """Less its mean over the periods with known units."""
    known = seen.shape[1]
    count = np.maximum(seen.sum(axis=1), 1)
    return np.asarray(column - ((column[:, :known] * seen).sum(axis=1) / count)[:, None], dtype=float)


def _lagged(column: Array) -> Array:
    return np.concatenate([column[:, :1], column[:, :-1]], axis=1)


def _of_sisters(column: Array, panel: PromoPanel) -> Array:
    """The mean of the column over the sisters, by units sold; zero for a series that has none."""
    return sisters_mean(column, np.nansum(panel.units, axis=1), panel)


def sisters_mean(column: Array, sold: Array, panel: PromoPanel) -> Array:
    among = panel.category * (int(panel.place.max(initial=0)) + 1) + panel.place
    together = np.unique(among, return_inverse=True)[1]
    count = int(together.max(initial=0)) + 1
    sums = group_sums(column * sold[:, None], together, count)[together]
    mass = np.bincount(together, weights=sold, minlength=count)[together] - sold
    rest = sums - column * sold[:, None]
    return np.where(mass[:, None] > 0, rest / np.maximum(mass, 1e-12)[:, None], 0.0)
