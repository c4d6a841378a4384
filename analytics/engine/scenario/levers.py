"""Levers: what a scenario changes, for whom, in which periods, and whether that was ever tried before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.share.panel import PRICE
from analytics.engine.share.state import MarketState

SLACK = 0.05
"""How far past the range tried a lever may go and still count as tried, as a part of it."""
MOVE = 0.05
"""A price that changes by this part from one period to the next has moved."""


@dataclass(frozen=True)
class Lever:
    """One change of one driver of one player, from step `first` to step `last`, both included, counted from 0.

    `factor` multiplies what is planned, `value` replaces it; for prices both are in money, not logs.
    """

    player: int
    driver: str
    first: int
    last: int
    how: Literal["factor", "value"]
    amount: float


@dataclass(frozen=True)
class Beyond:
    """A lever past what was observed: `asked` against the player's own `low` to `high`, in the driver's unit."""

    player: int
    driver: str
    asked: float
    low: float
    high: float


def changed(plan: Array, names: Sequence[str], levers: Sequence[Lever]) -> Array:
    """The plan (steps x players x drivers, prices in logs) with the levers pulled, in their order.

    Raises ValueError for a driver that the market does not have, steps outside of the plan, or a price not above zero.
    """
    moved = plan.copy()
    for lever in levers:
        if lever.driver not in names:
            raise ValueError(f"This market has no {lever.driver}.")
        if not 0 <= lever.first <= lever.last < len(plan):
            raise ValueError(f"Steps {lever.first} to {lever.last} are not all between 0 and {len(plan) - 1}.")
        if not np.isfinite(lever.amount) or (lever.driver == PRICE and lever.amount <= 0):
            raise ValueError(f"{lever.amount} is not a {lever.driver} that can be asked for.")
        place = slice(lever.first, lever.last + 1), lever.player, list(names).index(lever.driver)
        if lever.driver == PRICE:
            amount = np.log(lever.amount)
            moved[place] = moved[place] + amount if lever.how == "factor" else amount
        else:
            moved[place] = moved[place] * lever.amount if lever.how == "factor" else lever.amount
    return moved


def beyond(state: MarketState, plan: Array, levers: Sequence[Lever]) -> list[Beyond]:
    """The levers that take their player where it never was, each once at its farthest; `plan` has them pulled."""
    found: dict[tuple[int, str], Beyond] = {}
    for lever in levers:
        at = state.names.index(lever.driver)
        seen = state.history[:, lever.player, at]
        asked = plan[lever.first : lever.last + 1, lever.player, at]
        if lever.driver == PRICE:
            seen, asked = np.exp(seen), np.exp(asked)
        low, high = float(seen.min()), float(seen.max())
        slack = SLACK * max(high - low, abs(low) if lever.driver == PRICE else 0.0)
        for value in (float(asked.min()), float(asked.max())):
            if not low - slack <= value <= high + slack:
                found[lever.player, lever.driver] = Beyond(lever.player, lever.driver, value, low, high)
    return list(found.values())


def slope(state: MarketState, player: int, driver: str) -> Array:
    """Draws of a player's slope for a driver in the same period, per unit of the driver."""
    at = state.names.index(driver)
    return np.concatenate(
        [drawn.coefficients[:, player, 1 + at] / max(float(drawn.model.scale.spread[at]), 1e-9)
         for drawn in state.models]
    )  # fmt: skip


def moves(state: MarketState, player: int, driver: str) -> int:
    """How often the player moved that driver in the past: the evidence that a scenario rests on."""
    if driver not in state.names:
        return 0
    values = state.history[:, player, state.names.index(driver)]
    least = np.log1p(MOVE) if driver == PRICE else MOVE * max(float(np.ptp(values)), 1e-9)
    return int((np.abs(np.diff(values)) >= least).sum())
