"""How demand answers price and promotion: a log-log regression whose slopes lean on those of like series.

log units = series' mean + slopes x deviations of the plan + a smoothed residual. Slopes are drawn in three steps, a
category's towards those of all, a product's towards its category's, a series' own towards its product's; how far is
learnt from how much they differ beyond noise (empirical Bayes by EM: Efron & Morris 1973; Dempster, Laird & Rubin
1977). What all places of a product have in common in one period counts as one observation and not as many: the
information of a product is divided by the ratio of its clustered to its plain variance (Liang & Zeger 1986). A slope
about which nothing is known stays at the published mean elasticity or at none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.engine.promotion.features import Design, design
from analytics.engine.promotion.panel import PromoPanel
from analytics.engine.protocol import Array
from analytics.engine.smoothed import over

HALF_LIFE: Final = 52.0  # periods: habits and rivals change
RATES: Final = (0.05, 0.10, 0.20, 0.40)  # of the smoothed residual
ROUNDS: Final = 12
LOOSE: Final = 2.0  # worth of the belief about how much slopes differ, in groups
APART: Final = (
    0.3  # that belief: standard deviation of slopes within a group, as a part of the doubt about the common one
)
COUNTING: Final = 0.25  # variance of log demand beside that of counting, 1 / units
BEFORE: Final = 26  # periods the residual is smoothed over


@dataclass(frozen=True)
class Information:
    """Of groups about slopes: the normal equations over the variance of the noise, `matrix` groups x p x p and `vector`
    groups x p."""

    matrix: Array
    vector: Array


@dataclass(frozen=True)
class Response:
    """`slopes` is series x columns of the design; `level` carries each series on; `residual` is what the past left."""

    design: Design
    slopes: Array
    level: Array
    residual: Array
    known: int

    def path(self, horizon: int) -> Array:
        """Log units of the coming periods, series x horizon."""
        ahead = self.design.columns[:, self.known : self.known + horizon]
        return np.asarray(self.level[:, None] + np.einsum("ntp,np->nt", ahead, self.slopes), dtype=float)


def fit_response(panel: PromoPanel, half_life: float = HALF_LIFE) -> Response:
    made = design(panel)
    known = panel.known
    logs = panel.logs
    seen = np.isfinite(logs)
    mean = over(np.where(seen, logs, 0.0).sum(axis=1), seen.sum(axis=1).astype(float))
    gap = np.where(seen, logs - mean[:, None], 0.0)
    units = over(np.where(seen, panel.units, 0.0).sum(axis=1), seen.sum(axis=1).astype(float))
    worth = seen * (units / (units + 1.0 / COUNTING))[:, None]
    worth = worth * 0.5 ** ((known - 1.0 - np.arange(known)) / half_life)
    past = made.columns[:, :known]
    slopes = _slopes(past, gap, worth, made, panel)
    fitted = np.einsum("ntp,np->nt", past, slopes)
    residual = np.where(seen, gap - fitted, np.nan)
    return Response(made, slopes, mean + smoothed(residual), residual, known)


def _slopes(past: Array, gap: Array, worth: Array, made: Design, panel: PromoPanel) -> Array:
    matrix = np.einsum("ntp,ntq,nt->npq", past, past, worth, optimize=True)
    vector = np.einsum("ntp,nt->np", past, gap * worth, optimize=True)
    parent_of_product = np.zeros(int(panel.product.max(initial=0)) + 1, dtype=np.intp)
    parent_of_product[panel.product] = panel.category
    slopes = np.broadcast_to(made.belief, (int(panel.category.max(initial=0)) + 1, len(made.belief)))
    spread = made.doubt**2
    wide = np.diag(spread)
    # all -> categories -> products
    for groups, parents in ((panel.category, None), (panel.product, parent_of_product)):
        told = _information(past, gap, worth, matrix, vector, groups)
        if parents is None:
            centre = _common(told, made.belief, wide, spread * APART**2)
            start = np.broadcast_to(centre, (len(told.vector), len(centre)))
        else:
            start = slopes[parents]
        slopes = _drawn(told, start, spread * APART**2)
    result = np.array(slopes[panel.product])
    own = slice(0, made.own)
    left = gap - np.einsum("ntp,np->nt", past, result)
    noise = _noise(left, worth, panel.product)[panel.product]
    own_vector = np.einsum("ntp,nt->np", past[:, :, own], left * worth, optimize=True) / noise[:, None]
    own_told = Information(matrix[:, own, own] / noise[:, None, None], own_vector)
    result[:, own] += _drawn(own_told, np.zeros((len(result), made.own)), spread[own] * APART**2)
    return result


def _information(
    past: Array, gap: Array, worth: Array, matrix: Array, vector: Array, groups: np.ndarray
) -> Information:
    """The normal equations of each group, over a variance that counts what its series share in a period once."""
    count, size = int(groups.max(initial=0)) + 1, vector.shape[1]
    total, side = np.zeros((count, size, size)), np.zeros((count, size))
    np.add.at(total, groups, matrix)
    np.add.at(side, groups, vector)
    ridge = np.eye(size) * (1e-6 * np.trace(total, axis1=1, axis2=2)[:, None, None] / size + 1e-9)
    rough = np.linalg.solve(total + ridge, side[..., None])[..., 0]
    left = (gap - np.einsum("ntp,np->nt", past, rough[groups])) * worth
    noise = _noise(gap - np.einsum("ntp,np->nt", past, rough[groups]), worth, groups)
    scores = np.zeros((count, past.shape[1], size))
    np.add.at(scores, groups, past * left[:, :, None])
    clustered = (scores**2).sum(axis=1)
    plain = np.einsum("npp->np", total) * noise[:, None]
    repeated = over(clustered.sum(axis=1), plain.sum(axis=1))
    variance = noise * np.maximum(repeated, 1.0)
    return Information(total / variance[:, None, None], side / variance[:, None])


def _noise(left: Array, worth: Array, groups: np.ndarray) -> Array:
    count = int(groups.max(initial=0)) + 1
    size = np.bincount(groups, weights=(left**2 * worth).sum(axis=1), minlength=count)
    mass = np.bincount(groups, weights=worth.sum(axis=1), minlength=count)
    whole = float(size.sum()) / max(float(mass.sum()), 1e-9)
    # a group of little data leans on all: one period's worth of their noise
    return np.maximum((size + whole) / (mass + 1.0), 1e-6)


def _common(told: Information, belief: Array, wide: Array, between: Array) -> Array:
    """The slopes of all: generalised least squares over groups that differ by `between`, with the belief."""
    apart = np.diag(between)
    eye = np.eye(len(belief))
    shrink = np.linalg.inv(eye + told.matrix @ apart)
    precision = (shrink @ told.matrix).sum(axis=0) + np.linalg.inv(wide)
    side = np.einsum("kpq,kq->p", shrink, told.vector) + np.linalg.solve(wide, belief)
    return np.asarray(np.linalg.solve(precision, side), dtype=float)


def _drawn(told: Information, centre: Array, start: Array) -> Array:
    """Posterior means of the groups' slopes round their centres; how far groups differ is learnt by EM from `start`."""
    variance = start.copy()
    side = told.vector - np.einsum("kpq,kq->kp", told.matrix, centre)
    offset = np.zeros_like(side)
    for _ in range(ROUNDS):
        spread = np.linalg.inv(told.matrix + np.diag(1.0 / np.maximum(variance, 1e-9)))
        offset = np.einsum("kpq,kq->kp", spread, side)
        second = (offset**2 + np.einsum("kpp->kp", spread)).sum(axis=0)
        variance = (second + LOOSE * start) / (len(side) + LOOSE)
    return np.asarray(centre + offset, dtype=float)


def smoothed(residual: Array) -> Array:
    """Where each series' residual stands after the last period: exponential smoothing, the rate that erred least."""
    seen = np.isfinite(residual)
    values = np.where(seen, residual, 0.0)
    recent = slice(max(0, residual.shape[1] - BEFORE), residual.shape[1])
    levels, errors = [], []
    for rate in RATES:
        level, error = np.zeros(len(values)), 0.0
        for period in range(recent.start, recent.stop):
            gap = np.where(seen[:, period], values[:, period] - level, 0.0)
            error += float((gap**2).sum())
            level = level + rate * gap
        levels.append(level)
        errors.append(error)
    return np.asarray(levels[int(np.argmin(errors))], dtype=float)
