"""From a question to what the engine takes: levers of the market's model, and what acts beside it (engine Shift).

A lever that has nothing to act on is refused with what is missing; none is silently left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final, Protocol

import numpy as np
from django.utils.translation import gettext as _

from analytics.engine.protocol import Array
from analytics.engine.scenario import advertising as regression
from analytics.engine.scenario.levers import Lever, moves, slope
from analytics.engine.scenario.outcome import OUTSIDE, Money
from analytics.engine.scenario.shift import Shift, drawn_factor, spread_out
from analytics.engine.share.panel import PRICE
from analytics.engine.share.state import DRAWS, MarketState
from analytics.markets import pulls
from analytics.markets.festive import Coming
from analytics.markets.models import ShareRun
from analytics.markets.panels import PROMOTION
from analytics.markets.pulls import ADVERTISING, STOCKOUT
from analytics.scenarios import words
from analytics.scenarios.answers import Past
from analytics.scenarios.rules import Question
from core.errors import Refused

LEAST_MOVES: Final = 4
"""So often a player must have moved a driver before the market's model is asked about it."""
FURTHEST: Final = 1.05
"""Spend above the highest so far by more than this counts as never tried."""


@dataclass(frozen=True)
class Spend:
    """What the merchant spent on advertising (NaN: not known) and sold, by week, oldest first; in money."""

    spent: Array
    sales: Array

    @cached_property
    def usual(self) -> float:
        return pulls.usual_spend(self.spent)

    @cached_property
    def lately(self) -> float:
        """The mean of the last quarter known: what it goes on with."""
        known = self.spent[np.isfinite(self.spent)][-pulls.LATELY :]
        return float(known.mean()) if len(known) else 0.0

    @cached_property
    def both(self) -> tuple[Array, Array]:
        """Sales and spend of the weeks of which both are known."""
        known = np.isfinite(self.spent)
        return self.sales[known], self.spent[known]

    @cached_property
    def lacking(self) -> regression.Refused | None:
        """What is missing for a regression of the merchant's own."""
        return regression.missing(*self.both)


class Asked(Protocol):
    """What levers must know of a market and the one who asks; desk.Desk is it."""

    @property
    def state(self) -> MarketState: ...
    @property
    def run(self) -> ShareRun: ...
    @property
    def place(self) -> int: ...
    @property
    def rival(self) -> int | None: ...
    @property
    def spend(self) -> Spend: ...
    @property
    def festivals(self) -> tuple[Coming, ...]: ...
    @property
    def weeks(self) -> list[date]: ...
    @property
    def money(self) -> Money: ...
    @property
    def scale(self) -> float: ...
    def step(self, week: date) -> int: ...


@dataclass(frozen=True)
class Pulled:
    """What a question pulls. `acts` says by which rule a lever acts, for words.acting; `past`: what was never tried."""

    levers: list[Lever]
    shift: Shift
    acts: list[str]
    past: list[Past]

    @property
    def changes_nothing(self) -> bool:
        return not self.levers and self.shift.changes_nothing


def advertising_by(desk: Asked) -> str:
    """What answers for advertising: "market", "own" (the merchant's own regression), or "" where nothing does."""
    if ADVERTISING in desk.state.names and moves(desk.state, desk.place, ADVERTISING) >= LEAST_MOVES:
        return "market"
    return "own" if desk.spend.lacking is None else ""


def stockout_learnt(desk: Asked) -> bool:
    """Whether the market's model tells that sold-out days lower this player's share."""
    if STOCKOUT not in desk.state.names or moves(desk.state, desk.place, STOCKOUT) < LEAST_MOVES:
        return False
    return bool(np.quantile(slope(desk.state, desk.place, STOCKOUT), 0.9) < 0)


def festivals_of(desk: Asked) -> list[Coming]:
    """The festivals that fall into the weeks that may be asked about."""
    weeks = {week.isoformat() for week in desk.weeks}
    return [one for one in desk.festivals if weeks & set(one.weeks)]


def pulled(desk: Asked, asked: Question) -> Pulled:
    """The question as the engine takes it. Raises Refused for a lever that has nothing to act on."""
    first, last = (desk.step(week) for week in (asked.first, asked.last))
    names = desk.state.names
    made = Pulled([], Shift.none(desk.run.horizon, DRAWS), [], [])
    levers = made.levers
    if PRICE in names and asked.price_factor != 1:
        levers.append(Lever(desk.place, PRICE, first, last, "factor", asked.price_factor))
    if PROMOTION in names and asked.promotion is not None:
        levers.append(Lever(desk.place, PROMOTION, first, last, "value", asked.promotion / 100))
    if desk.rival is not None:
        if PRICE in names and asked.rival_price:
            levers.append(Lever(desk.rival, PRICE, first, last, "factor", 1 + asked.rival_price / 100))
        if PROMOTION in names and asked.rival_promotion is not None:
            levers.append(Lever(desk.rival, PROMOTION, first, last, "value", asked.rival_promotion / 100))
    made = _advertised(desk, asked, made, first, last)
    made = _sold_out(desk, asked, made, first, last)
    made = _festival(desk, asked, made)
    if asked.stock is not None:
        most = _limit(desk, asked.stock)
        made = Pulled(made.levers, Shift(made.shift.own, most), [*made.acts, "limit"], made.past)
    return made


