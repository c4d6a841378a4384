"""Slopes from other markets, for a market too young to know its own.

Every market is fitted alone; its common slopes, in natural units, are estimates with a variance. Random effects
(DerSimonian & Laird, Controlled Clinical Trials 7, 1986) part what differs between markets from what is noise, and the
result is the prior of a market that took no part. There is no ladder of cases: with four periods of its own a market
stays at the prior, with a hundred it speaks for itself, and one without drivers extrapolates.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.share.candidates import SlopeBelief, fit_all
from analytics.engine.share.logratio import close
from analytics.engine.share.panel import SharePanel

SHORTEST = 13
LEARNT_FROM = "logit_lagged"


def pool(panels: Sequence[SharePanel], until: Sequence[int], names: tuple[str, ...]) -> SlopeBelief | None:
    """What `panels`, each known up to its `until`, say of the drivers `names`; None where none has them all.

    Periods after `until` are not looked at.
    """
    means, variances, scales = [], [], []
    for panel, known in zip(panels, until, strict=True):
        selling = panel.selling(known)
        if known < SHORTEST or len(selling) < 2 or not set(names) <= set(panel.names):
            continue
        columns = [panel.names.index(name) for name in names]
        drivers = panel.drivers[:known][:, selling][:, :, columns]
        fitted = fit_all(close(panel.shares[:known][:, selling]), drivers, names, kinds=(LEARNT_FROM,))
        if not fitted:
            continue
        model = fitted[LEARNT_FROM]
        spread = np.maximum(np.tile(model.scale.spread, 2), 1e-9)
        unknown = np.tile(model.scale.spread <= 1e-9, 2)
        means.append(np.where(unknown, 0.0, model.slopes.common / spread))
        variances.append(np.where(unknown, np.inf, model.slopes.common_variance / spread**2))
        scales.append(model.scale.spread)
    if not means:
        return None
    mean, variance = _random_effects(np.array(means), np.array(variances))
    return SlopeBelief(mean, variance, np.sqrt(np.mean(np.square(scales), axis=0)), len(means))


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
    weight = np.where(fixed > 0, 1.0 / (np.where(fixed > 0, 1.0 / np.maximum(fixed, 1e-12), 0.0) + between), 0.0)
    summed = np.maximum(weight.sum(axis=0), 1e-12)
    mean = (weight * means).sum(axis=0) / summed
    known = (fixed > 0).any(axis=0)
    return np.where(known, mean, 0.0), np.where(known, between + 1.0 / summed, 1.0)
