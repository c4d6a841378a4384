"""A market as a what-if needs it: coefficient draws and residual draws, ready to be asked for shares under any plan.

Coefficients are drawn from their sandwich covariance clustered by period (Papke & Wooldridge 1996), which stays honest
where the variance is not the multinomial one; residuals from the errors of forecasts that have come due. Two plans
asked of one state meet the same draws, so that their difference is a paired one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.share.attraction import Slopes, with_intercept
from analytics.engine.share.backtest import ShareForecast
from analytics.engine.share.candidates import KINDS, Fitted
from analytics.engine.share.draws import Space
from analytics.engine.share.logratio import softmax
from analytics.engine.share.panel import Indices, SharePanel

DRAWS, FAINT = 400, 0.005


@dataclass(frozen=True)
class DrawnModel:
    """Draws of a model's coefficients, draws x players x (1 + drivers); `carried` is its residual, steps x players."""

    model: Fitted
    coefficients: Array
    carried: Array


@dataclass(frozen=True)
class MarketState:
    """Everything a scenario of a market needs; `selling` are the players it is about, as indices of the panel's.

    `history`: the drivers seen so far, periods x players x drivers, so that a plan beyond them can be told.
    """

    players: tuple[str, ...]
    names: tuple[str, ...]
    selling: Indices
    models: tuple[DrawnModel, ...]
    deviations: Array
    history: Array

    def shares(self, plan: Array) -> Array:
        """Steps x draws x players under `plan` (steps x players x drivers, `price` in logs); every draw sums to one."""
        parts = []
        start = 0
        for drawn in self.models:
            features = with_intercept(drawn.model.features(plan))
            utility = np.einsum("hik,sik->hsi", features, drawn.coefficients, optimize=True) + drawn.carried[:, None]
            stop = start + len(drawn.coefficients)
            parts.append(utility + self.deviations[:, start:stop])
            start = stop
        return softmax(np.concatenate(parts, axis=1))


def covariance(slopes: Slopes, features: Array, shares: Array) -> Array:
    """The sandwich covariance of all coefficients, clustered by period, with a small-sample factor."""
    utility = np.einsum("tik,ik->ti", features, slopes.coefficients)
    score = features * (shares - softmax(utility))[..., None] / slopes.dispersion
    flat = score.reshape(len(shares), -1)
    bread = np.linalg.inv(slopes.curvature)
    periods = len(shares)
    meat = flat.T @ flat * (periods / max(periods - slopes.coefficients.shape[1], periods / 2))
    # A prior that holds a coefficient leaves no score to vary: never below the posterior's own variance.
    sandwich = bread @ meat @ bread
    return np.asarray(np.where(np.trace(sandwich) > np.trace(bread), sandwich, bread), dtype=float)


def market_state(panel: SharePanel, made: ShareForecast, count: int = DRAWS, seed: int = 0) -> MarketState:
    """The state at the origin of a forecast, its models drawn in proportion to their weights.

    Raises ValueError where no model of prices and promotions was fitted: there is nothing a scenario could change.
    """
    chance = np.random.default_rng([seed, made.origin])
    horizon = len(made.point)
    weight = {
        (name, how): made.weights[f"{name}.{how}"]
        for name in made.fitted
        if KINDS[name].carry is None and name != "differenced"
        for how in KINDS[name].residuals
    }
    total = sum(weight.values())
    if total <= 0:
        raise ValueError("No model of prices and promotions was fitted.")
    tally = chance.multinomial(count, [value / total for value in weight.values()])
    shares = panel.shares[: made.origin][:, made.selling]
    drivers = panel.drivers[: made.origin][:, made.selling]
    plan = panel.drivers[made.origin : made.origin + horizon][:, made.selling]
    models, planned = [], []
    for (name, how), number in zip(weight, tally, strict=True):
        model = made.fitted[name]
        spread = covariance(model.slopes, with_intercept(model.features(drivers, is_past=True)), shares)
        values, vectors = np.linalg.eigh((spread + spread.T) / 2)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        drawn = model.slopes.coefficients.ravel() + chance.standard_normal((number, len(root))) @ root.T
        coefficients = drawn.reshape(number, *model.slopes.coefficients.shape)
        models.append(DrawnModel(model, coefficients, model.carried(how, horizon)))
        said = softmax(model.planned(plan) + models[-1].carried)
        planned.append(np.repeat(said[:, None], number, axis=1))
    deviations = _deviations(made, np.concatenate(planned, axis=1), chance)
    players = tuple(panel.players[at] for at in made.selling)
    return MarketState(players, panel.names, made.selling, tuple(models), deviations, drivers)


def _deviations(made: ShareForecast, planned: Array, chance: np.random.Generator) -> Array:
    """What past errors add to the utilities: steps x draws x players; `planned` are the models' shares without them.

    Errors of a market of many small sellers are no log-ratios (draws.Space): its draws are held against what the model
    of each draw says, both a FAINT share above nothing, for a player that sells again must not be multiplied by
    thousands.
    """
    spread = made.distribution
    chosen = chance.integers(spread.deviations.shape[1], size=planned.shape[1])
    if spread.space is Space.RATIO:
        return (spread.scales[0.80] * spread.deviations)[:, chosen][:, :, made.selling]
    drawn = spread.draws()[:, chosen][:, :, made.selling]
    return np.asarray(np.log((drawn + FAINT) / (planned + FAINT)), dtype=float)