def asked_spend(desk: Asked, asked: Question) -> float | None:
    """The spend a week that is asked about; None where advertising is not."""
    if asked.advertising_amount is not None:
        return asked.advertising_amount
    return desk.spend.lately * (1 + asked.advertising / 100) if asked.advertising else None


def _advertised(desk: Asked, asked: Question, made: Pulled, first: int, last: int) -> Pulled:
    amount = asked_spend(desk, asked)
    if amount is None:
        return made
    by, spend = advertising_by(desk), desk.spend
    if not by:
        sentence = words.advertising_missing(spend.lacking, is_known=spend.usual > 0)
        raise Refused("advertising", sentence, advertising=sentence)
    if by == "market":
        value = float(pulls.felt(amount, spend.usual))
        lever = Lever(desk.place, ADVERTISING, first, last, "value", value)
        return Pulled([*made.levers, lever], made.shift, [*made.acts, "advertising_market"], made.past)
    found = regression.learn(*spend.both)
    assert not isinstance(found, regression.Refused)
    going = np.full(desk.run.horizon, spend.lately)
    instead = going.copy()
    instead[first : last + 1] = amount
    factor, past = found.factor(going, instead), list(made.past)
    highest = float(spend.both[1].max())
    if amount > FURTHEST * highest:
        factor = spread_out(factor, OUTSIDE)
        past.append(Past(ADVERTISING, False, *against(spend, (amount, 0.0, highest))))
    return Pulled(made.levers, made.shift.times(factor), [*made.acts, "advertising_own"], past)


def against(spend: Spend, amounts: tuple[float, float, float]) -> tuple[float, float, float]:
    """Amounts in percent of what is spent now, or usually where that is nothing."""
    base = spend.lately or spend.usual or 1.0
    asked, low, high = (round(100 * amount / base, 2) for amount in amounts)
    return asked, low, high


def _sold_out(desk: Asked, asked: Question, made: Pulled, first: int, last: int) -> Pulled:
    parts = np.zeros(desk.run.horizon)
    parts[first : last + 1] = asked.sold_out / 7
    if asked.sold_out_from is not None:
        if asked.sold_out_from not in asked.weeks:
            sentence = _("Choose a week between the first and the last one.")
            raise Refused("sold_out_from", sentence, sold_out_from=sentence)
        parts[desk.step(asked.sold_out_from) : last + 1] = 1.0
    if not parts.any():
        return made
    levers, acts = list(made.levers), [*made.acts, "stock_identity"]
    if 0 < asked.sold_out < 7 and stockout_learnt(desk):
        until = last if asked.sold_out_from is None else desk.step(asked.sold_out_from) - 1
        if until >= first:
            value = float(pulls.missed(asked.sold_out / 7))
            levers.append(Lever(desk.place, STOCKOUT, first, until, "value", value))
            parts[first : until + 1] = 0.0
            acts[-1] = "stock_learnt"
    return Pulled(levers, made.shift.times(1.0 - parts), acts, made.past)


def _festival(desk: Asked, asked: Question, made: Pulled) -> Pulled:
    if not asked.festival:
        return made
    one = next((found for found in desk.festivals if found.key == asked.festival), None)
    weeks = {week.isoformat() for week in asked.weeks}
    if one is None or not weeks & set(one.weeks):
        sentence = _("This festival does not fall into the weeks you chose.")
        raise Refused("festival", sentence, festival=sentence)
    if not one.is_learnt:
        sentence = words.festival_missing(one)
        raise Refused("festival", sentence, festival=sentence)
    lost = np.ones((desk.run.horizon, DRAWS))
    for week in weeks & set(one.weeks):
        lost[desk.step(date.fromisoformat(week))] /= drawn_factor(*one.weeks[week], DRAWS)
    shift = made.shift.times(lost)
    if asked.festival_week is None:
        return Pulled(made.levers, shift, [*made.acts, "festival_out"], made.past)
    if asked.festival_week not in asked.weeks:
        sentence = _("Choose a week between the first and the last one.")
        raise Refused("festival_week", sentence, festival_week=sentence)
    held = np.ones((desk.run.horizon, DRAWS))
    held[desk.step(asked.festival_week)] = _held_elsewhere(one)
    return Pulled(made.levers, shift.times(held), [*made.acts, "festival_moved"], made.past)


def _held_elsewhere(one: Coming) -> Array:
    """Draws of the factor of a week that gets the whole festival.

    It was never held there, so its factor is less sure than in its own weeks.
    """
    factors, doubts = np.array(list(one.weeks.values())).T
    factor = max(1.0 + float((factors - 1.0).sum()), 0.1)
    doubt = float(np.sqrt(((factors * doubts) ** 2).sum())) / factor
    return drawn_factor(factor, OUTSIDE * doubt, DRAWS)


def _limit(desk: Asked, stock: int) -> float:
    """The limit in the units that the engine counts in. Refuses where a market has no prices to count units by."""
    if desk.money.is_value and PRICE not in desk.state.names:
        sentence = _("Units cannot be told from sales here, since prices never varied. Ask in units.")
        raise Refused("stock", sentence, stock=sentence)
    return stock * desk.scale if desk.money.is_value else float(stock)
