"""Shares as log-ratios, where they may be added and averaged.

Source: Aitchison, "The Statistical Analysis of Compositional Data" (1986). The last axis of every array is the players.
"""

from __future__ import annotations

import numpy as np

from analytics.engine.protocol import Array

SMALLEST = 1e-6


def close(parts: Array) -> Array:
    """Non-negative parts as shares that sum to one; what is zero becomes `SMALLEST`, so that logs exist."""
    parts = np.maximum(parts, SMALLEST)
    return np.asarray(parts / parts.sum(axis=-1, keepdims=True), dtype=float)


def clr(shares: Array) -> Array:
    """Centred log-ratios: log share minus the mean log share of the same period."""
    logs = np.log(close(shares))
    return np.asarray(logs - logs.mean(axis=-1, keepdims=True), dtype=float)


def softmax(utility: Array) -> Array:
    """Shares from utilities; the inverse of `clr`."""
    raised = np.exp(utility - utility.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), dtype=float)


def logit(share: Array) -> Array:
    """One share against all the rest: log(s / (1 - s)), bounded by `SMALLEST`."""
    share = np.clip(share, SMALLEST, 1 - SMALLEST)
    return np.asarray(np.log(share / (1 - share)), dtype=float)


def ilr_basis(players: int) -> Array:
    """An orthonormal basis (players x players - 1) of the plane on which centred log-ratios lie."""
    basis = np.zeros((players, players - 1))
    for column in range(1, players):
        basis[:column, column - 1] = 1.0 / column
        basis[column, column - 1] = -1.0
        basis[:, column - 1] *= np.sqrt(column / (column + 1.0))
    return basis


def without_zeros(shares: Array) -> Array:
    """Shares in which a zero stands at half the smallest positive share of its player, then closed again.

    A player that never sold stands at `SMALLEST`. Periods x players; the replacement is multiplicative replacement by
    half the detection limit (Martín-Fernández, Barceló-Vidal & Pawlowsky-Glahn, Mathematical Geology 35, 2003) with a
    limit per player, so that it does not depend on the unit that sales are counted in.
    """
    positive = np.where(shares > 0, shares, np.inf).min(axis=0)
    least = np.where(np.isfinite(positive), positive / 2, SMALLEST)
    return close(np.where(shares > 0, shares, least))
