"""The models that are fitted to a market side by side, and the market as they leave it: `Fitted`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.share import residual
from analytics.engine.share.attraction import (
    Prior,
    Slopes,
    fit_differenced,
    fit_levelled,
    fit_logit,
    left_over,
    with_intercept,
)
from analytics.engine.share.logratio import softmax
from analytics.engine.share.panel import PRICE

HALF_LIFE = 26
SCALE_WORTH = 8.0
"""How many periods the spread of drivers seen in other markets counts for."""
PRICE_ELASTICITY, ELASTICITY_SPREAD = -2.6, 3.0
"""Mean own-price elasticity of 1,851 studied ones: Bijmolt, van Heerde & Pieters, JMR 42 (2005) 141-156."""
DIFFERENCED = 13
"""Periods from which differences are believed: with four of them they erred up to twice as much as the mean share."""
WIDEST = 3.0
"""Plans further outside what was seen, in standard deviations, count as being there."""


@dataclass(frozen=True)
class SlopeBelief:
    """What other markets say of the slopes, in natural units (per unit of log price, per unit of each driver).

    `mean`, `variance`: first the drivers, then the drivers of the period before. `scale`: the drivers' usual standard
    deviation over time. `markets`: how many markets it comes from.
    """

    mean: Array
    variance: Array
    scale: Array
    markets: int


@dataclass(frozen=True)
class Scale:
    """Standardisation: every player's own mean, one spread per driver; with `low` and `high` as seen."""

    centre: Array
    spread: Array
    low: Array
    high: Array

    @classmethod
    def of(cls, drivers: Array, belief: SlopeBelief | None) -> Scale:
        centre = drivers.mean(axis=0)
        variance = ((drivers - centre) ** 2).mean(axis=(0, 1))
        if belief is not None:
            periods = len(drivers)
            variance = (periods * variance + SCALE_WORTH * belief.scale**2) / (periods + SCALE_WORTH)
        spread = np.sqrt(variance)
        return cls(centre, spread, drivers.min(axis=(0, 1)), drivers.max(axis=(0, 1)))

    def apply(self, drivers: Array) -> Array:
        """Standardised drivers; a driver that has not varied yet says nothing."""
        reach = WIDEST * self.spread
        inside = np.clip(drivers, self.low - reach, self.high + reach)
        varies = self.spread > 1e-9
        return np.where(varies, (inside - self.centre) / np.where(varies, self.spread, 1.0), 0.0)


@dataclass(frozen=True)
class Kind:
    """A way of fitting and the ways of carrying its residual on."""

    fit: Callable[..., Slopes]
    is_lagged: bool
    residuals: tuple[str, ...]
    half_life: float | None = None
    carry: float | None = None
    shortest: int = 2
    """Periods of history below which it is not fitted."""


RATIO = "recent"
KINDS: dict[str, Kind] = {
    "logit": Kind(fit_logit, False, ("fading", "blend", RATIO)),
    "logit_lagged": Kind(fit_logit, True, ("fading", "blend", RATIO)),
    "recent_lagged": Kind(fit_logit, True, ("fading", "staying"), half_life=HALF_LIFE),
    "levelled": Kind(fit_levelled, False, ("staying", "blend")),
    "differenced": Kind(fit_differenced, False, ("staying",), shortest=DIFFERENCED),
    "random_walk": Kind(fit_differenced, False, ("staying",), carry=residual.MOST_PERSISTENT, shortest=DIFFERENCED),
}

RESIDUALS: dict[str, Callable[[Array, int], Array]] = {
    "fading": residual.fading,
    "staying": residual.staying,
    "blend": lambda values, horizon: 0.5 * (residual.fading(values, horizon) + residual.staying(values, horizon)),
}


@dataclass(frozen=True)
class Fitted:
    """One fitted model: utilities of the past (periods x players) and its residuals, and of a plan on demand.

    `recent`: what the last quarter sold above what the model expected, as log-ratios (players).
    """

    slopes: Slopes
    scale: Scale
    is_lagged: bool
    past: Array
    residuals: Array
    last_drivers: Array
    recent: Array = field(default_factory=lambda: np.zeros(0))

    def planned(self, plan: Array) -> Array:
        """Utilities under a plan of horizon x players x drivers, without residual."""
        return self.slopes.utility(self.features(plan))

    def features(self, drivers: Array, *, is_past: bool = False) -> Array:
        """Standardised drivers as the model takes them, of a plan or of the history it was fitted to."""
        standardised = self.scale.apply(drivers)
        before = standardised[0] if is_past else self.last_drivers
        return _features(standardised, before if self.is_lagged else None)

    def carried(self, how: str, horizon: int) -> Array:
        if how == RATIO:
            return np.repeat(self.recent[None], horizon, axis=0)
        return RESIDUALS[how](self.residuals, horizon)


def _features(standardised: Array, before: Array | None) -> Array:
    """Drivers, and beside them those of the period before where `before` (of the period before the first) is given."""
    if before is None:
        return standardised
    lagged = np.concatenate([before[None], standardised[:-1]])
    return np.concatenate([standardised, lagged], axis=2)


def prior_for(names: tuple[str, ...], scale: Scale, belief: SlopeBelief | None, *, is_lagged: bool) -> Prior:
    """The belief in standardised units; without other markets only that demand falls with price."""
    if belief is None:
        is_price = np.array([name == PRICE for name in names])
        mean = np.where(is_price, PRICE_ELASTICITY * scale.spread, 0.0)
        variance = np.where(is_price, (ELASTICITY_SPREAD * scale.spread) ** 2 + 0.01, 1.0)
        mean = np.concatenate([mean, np.zeros(len(names))])
        variance = np.concatenate([variance, np.full(len(names), 0.25)])
    else:
        twice = np.concatenate([scale.spread, scale.spread])
        mean, variance = belief.mean * twice, belief.variance * twice**2 + 1e-4
    count = 2 * len(names) if is_lagged else len(names)
    return Prior(mean[:count], variance[:count])


def fit_all(
    shares: Array,
    drivers: Array,
    names: tuple[str, ...],
    belief: SlopeBelief | None = None,
    start: Mapping[str, Fitted] | None = None,
    kinds: tuple[str, ...] = tuple(KINDS),
) -> dict[str, Fitted]:
    """Every kind of `kinds` fitted to shares and drivers of the same periods; none where no driver is given."""
    if not names or len(shares) < 2 or shares.shape[1] < 2:
        return {}
    scale = Scale.of(drivers, belief)
    standardised = scale.apply(drivers)
    fitted = {}
    for name in kinds:
        kind = KINDS[name]
        if len(shares) < kind.shortest:
            continue
        features = _features(standardised, standardised[0] if kind.is_lagged else None)
        prior = prior_for(names, scale, belief, is_lagged=kind.is_lagged)
        before = start.get(name) if start else None
        options: dict[str, object] = {"start": before.slopes if before else None}
        if kind.half_life:
            ages = np.arange(len(shares))[::-1]
            options["weights"] = 0.5 ** (ages / kind.half_life)
        if kind.carry:
            options["carry"] = kind.carry
        slopes = kind.fit(shares, features, prior, **options)
        rest = left_over(shares, slopes.coefficients, with_intercept(features))
        past = slopes.utility(features)
        recent = residual.of_means(shares, softmax(past))
        fitted[name] = Fitted(slopes, scale, kind.is_lagged, past, rest, standardised[-1], recent)
    return fitted
