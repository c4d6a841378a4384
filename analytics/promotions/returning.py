"""What a promotion brought for what it cost: net units and sales at usual prices, profit, return on the spend."""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.engine.promotion.panel import depth, log_prices
from analytics.promotions.history import Weeks
from analytics.promotions.queries import costs_of
from analytics.promotions.rules import COST_COVER, Range, added, rounded, scaled

LOST = ("dip", "sisters")


def returns(
    weeks: Weeks,
    own: np.ndarray,
    sisters: np.ndarray,
    window: slice,
    headline: dict[str, Any],
    dip: dict[str, float] | None,
    lost: dict[str, float] | None,
    spend: float,
) -> dict[str, Any]:
    """`net` units, `sales` and `profit` as ranges; `per_spent` is sales per unit of money spent, None without any.

    Extra units and those missing afterwards count at what the promoted goods cost before, units that sisters lost at
    the sisters' price; the discount on all that was sold is part of what was spent, with `spend`. `profit` takes the
    cost of goods off as well and is None where too few costs are known. Losses that could not be measured are left out.
    """
    made: dict[str, Any] = {"spend": rounded(spend), "net": None, "sales": None, "per_spent": None, "profit": None}
    if headline["extra"] is None:
        return made
    extra = (headline["extra_low"], headline["extra"], headline["extra_high"])
    after, beside = ((one["low"], one["middle"], one["high"]) if one else None for one in (dip, lost))
    price, cost = _worth(weeks, own, window)
    sisters_price, sisters_cost = _worth(weeks, sisters, window) if beside else (0.0, 0.0)
    spent = headline["discount"] + spend
    made["net"] = _kept(_sum(extra, after, beside))
    made["sales"] = _kept(_sum(scaled(extra, price), _times(after, price), _times(beside, sisters_price)))
    if spent > 0:
        made["per_spent"] = _kept(scaled(tuple(made["sales"]), 1 / spent))
    if cost is not None and sisters_cost is not None:
        left = price - cost
        gain = _sum(scaled(extra, left), _times(after, left), _times(beside, sisters_price - sisters_cost))
        made["profit"] = _kept((gain[0] - spent, gain[1] - spent, gain[2] - spent))
    return made


def _worth(weeks: Weeks, rows: np.ndarray, window: slice) -> tuple[float, float | None]:
    """The usual price of a unit and what it costs the shop, by what was sold; None for a cost that is hardly known."""
    units = np.nan_to_num(weeks.units[rows][:, window]).sum(axis=1)
    logs = log_prices(weeks.price[rows])
    usual = np.exp(logs - depth(logs))[:, window].mean(axis=1)
    whole = float(units.sum())
    if whole <= 0:
        return 0.0, None
    variants = [weeks.variants[row] for row in np.flatnonzero(rows)]
    costs = costs_of(variants)
    known = np.array([pk in costs for pk in variants])
    covered = float(units[known].sum())
    cost = None
    if covered >= COST_COVER * whole:
        cost = float(sum(costs[pk] * sold for pk, sold in zip(variants, units, strict=True) if pk in costs)) / covered
    return float((usual * units).sum()) / whole, cost


def _times(one: Range | None, factor: float) -> Range | None:
    return None if one is None else scaled(one, factor)


def _sum(*ranges: Range | None) -> Range:
    return added(*(one for one in ranges if one is not None))


def _kept(one: Range) -> list[float]:
    return [rounded(value) for value in one]
