"""Attraction models: a player's share is its attraction over the sum of all attractions.

    share(t, i) = exp(u(t, i)) / sum over j of exp(u(t, j)),    u(t, i) = a(i) + sum over k of b(i, k) x(t, i, k)

which is the only form under some plain axioms (Bell, Keeney & Little, Journal of Marketing Research 12, 1975). Slopes
b(i, k) vary around a common slope c(k) by a variance estimated from the data (empirical Bayes), and c(k) around a prior
that may come from other markets (`pooled.py`). Ways of estimating:

- `fit_logit`: multinomial-logit quasi-likelihood of the shares (Papke & Wooldridge, Journal of Applied Econometrics 11,
  1996; Cooper & Nakanishi, "Market-Share Analysis", 1988), by Newton steps. Zeros need no care. Overdispersion is
  Pearson's, and says how much the data weigh against the prior.
- `fit_differenced`: log-centred regression (Nakanishi & Cooper, Journal of Marketing Research 11, 1974) on AR(1)
  quasi-differences, weighted by mean share. Survives shares that drift, as does `fit_levelled`, the first around a
  level that wanders.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.share.logratio import close, clr, softmax, without_zeros
from analytics.engine.share.residual import persistence, smooth_path

STEPS = 12
LEVEL_ROUNDS = 2
TOLERANCE = 1e-2
LARGEST_STEP = 3.0
INTERCEPT_PRECISION = 0.05
SPREAD_PRIOR = 2.0
"""Worth of the prior on how much slopes differ between players, in players."""
SPREAD_START = 0.25
"""Its centre, as a variance on the scale of standardised drivers."""


@dataclass(frozen=True)
class Prior:
    """What is believed of the common slopes before looking: means and variances, drivers long, standardised."""

    mean: Array
    variance: Array

    @classmethod
    def vague(cls, drivers: int) -> Prior:
        return cls(np.zeros(drivers), np.full(drivers, 4.0))


@dataclass(frozen=True)
class Slopes:
    """A fitted attraction model on standardised drivers.

    `coefficients`: players x (1 + drivers), the intercept first. `common`: drivers. `spread`: the variance of slopes
    between players, drivers. `dispersion`: Pearson's, one number. `curvature`: the negative Hessian of the penalised
    likelihood at the solution, coefficients x coefficients in the order of `coefficients.ravel()`.
    """

    coefficients: Array
    common: Array
    common_variance: Array
    spread: Array
    dispersion: float
    curvature: Array

    def utility(self, drivers: Array) -> Array:
        """Periods x players, from standardised drivers of periods x players x drivers."""
        return np.asarray(
            self.coefficients[:, 0] + np.einsum("tik,ik->ti", drivers, self.coefficients[:, 1:]), dtype=float
        )


def with_intercept(drivers: Array) -> Array:
    return np.concatenate([np.ones((*drivers.shape[:2], 1)), drivers], axis=2)


def precision(players: int, spread: Array, prior: Prior) -> Array:
    """The prior precision of all coefficients, with the common slopes integrated out.

    For each driver the players' slopes have covariance spread I + variance 11', whose inverse is
    I / spread - 11' variance / (spread (spread + players variance)).
    """
    width = 1 + len(spread)
    matrix = np.zeros((players, width, players, width))
    each = np.arange(players)
    matrix[each, 0, each, 0] = INTERCEPT_PRECISION
    for driver, (own, shared) in enumerate(zip(spread, prior.variance, strict=True), start=1):
        matrix[:, driver, :, driver] -= shared / (own * (own + players * shared))
        matrix[each, driver, each, driver] += 1.0 / own
    return matrix.reshape(players * width, players * width)


def information(features: Array, shares: Array, weights: Array) -> Array:
    """Sum over periods of weight X' (diag(s) - s s') X: the curvature of a multinomial with shares s.

    Each player's features act on its own utility only, so this costs periods x coefficients squared.
    """
    periods, players, width = features.shape
    weighted = features * (shares * np.sqrt(weights)[:, None])[..., None]
    flat = weighted.reshape(periods, players * width)
    matrix = (-flat.T @ flat).reshape(players, width, players, width)
    byplayer = features.transpose(1, 0, 2)
    scaled = (features * (shares * weights[:, None])[..., None]).transpose(1, 2, 0)
    each = np.arange(players)
    matrix[each, :, each, :] += scaled @ byplayer
    return matrix.reshape(players * width, players * width)


def _spread(coefficients: Array, covariance: Array, common: Array) -> Array:
    """One EM step for the variance of slopes between players, with an inverse-gamma prior."""
    players, width = coefficients.shape
    uncertain = np.diag(covariance).reshape(players, width)[:, 1:].sum(axis=0)
    apart = ((coefficients[:, 1:] - common) ** 2).sum(axis=0)
    start = np.minimum(SPREAD_START, 0.25 * common**2 + 0.01)
    return np.asarray((apart + uncertain + SPREAD_PRIOR * start) / (players + SPREAD_PRIOR), dtype=float)


def _common(coefficients: Array, spread: Array, prior: Prior) -> tuple[Array, Array]:
    """Posterior mean and variance of the common slopes given those of the players."""
    weight = len(coefficients) / spread + 1.0 / prior.variance
    total = coefficients[:, 1:].sum(axis=0) / spread + prior.mean / prior.variance
    return total / weight, 1.0 / weight


def fit_logit(
    shares: Array,
    drivers: Array,
    prior: Prior,
    *,
    start: Slopes | None = None,
    weights: Array | None = None,
    offset: Array | None = None,
) -> Slopes:
    """Quasi-likelihood fit; shares periods x players, drivers periods x players x drivers, standardised.

    `weights` (periods) makes some periods count more; `offset` (periods x players) is added to the utilities;
    `start` is a fit of nearly the same data, from which fewer steps are needed.
    """
    periods, players, count = drivers.shape
    features = with_intercept(drivers)
    weights = np.ones(periods) if weights is None else weights
    offset = np.zeros((periods, players)) if offset is None else offset
    if start is None:
        intercepts = clr(shares.mean(axis=0))
        coefficients = np.column_stack([intercepts, np.tile(prior.mean, (players, 1))])
        spread, dispersion = np.full(count, SPREAD_START), 0.05
    else:
        coefficients, spread, dispersion = start.coefficients.copy(), start.spread, start.dispersion
    centre = np.zeros((players, 1 + count))
    centre[:, 1:] = prior.mean
    freedom = max(periods * (players - 1) - coefficients.size * 0.5, periods * (players - 1) * 0.25, 1.0)
    for _ in range(STEPS):
        expected = softmax(offset + np.einsum("tik,ik->ti", features, coefficients))
        gap = shares - expected
        inside = np.maximum(expected, 1e-4)
        dispersion = max(float((weights[:, None] * gap**2 / inside).sum() / freedom), 1e-5)
        belief = precision(players, spread, prior)
        curvature = information(features, expected, weights) / dispersion + belief
        slope = np.einsum("t,tik,ti->ik", weights, features, gap, optimize=True).ravel() / dispersion
        slope -= belief @ (coefficients - centre).ravel()
        covariance = np.asarray(np.linalg.inv(curvature), dtype=float)
        step = covariance @ slope
        largest = float(np.abs(step).max())
        coefficients += (step * min(1.0, LARGEST_STEP / max(largest, 1e-12))).reshape(coefficients.shape)
        common, variance = _common(coefficients, spread, prior)
        spread = _spread(coefficients, covariance, common)
        if largest < TOLERANCE:
            break
    return Slopes(coefficients, common, variance, spread, dispersion, curvature)


def fit_differenced(
    shares: Array, drivers: Array, prior: Prior, *, carry: float | None = None, start: Slopes | None = None
) -> Slopes:
    """Log-centred regression on x(t) - carry x(t-1); `carry` is estimated where it is not given.

    Players count by their mean share, so that the logs of a small one do not decide for the rest.
    """
    logs = clr(without_zeros(shares))
    periods, players = logs.shape
    features = with_intercept(drivers)
    count = drivers.shape[2]
    importance = close(shares.mean(axis=0))
    spread = np.full(count, SPREAD_START) if start is None else start.spread
    dispersion = 0.05 if start is None else start.dispersion
    centre = np.zeros((players, 1 + count))
    centre[:, 1:] = prior.mean
    rho = 0.5 if carry is None else carry
    freedom = max((periods - 1) * (players - 1) - centre.size * 0.5, (periods - 1) * (players - 1) * 0.25, 1.0)
    for _ in range(4):
        target = logs[1:] - rho * logs[:-1]
        moved = features[1:] - rho * features[:-1]
        weighted = importance * (target - (target @ importance)[:, None])
        belief = precision(players, spread, prior)
        curvature = information(moved, np.broadcast_to(importance, target.shape), np.ones(len(target))) / dispersion
        curvature = curvature + belief
        right = np.einsum("tik,ti->ik", moved, weighted, optimize=True).ravel() / dispersion + belief @ centre.ravel()
        covariance = np.asarray(np.linalg.inv(curvature), dtype=float)
        coefficients = (covariance @ right).reshape(players, 1 + count)
        common, variance = _common(coefficients, spread, prior)
        spread = _spread(coefficients, covariance, common)
        left = target - np.einsum("tik,ik->ti", moved, coefficients)
        left -= (left @ importance)[:, None]
        dispersion = max(float((left**2 * importance).sum() / freedom), 1e-5)
        if carry is None:
            rho = persistence(left_over(shares, coefficients, features))
    return Slopes(coefficients, common, variance, spread, dispersion, curvature)


def fit_levelled(shares: Array, drivers: Array, prior: Prior, *, start: Slopes | None = None) -> Slopes:
    """Quasi-likelihood fit around levels that wander: slopes and smoothed residuals in turn (backfitting).

    Hastie & Tibshirani, "Generalized Additive Models" (1990). The levels are not part of the result: they are found
    again in its residuals.
    """
    features = with_intercept(drivers)
    slopes = fit_logit(shares, drivers, prior, start=start)
    for _ in range(LEVEL_ROUNDS):
        level = smooth_path(left_over(shares, slopes.coefficients, features))
        slopes = fit_logit(shares, drivers, prior, start=slopes, offset=level)
    return slopes


def left_over(shares: Array, coefficients: Array, features: Array) -> Array:
    """Centred log-ratios minus centred utilities, periods x players."""
    utility = np.einsum("tik,ik->ti", features, coefficients)
    return np.asarray(clr(without_zeros(shares)) - utility + utility.mean(axis=1, keepdims=True), dtype=float)
