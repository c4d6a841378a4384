"""What a planned promotion takes from elsewhere: from the weeks after it (pantry loading) and from sister products.

The regression of response.py has a slope for the price of the period before and for that of the sisters. Moved by the
plan, they say what is lost, as a part of the extra units that the plan's own price brings. How sure that is shows a
jackknife over stretches of time (Künsch, Annals of Statistics 17 (1989)): the same with each stretch left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import NormalDist
from typing import Final

import numpy as np

from analytics.engine.promotion.features import design
from analytics.engine.promotion.panel import PromoPanel
from analytics.engine.promotion.response import fit_response
from analytics.engine.protocol import Array

STRETCHES: Final = 8
GAIN_LEAST: Final = 0.02  # extra units as a part of the usual ones, below which parts of it say nothing
GRID: Final = 21
TEN_PERCENT: Final = 1.2816


@dataclass(frozen=True)
class Losses:
    """Parts of the extra units, below zero where something is lost: (mean, standard error)."""

    after: tuple[float, float]
    sisters: tuple[float, float]


def expected_losses(plan: PromoPanel, still: PromoPanel, own: np.ndarray, window: slice, after: slice) -> Losses | None:
    """`plan` and `still` have the same past; `window` and `after` count all periods. None where a plan gains nothing.

    `own` says which series the plan makes cheaper; their sisters are the others, wherever the regression sees any.
    """
    whole = _parts(plan, still, own, window, after)
    if whole is None:
        return None
    edges = np.linspace(0, plan.known, STRETCHES + 1).astype(int)
    found = []
    for begin, end in pairwise(edges.tolist()):
        units = plan.units.copy()
        units[:, begin:end] = np.nan
        parts = _parts(replace(plan, units=units), replace(still, units=units), own, window, after)
        found.append(whole if parts is None else parts)
    left_out = np.array(found)
    errors = np.sqrt((STRETCHES - 1) / STRETCHES * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0))
    return Losses((whole[0], float(errors[0])), (whole[1], float(errors[1])))


def _parts(
    plan: PromoPanel, still: PromoPanel, own: np.ndarray, window: slice, after: slice
) -> tuple[float, float] | None:
    fitted = fit_response(still)
    begin, end = window.start, after.stop
    usual = fitted.level[:, None] + np.einsum("ntp,np->nt", fitted.design.columns[:, begin:end], fitted.slopes)
    moved = design(plan).columns[:, begin:end] - fitted.design.columns[:, begin:end]
    change = np.exp(usual) * np.expm1(np.einsum("ntp,np->nt", moved, fitted.slopes))
    length = window.stop - window.start
    gained = float(change[own, :length].sum())
    if not gained > GAIN_LEAST * float(np.exp(usual)[own, :length].sum()):
        return None
    return float(change[own, length:].sum()) / gained, float(change[~own, :length].sum()) / gained


def net_of(gain: Array, after: tuple[float, float], sisters: tuple[float, float]) -> tuple[Array, Array, Array]:
    """80 % ranges (low, middle, high) of what is lost after, of what sisters lose, and of what is left.

    `gain` is low, middle and high of the extra units; both losses are parts of it with standard deviations. The three
    are taken as independent, on a grid of quantiles.
    """
    normal = _normal_grid()
    extra = gain[1] + np.where(normal < 0, gain[1] - gain[0], gain[2] - gain[1]) * normal / TEN_PERCENT
    first, second = (mean + deviation * normal for mean, deviation in (after, sisters))
    lost_after, lost_sisters = extra[:, None] * first, extra[:, None] * second
    left = extra[:, None, None] + lost_after[:, :, None] + lost_sisters[:, None, :]
    ends = (0.10, 0.50, 0.90)
    return np.quantile(lost_after, ends), np.quantile(lost_sisters, ends), np.quantile(left, ends)


def _normal_grid() -> Array:
    """Middles of GRID slices of equal chance of a normal distribution."""
    return np.array([NormalDist().inv_cdf((at + 0.5) / GRID) for at in range(GRID)])
