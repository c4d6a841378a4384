"""Slopes from other markets, for a market too young to know its own.

Every market is fitted alone; its common slopes, in natural units, are estimates with a variance. Random effects
(DerSimonian & Laird, Controlled Clinical Trials 7, 1986) part what differs between markets from what is noise, and the
result is the prior of a market that took no part. There is no ladder of cases: with four periods of its own a market
stays at the prior, with a hundred it speaks for itself, and one without drivers extrapolates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.share.candidates import SlopeBelief, fit_all
from analytics.engine.share.logratio import close
from analytics.engine.share.panel import SharePanel

SHORTEST = 13
LEARNT_FROM = "logit_lagged"


@dataclass(frozen=True)
class Estimate:
    """One market's common slopes in natural units by driver name: mean and variance of those of the same period and of
    the period before, and the driver's usual spread."""

    slopes: dict[str, tuple[float, float, float, float, float]]


def estimate(panel: SharePanel, known: int) -> Estimate | None:
    """The slopes of a market from its first `known` periods; None where those are too few or nothing varied."""
    selling = panel.selling(known)
    if known < SHORTEST or len(selling) < 2 or not panel.names:
        return None
    drivers = panel.drivers[:known][:, selling]
    fitted = fit_all(close(panel.shares[:known][:, selling]), drivers, panel.names, kinds=(LEARNT_FROM,))
    if not fitted:
        return None
    model = fitted[LEARNT_FROM]
    common, variance, spread = model.slopes.common, model.slopes.common_variance, model.scale.spread
    count = len(panel.names)
    return Estimate(
        {
            name: (
                float(common[at] / spread[at]),
                float(common[count + at] / spread[at]),
                float(variance[at] / spread[at] ** 2),
                float(variance[count + at] / spread[at] ** 2),
                float(spread[at]),
            )
            for at, name in enumerate(panel.names)
            if spread[at] > 1e-9
        }
    )


def pool(estimates: Sequence[Estimate], names: tuple[str, ...]) -> SlopeBelief | None:
    """What markets say of the drivers `names`; None where none of them knows any."""
    unknown = (0.0, 0.0, np.inf, np.inf, np.nan)
    rows = [[one.slopes.get(name, unknown) for name in names] for one in estimates if set(names) & set(one.slopes)]
    if not rows or not names:
        return None
    table = np.array(rows)
    means = np.concatenate([table[..., 0], table[..., 1]], axis=1)
    variances = np.concatenate([table[..., 2], table[..., 3]], axis=1)
    mean, variance = _random_effects(means, variances)
    spreads = np.where(np.isfinite(table[..., 4]), table[..., 4], 0.0)
    tally = np.maximum((spreads > 0).sum(axis=0), 1)
    return SlopeBelief(mean, variance, np.sqrt((spreads**2).sum(axis=0) / tally), len(rows))


class Neighbours:
    """The other markets of each market, each looked at only up to a moment; estimates are made once."""

    def __init__(self, panels: Sequence[SharePanel]) -> None:
        self.panels = list(panels)
        self._estimates: dict[tuple[int, int], Estimate | None] = {}

    def belief(self, market: int, moment: float) -> SlopeBelief | None:
        """What all markets but number `market` say of its drivers, by their periods up to `moment`."""
        others = []
        for number, panel in enumerate(self.panels):
            known = min(int(np.searchsorted(panel.moments, moment, side="right")), panel.known)
            if number == market:
                continue
            if (number, known) not in self._estimates:
                self._estimates[number, known] = estimate(panel, known)
            if (one := self._estimates[number, known]) is not None:
                others.append(one)
        return pool(others, self.panels[market].names)


def _random_effects(means: Array, variances: Array) -> tuple[Array, Array]:
    """The mean over markets and the variance of a market not among them; markets x slopes in, slopes out.

    A slope that no market could estimate has mean 0 and a variance of 1.
    """
    fixed = np.where(np.isfinite(variances), 1.0 / np.maximum(variances, 1e-12), 0.0)
    total = np.maximum(fixed.sum(axis=0), 1e-12)
    centre = (fixed * means).sum(axis=0) / total
    apart = (fixed * (means - centre) ** 2).sum(axis=0)
    freedom = np.maximum((fixed > 0).sum(axis=0) - 1, 0)
    scale = np.maximum(total - (fixed**2).sum(axis=0) / total, 1e-12)
    between = np.where(freedom > 0, np.maximum((apart - freedom) / scale, 0.0), centre**2)
    own = np.where(fixed > 0, 1.0 / np.maximum(fixed, 1e-12), 1.0)
    weight = np.where(fixed > 0, 1.0 / (own + between), 0.0)
    summed = np.maximum(weight.sum(axis=0), 1e-12)
    mean = (weight * means).sum(axis=0) / summed
    known = (fixed > 0).any(axis=0)
    return np.where(known, mean, 0.0), np.where(known, between + 1.0 / summed, 1.0)
