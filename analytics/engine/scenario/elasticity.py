"""How strongly a player's share has answered to its own levers, with the evidence; and a look along the range tried."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.scenario.levers import Lever, moves
from analytics.engine.scenario.market_size import MarketSize
from analytics.engine.scenario.outcome import LEVELS, Figure, Money, compare, widening
from analytics.engine.scenario.reaction import Reaction
from analytics.engine.share.panel import PRICE
from analytics.engine.share.state import MarketState

NUDGE = 0.01
STOPS = 11


@dataclass(frozen=True)
class Response:
    """What a driver does to the share.

    For the price `quantiles` (at LEVELS) are the elasticity: percent of share per percent of price. For others they are
    the share gained between the lowest and the highest value tried. `low` and `high` are the range tried.
    """

    driver: str
    quantiles: Array
    moves: int
    low: float
    high: float


def responses(state: MarketState, plan: Array, player: int) -> list[Response]:
    """One per driver that this player ever moved; what never moved has nothing to show."""
    found = []
    for at, name in enumerate(state.names):
        seen = state.history[:, player, at]
        count = moves(state, player, name)
        if not count:
            continue
        first, second = plan.copy(), plan.copy()
        if name == PRICE:
            second[:, player, at] += np.log1p(NUDGE)
        else:
            first[:, player, at], second[:, player, at] = seen.min(), seen.max()
        before, after = (state.shares(each)[:, :, player].mean(axis=0) for each in (first, second))
        draws = np.log(after / before) / np.log1p(NUDGE) if name == PRICE else after - before
        middle = np.median(draws)
        draws = middle + widening(count) * (draws - middle)
        low, high = float(seen.min()), float(seen.max())
        if name == PRICE:
            low, high = float(np.exp(low)), float(np.exp(high))
        found.append(Response(name, np.quantile(draws, LEVELS), count, low, high))
    return found


@dataclass(frozen=True)
class Stop:
    """One price of the range tried, held over all steps, against the plan."""

    price: float
    share: Figure
    sales: Figure | None
    profit: Figure | None


def price_range(
    state: MarketState,
    plan: Array,
    player: int,
    *,
    size: MarketSize,
    money: Money,
    reaction: Reaction | None = None,
    stops: int = STOPS,
) -> list[Stop]:
    """What each of `stops` prices between the lowest and the highest tried would do. It proposes none of them.

    Attraction models advise a player with less than half of a market to spend without bound (Gruca & Sudharshan,
    Journal of Marketing 55, 1991), so nothing here looks for a best price. Empty where prices never varied.
    """
    if PRICE not in state.names or not moves(state, player, PRICE):
        return []
    seen = state.history[:, player, state.names.index(PRICE)]
    found = []
    for price in np.exp(np.linspace(seen.min(), seen.max(), stops)):
        lever = Lever(player, PRICE, 0, len(plan) - 1, "value", float(price))
        made = compare(state, plan, [lever], player, size=size, money=money, reaction=reaction)
        found.append(Stop(float(price), made.share, made.sales, made.profit))
    return found
