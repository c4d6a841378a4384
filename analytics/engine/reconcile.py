"""Forecasts of products, categories and the shop that add up.

The reconciled forecast is the one nearest to all the forecasts given, of every level, that adds up, each weighed by the
inverse of the variance of its error: MinT (Wickramasuriya, Athanasopoulos & Hyndman, Journal of the American
Statistical Association 114 (2019) 804-819) with a diagonal covariance, variances estimated (`WLS`) or taken as
proportional to the number of products in a node (structural scaling, Athanasopoulos, Hyndman, Kourentzes & Petropoulos,
European Journal of Operational Research 262 (2017) 60-74). On a tree of product, category and shop it is a Kalman
smoother on that tree (Chou, Willsky & Benveniste, IEEE Transactions on Automatic Control 39 (1994) 464-478): one pass
up combines each node with the sum of its children, one pass down hands the difference out by variance. So it costs two
sums over the products instead of an inverse of their number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.engine.protocol import AnyFloat, Array
from analytics.engine.rhythm import group_sums
from analytics.engine.smoothed import over


@dataclass(frozen=True)
class Reconciled:
    """Means, items (products, categories, 1 shop) x horizon; those of each level add up to the one above."""

    products: Array
    categories: Array
    shop: Array


def reconcile_means(
    products: AnyFloat,
    categories: AnyFloat,
    shop: AnyFloat,
    groups: np.ndarray,
    variances: tuple[Array, Array, float] | None = None,
) -> Reconciled:
    """Make forecasts of three levels add up; `groups` is the row in `categories` of each product.

    `variances` are those of the errors of each product, of each category and of the shop; without them every product
    counts alike (structural scaling). Nothing is made negative: what would be is zero and the rest is scaled.
    """
    count = len(categories)
    own = np.asarray(products, dtype=float)
    spread = np.ones(len(own)) if variances is None else np.maximum(variances[0], 1e-12)
    members = group_sums(spread[:, None], groups, count)[:, 0]
    direct = members if variances is None else np.maximum(variances[1], 1e-12)
    added = group_sums(own, groups, count)
    gain = over(members, members + direct)
    upward = added + gain[:, None] * (np.asarray(categories, dtype=float) - added)
    left = members * (1.0 - gain)
    total = float(members.sum()) if variances is None else max(float(variances[2]), 1e-12)
    below = upward.sum(axis=0)
    trust = float(left.sum()) / max(float(left.sum()) + total, 1e-12)
    top = np.maximum(below + trust * (np.asarray(shop, dtype=float).reshape(-1) - below), 0.0)
    middle = upward + over(left, np.full_like(left, left.sum()))[:, None] * (top - below)
    middle = scaled_to(middle, top[None], np.zeros(count, dtype=np.intp))
    share = over(spread, members[groups])[:, None]
    bottom = scaled_to(own + share * (middle - added)[groups], middle, groups)
    sums = group_sums(bottom, groups, count)
    return Reconciled(bottom, sums, sums.sum(axis=0, keepdims=True))


def scaled_to(parts: Array, sums: Array, groups: np.ndarray) -> Array:
    """The parts without what is below zero, in proportion so that those of each group add up to its sum.

    A group whose parts are all zero shares its sum evenly.
    """
    kept = np.maximum(parts, 0.0)
    reached = group_sums(kept, groups, len(sums))
    members = np.bincount(groups, minlength=len(sums)).astype(float)[:, None]
    even = np.where(reached > 0, 0.0, sums / np.maximum(members, 1.0))
    factor = np.where(reached > 0, sums / np.where(reached > 0, reached, 1.0), 0.0)
    return np.asarray(kept * factor[groups] + even[groups], dtype=float)


def moved_quantiles(quantiles: AnyFloat, mean: AnyFloat, reconciled: AnyFloat) -> Array:
    """Quantiles that go with a mean that was reconciled: in proportion to it, so they stay in order and above zero.

    `quantiles` has one more axis than the means, the levels. Where the mean was zero the quantiles stay.
    """
    before = np.asarray(mean, dtype=float)
    factor = np.where(before > 0, over(np.asarray(reconciled, dtype=float), before), 1.0)
    return np.maximum.accumulate(np.asarray(quantiles, dtype=float) * factor[..., None], axis=-1)
