"""A scenario's answer: the distribution of the difference that the levers make, on paired draws.

Both plans meet the same coefficients, the same errors and the same market, so what differs is the levers alone. Draws
of the difference are spread around their median by

    TOO_SURE x sqrt(1 + WIDEN / moves) x (OUTSIDE where a lever goes past what was tried)

since a sandwich covariance of few moves is too narrow, and slopes are shrunk: on simulated markets with known answers
the 80 % band then holds 75 to 85 % of them, from 26 weeks and 4 players to 104 weeks and 8 (bench/whatif.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.scenario.levers import Beyond, Lever, beyond, changed, moves
from analytics.engine.scenario.market_size import MarketSize
from analytics.engine.scenario.reaction import Reaction
from analytics.engine.scenario.shift import Shift, within
from analytics.engine.share.panel import PRICE
from analytics.engine.share.state import MarketState

LEVELS = (0.025, 0.10, 0.25, 0.50, 0.75, 0.90, 0.975)
WIDEN = 2.0
TOO_SURE = 1.15
OUTSIDE = 1.4
"""Errors outside the range of prices seen were 1.5 to 1.8 times those inside it on real markets (orange juice, tuna); a
model that is true everywhere, as in simulations, would need no factor."""
NOT_TELLABLE = (0.30, 0.70)
"""Chances of a rise between these could go either way."""


@dataclass(frozen=True)
class Money:
    """What the player's units are worth: a unit's cost (None where unknown) and whether sizes are values or units."""

    unit_cost: float | None = None
    is_value: bool = False


@dataclass(frozen=True)
class Figure:
    """One figure under both plans and their difference, summed over the steps: quantiles at LEVELS.

    `chance_up`: how likely the levers raise it.
    """

    planned: Array
    changed: Array
    difference: Array
    chance_up: float

    @property
    def is_tellable(self) -> bool:
        """Whether the range of the difference says more than "could go either way"."""
        return not NOT_TELLABLE[0] <= self.chance_up <= NOT_TELLABLE[1]


@dataclass(frozen=True)
class Outcome:
    """The answer for one player.

    `share`: its mean share over the span; `last`: that of the span's last step. `sales`, `profit` and `units` are sums
    over the span; None where price or cost is unknown. `share_path`, `planned_path`, `units_path` and `sales_path`: all
    steps x LEVELS. `stock`: quantiles of the units needed in all, whatever limit there is. `others`: by how much every
    player's mean share changes, in the middle. `moves`: past moves of the levers' drivers by this player, the fewest of
    any lever; None where no lever of the market's model is pulled. `beyond`: levers past what was tried. `limited`: in
    which part of the draws the stock allowed ran out.
    """

    share: Figure
    last: Figure
    units: Figure | None
    sales: Figure | None
    profit: Figure | None
    share_path: Array
    planned_path: Array
    units_path: Array | None
    sales_path: Array | None
    stock: Array | None
    others: Array
    moves: int | None
    beyond: tuple[Beyond, ...]
    with_reaction: bool
    limited: float = 0.0


def widening(moves: int) -> float:
    """By how much draws of a difference are spread, given the past moves they were learnt from."""
    return float(TOO_SURE * np.sqrt(1.0 + WIDEN / max(moves, 1)))


def compare(
    state: MarketState,
    plan: Array,
    levers: Sequence[Lever],
    player: int,
    *,
    size: MarketSize,
    money: Money = Money(),
    reaction: Reaction | None = None,
    span: slice = slice(None),
    shift: Shift | None = None,
) -> Outcome:
    """Hold the plan with the levers pulled against the plan, for `player`, over the steps of `span`.

    `shift` acts on top of the levers, on the changed plan alone.
    `plan`: steps x players x drivers, prices in logs; players are those of `state`. Raises ValueError as `changed`
    does.
    """
    moved = changed(plan, state.names, levers)
    past = beyond(state, moved, levers)
    price = state.names.index(PRICE) if PRICE in state.names else None
    answers = reaction.plans(plan, moved, price) if reaction is not None and price is not None else [moved]
    before = state.shares(plan)
    after = _quartered([state.shares(answer) for answer in answers])
    evidence = min((moves(state, lever.player, lever.driver) for lever in levers), default=None)
    factor = widening(evidence or 0) * (OUTSIDE if past else 1.0)
    own_before = before[:, :, player]
    own_after = _spread(own_before, after[:, :, player], factor)
    if shift is not None:
        own_after = np.clip(own_after * shift.own, 0.0, 1.0)
    bulk = size.draws, _quartered([size.under(plan, answer, price) for answer in answers])
    units, sales = _sold(own_before, own_after, bulk, plan, moved, player, price, money)
    limited, wanted = 0.0, units
    if shift is not None and shift.most is not None and units is not None:
        cut = within(units[1][span], shift.most)
        own_after[span] *= cut
        limited = float((cut[-1] < 1.0).mean())
        units, sales = _sold(own_before, own_after, bulk, plan, moved, player, price, money)
    if shift is not None:
        after = _left_to_others(after, own_after, player)
    profit = None
    if units is not None and sales is not None and money.unit_cost is not None:
        profit = tuple(worth - money.unit_cost * count for worth, count in zip(sales, units, strict=True))
    return Outcome(
        share=_figure(own_before[span].mean(axis=0), own_after[span].mean(axis=0)),
        last=_figure(own_before[span][-1], own_after[span][-1]),
        units=_summed(units, span),
        sales=_summed(sales, span),
        profit=_summed(profit, span),
        share_path=_quantiles(own_after),
        planned_path=_quantiles(own_before),
        units_path=None if units is None else _quantiles(units[1]),
        sales_path=None if sales is None else _quantiles(sales[1]),
        stock=None if wanted is None else _quantiles(wanted[1][span].sum(axis=0)),
        others=np.median(after[span].mean(axis=0) - before[span].mean(axis=0), axis=0),
        moves=evidence,
        beyond=tuple(past),
        with_reaction=reaction is not None,
        limited=limited,
    )


def _left_to_others(after: Array, own: Array, player: int) -> Array:
    """Everybody's shares where the player's is `own` and the others have the rest in proportion."""
    shared = after * ((1.0 - own) / np.maximum(1.0 - after[:, :, player], 1e-9))[..., None]
    shared[:, :, player] = own
    return shared


def _sold(
    before: Array, after: Array, bulk: tuple[Array, Array], plan: Array, moved: Array,
    player: int, price: int | None, money: Money,
) -> tuple[tuple[Array, Array] | None, tuple[Array, Array] | None]:  # fmt: skip
    """Units and their value under both plans, steps x draws; None for the one that a missing price leaves unknown."""
    parts = before * bulk[0], after * bulk[1]
    if price is None:
        return (None, parts) if money.is_value else (parts, None)
    each = np.exp(plan[:, player, price])[:, None], np.exp(moved[:, player, price])[:, None]
    if money.is_value:
        return (parts[0] / each[0], parts[1] / each[1]), parts
    return parts, (parts[0] * each[0], parts[1] * each[1])


def _quartered(answers: list[Array]) -> Array:
    """Of several arrays with draws as their second axis, each for every so-manyth draw."""
    if len(answers) == 1:
        return answers[0]
    merged = answers[0].copy()
    for place, answer in enumerate(answers):
        merged[:, place :: len(answers)] = answer[:, place :: len(answers)]
    return merged


def _spread(before: Array, after: Array, factor: float) -> Array:
    """The changed shares with their differences spread around the median of each step."""
    difference = after - before
    middle = np.median(difference, axis=1, keepdims=True)
    return np.clip(before + middle + factor * (difference - middle), 0.0, 1.0)


def _quantiles(draws: Array) -> Array:
    """Quantiles over the last axis, which is that of the draws; LEVELS come last."""
    return np.moveaxis(np.quantile(draws, LEVELS, axis=-1), 0, -1)


def _figure(planned: Array, then: Array) -> Figure:
    difference = then - planned
    up = float((difference > 0).mean() + 0.5 * (difference == 0).mean())
    return Figure(_quantiles(planned), _quantiles(then), _quantiles(difference), up)


def _summed(pair: tuple[Array, ...] | None, span: slice) -> Figure | None:
    return None if pair is None else _figure(pair[0][span].sum(axis=0), pair[1][span].sum(axis=0))
