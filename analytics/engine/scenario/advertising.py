"""What advertising has brought: a regression of sales on spend that carries over and saturates.

    log sales(t) = level(t) + b s(a(t)) + e,    a(t) = x(t) + c a(t - 1),    s(a) = a / (a + k)

with carry-over c (Broadbent, Journal of the Market Research Society 21, 1979) and half-saturation k (Jin et al.,
"Bayesian Methods for Media Mix Modeling with Carryover and Shape Effects", Google 2017). c and k are averaged over a
grid by their likelihood instead of chosen, b is ridge-shrunk, and the level wanders, so that spend that merely rises
with the season is not taken for its cause. The data can hardly tell carry-over from level: ranges are wide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.share.residual import smooth_path

CARRIES = (0.0, 0.2, 0.4, 0.6, 0.8)
HALVES = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Half-saturation in usual spends."""
PRIOR = 0.5
LEAST = 26
DRAWS = 400
LEVELS = (0.025, 0.10, 0.25, 0.50, 0.75, 0.90, 0.975)


@dataclass(frozen=True)
class Refused:
    """Why nothing can be said: "too_short", "never_spent" or "never_varied"; `have` and `need` in periods."""

    code: str
    have: int
    need: int


@dataclass(frozen=True)
class Advertising:
    """Draws of the parameters and the past they belong to."""

    carries: Array
    halves: Array
    effects: Array
    spend: Array
    usual_sales: float

    def change(self, spend: Array, instead: Array) -> Array:
        """Draws of the sales that `instead` (coming periods) brings more than `spend`, summed over the periods."""
        first, second = self._lift(spend), self._lift(instead)
        return np.asarray(self.usual_sales * (second - first).sum(axis=0), dtype=float)

    def factor(self, spend: Array, instead: Array) -> Array:
        """By what sales are multiplied with `instead` in place of `spend`, steps x draws."""
        return np.asarray(self._lift(instead) / self._lift(spend), dtype=float)

    def return_on(self, extra: float = 0.1) -> Array:
        """Quantiles at LEVELS of the sales that one more unit of money has brought, at `extra` above usual spend."""
        usual = np.full(13, self.spend[self.spend > 0].mean())
        more = self.change(usual, usual * (1 + extra)) / (usual.sum() * extra)
        return np.asarray(np.quantile(more, LEVELS), dtype=float)

    def _lift(self, coming: Array) -> Array:
        """By which factor sales stand above those without advertising, steps x draws."""
        lifts = np.empty((len(coming), len(self.effects)))
        for carry in np.unique(self.carries):
            drawn = self.carries == carry
            stock = adstock(np.concatenate([self.spend, coming]), float(carry))[-len(coming) :]
            felt = stock[:, None] / (stock[:, None] + self.halves[drawn])
            lifts[:, drawn] = np.exp(self.effects[drawn] * felt)
        return lifts


def adstock(spend: Array, carry: float) -> Array:
    """Spend with what is left of earlier spend, per period."""
    felt = np.empty(len(spend))
    left = 0.0
    for period, amount in enumerate(spend):
        left = amount + carry * left
        felt[period] = left
    return felt


def missing(sales: Array, spend: Array) -> Refused | None:
    """What is missing to learn from these weeks; None where nothing is. Costs no fit."""
    known = np.isfinite(sales) & (sales > 0)
    spent = np.nan_to_num(np.maximum(spend, 0.0))
    if known.sum() < LEAST:
        return Refused("too_short", int(known.sum()), LEAST)
    if not (spent > 0).any():
        return Refused("never_spent", 0, 1)
    if np.ptp(spent) <= 1e-9 * spent.max():
        return Refused("never_varied", 0, 1)
    return None


def learn(sales: Array, spend: Array, *, seed: int = 0) -> Advertising | Refused:
    """Learn from weeks of sales and spend, both above or at zero; unknown spend counts as none."""
    if (lacking := missing(sales, spend)) is not None:
        return lacking
    spend = np.where(np.isfinite(spend), np.maximum(spend, 0.0), 0.0)
    known = np.isfinite(sales) & (sales > 0)
    logs = np.log(sales[known])
    left = logs - logs.mean()
    left = left - smooth_path(left[:, None])[:, 0]
    usual = float(spend[spend > 0].mean())
    points, loss, means, spreads = [], [], [], []
    for carry in CARRIES:
        stock = adstock(spend, carry)
        for half in HALVES:
            cause = (stock / (stock + half * usual))[known]
            cause = cause - cause.mean()
            cause = cause - smooth_path(cause[:, None])[:, 0]
            noise = max(float(left.var()), 1e-8)
            variance = 1.0 / (float(cause @ cause) / noise + 1.0 / PRIOR**2)
            mean = variance * float(cause @ left) / noise
            points.append((carry, half * usual))
            means.append(mean)
            spreads.append(np.sqrt(variance))
            loss.append(float(((left - mean * cause) ** 2).sum()) / noise / 2.0)
    weight = np.exp(np.min(loss) - np.array(loss))
    chance = np.random.default_rng([seed, len(logs)])
    chosen = chance.choice(len(points), size=DRAWS, p=weight / weight.sum())
    effects = np.array(means)[chosen] + np.array(spreads)[chosen] * chance.standard_normal(DRAWS)
    carries, halves = np.array(points)[chosen].T
    return Advertising(carries, halves, effects, spend, float(np.exp(logs[-8:]).mean()))
