"""Where questions are answered: a market's kept model, the merchant's place in it, and what it may ask.

`desk_of` reads everything that an answer needs; `Desk.answer` is arithmetic only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from django.db.models import Sum

from accounts.merchants.models import Merchant
from analytics.engine.protocol import Array
from analytics.engine.scenario.levers import Beyond, moves
from analytics.engine.scenario.market_size import MarketSize, market_size
from analytics.engine.scenario.outcome import LEVELS, Money, Outcome, compare
from analytics.engine.scenario.reaction import Reaction, usual_reaction
from analytics.engine.share.panel import PRICE
from analytics.engine.share.state import DRAWS, MarketState
from analytics.engine.share.stored import from_bytes
from analytics.facts.models import VariantFact
from analytics.markets import pulls
from analytics.markets.festive import Coming
from analytics.markets.models import WEEK, Market, Measure, Player, PlayerWeek, ShareRun
from analytics.markets.panels import PROMOTION, USUAL_WEEKS
from analytics.markets.pulls import ADVERTISING, STOCKOUT
from analytics.markets.queries import newest_share_run, newest_state, view
from analytics.markets.rules import LEAST_WEEKS, RECENT, View
from analytics.scenarios.answers import HIGH, Answer, Figure, Past, Week, rounded
from analytics.scenarios.levers import Pulled, Spend, against, pulled
from analytics.scenarios.rules import COST_COVER, USUAL_SPAN, Question
from ecommerce.inventory.models import StockLevel


class CannotSay(Exception):
    """There is no answer; `code` says why and `facts` what is missing (scenarios.words.refusal)."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


@dataclass(frozen=True)
class Worth:
    """What the merchant's units are: their mean price, their mean cost (None: not known), and for how many it is."""

    price: float
    cost: float | None
    known: int
    of: int


@dataclass(frozen=True)
class Tried:
    """What a player did with a driver: how often it moved, and how far.

    In percent from today (price), percent of sales (promotion), days a week (stock-outs), percent of today
    (advertising).
    """

    moves: int
    low: float
    high: float
    now: float


@dataclass(frozen=True)
class Desk:
    """A market ready to be asked by one of its players. `rival` is the largest one, where it may be told apart.

    `spend` is what the merchant did with advertising, `on_shelf` what it can sell now (None: never counted), and
    `festivals` are those of the weeks ahead.
    """

    market: Market
    measure: str
    run: ShareRun
    player: Player
    state: MarketState
    place: int
    rival: int | None
    seen: View
    totals: Array
    worth: Worth
    spend: Spend
    on_shelf: int | None
    festivals: tuple[Coming, ...]
    currency: str
    today: date

    @cached_property
    def plan(self) -> Array:
        """The weeks ahead if everything goes on as it is: steps x players x drivers."""
        plan = np.repeat(self.state.history[-1:], self.run.horizon, axis=0)
        for at, name in enumerate(self.state.names):
            if name in pulls.FURTHER:
                plan[:, :, at] = [pulls.going_on(name, past) for past in self.state.history[:, :, at].T]
        return plan

    @cached_property
    def size(self) -> MarketSize:
        history = self.state.history
        prices = history[:, :, self.state.names.index(PRICE)] if PRICE in self.state.names else None
        shares = self.state.shares(self.plan).mean(axis=(0, 1))
        sizes = self.totals[-len(history) :]
        return market_size(np.asarray(self.run.size), LEVELS, sizes, prices, shares, DRAWS)

    @cached_property
    def reaction(self) -> Reaction | None:
        return usual_reaction(self.state, self.place)

    @cached_property
    def weeks(self) -> list[date]:
        """The Mondays that may be asked about: those forecast that are not over."""
        steps = [self.run.week(step) for step in range(1, self.run.horizon + 1)]
        return [week for week in steps if week + WEEK > self.today]

    @property
    def ahead(self) -> list[date]:
        """The Mondays still to come: those a plan may be made for."""
        return [week for week in self.weeks if week > self.today]

    def usual(self) -> Question:
        """The question one begins with: nothing changed, in the next USUAL_SPAN whole weeks."""
        weeks = (self.ahead or self.weeks)[:USUAL_SPAN]
        return Question(weeks[0], weeks[-1])

    def tried(self, driver: str, place: int | None = None) -> Tried | None:
        """What the player did with a driver; None where the market has none of it."""
        if driver not in self.state.names:
            return None
        at = self.place if place is None else place
        seen = self.state.history[:, at, self.state.names.index(driver)]
        count = moves(self.state, at, driver)
        if driver == PRICE:
            low, high = (100 * (np.exp(end - seen[-1]) - 1) for end in (seen.min(), seen.max()))
            return Tried(count, float(low), float(high), 0.0)
        if driver == STOCKOUT:
            return Tried(count, *(7 * float(pulls.part_of(end)) for end in (seen.min(), seen.max(), 0.0)))
        if driver == ADVERTISING:
            low, high, now = against(self.spend, tuple(self._money(end) for end in (seen.min(), seen.max(), 0.0)))  # type: ignore[arg-type]
            return Tried(count, low, high, now)
        return Tried(count, 100 * float(seen.min()), 100 * float(seen.max()), 100 * float(seen[-1]))

    def step(self, week: date) -> int:
        """Which step of the forecast a Monday is, counted from 0."""
        return (week - self.run.last_week).days // 7 - 1

    def outcome(self, asked: Question, found: Pulled) -> Outcome:
        """The engine's answer. Units are those of the price index until `answer` brings them to real ones."""
        return compare(
            self.state,
            self.plan,
            found.levers,
            self.place,
            size=self.size,
            money=self.money,
            reaction=self.reaction if asked.reaction else None,
            span=slice(self.step(asked.first), self.step(asked.last) + 1),
            shift=None if found.shift.changes_nothing else found.shift,
        )

    @property
    def index(self) -> float | None:
        """The merchant's price index of the last week known; None where the market has no prices."""
        if PRICE not in self.state.names:
            return None
        return float(np.exp(self.state.history[-1, self.place, self.state.names.index(PRICE)]))

    @property
    def scale(self) -> float:
        """How much dearer a unit sold is than the index of prices says."""
        return self.worth.price / self.index if self.index and self.worth.price > 0 else 1.0

    @property
    def money(self) -> Money:
        cost = None if self.worth.cost is None else self.worth.cost / self.scale
        return Money(cost, is_value=self.measure == Measure.VALUE)

    def answer(self, asked: Question) -> Answer:
        """Everything the page says of a question."""
        found = pulled(self, asked)
        made = self.outcome(asked, found)
        is_value = self.measure == Measure.VALUE
        of_units, of_money = (1 / self.scale, 1.0) if is_value else (1.0, self.scale)
        units = Figure.of(made.units, of_units)
        return Answer(
            known_until=self.run.last_week.isoformat(),
            now=round(self._now(), 6),
            share=_sure(Figure.of(made.last)),
            mean_share=_sure(Figure.of(made.share)),
            units=units,
            sales=Figure.of(made.sales, of_money),
            profit=Figure.of(made.profit, of_money),
            stock=None if made.stock is None else round(of_units * float(made.stock[HIGH]), 6),
            planned_stock=units.planned[HIGH] if units else None,
            margin=self._margin(asked),
            cost_known=self.worth.known,
            cost_of=self.worth.of,
            moves={name: one.moves for name in self._resting(found) if (one := self.tried(name))},
            evidence=made.moves,
            beyond=[*(self._past(one) for one in made.beyond), *found.past],
            weeks=self._weeks(asked, made, of_units, of_money),
            with_reaction=made.with_reaction,
            reaction_known=self.reaction is not None,
            on_shelf=self.on_shelf,
            acts=found.acts,
            limited=round(made.limited, 4),
        )

    def _resting(self, found: Pulled) -> list[str]:
        """The drivers whose past moves an answer rests on."""
        further = {lever.driver for lever in found.levers if lever.driver in pulls.FURTHER}
        return [PRICE, PROMOTION, *sorted(further)]

    def _money(self, felt: float) -> float:
        """A value of the advertising driver as spend a week."""
        return float(self.spend.usual * np.expm1(felt))

    def _now(self) -> float:
        forecast = self.run.forecasts.filter(player=self.player).first()
        return forecast.last if forecast else 0.0

    def _margin(self, asked: Question) -> tuple[float, float] | None:
        if self.worth.cost is None or not self.worth.price > 0:
            return None
        then = self.worth.price * asked.price_factor
        return round(1 - self.worth.cost / self.worth.price, 6), round(1 - self.worth.cost / then, 6)

    def _past(self, one: Beyond) -> Past:
        """A lever past what was tried; of a rival it is not said what that was."""
        if one.player != self.place:
            return Past(one.driver, True, None, None, None)
        ends = one.asked, one.low, one.high
        if one.driver == PRICE:
            return Past(PRICE, False, *(round(100 * (end / (self.index or 1.0) - 1), 2) for end in ends))
        if one.driver == ADVERTISING:
            return Past(ADVERTISING, False, *against(self.spend, tuple(self._money(end) for end in ends)))  # type: ignore[arg-type]
        if one.driver == STOCKOUT:
            return Past(STOCKOUT, False, *(round(7 * float(pulls.part_of(end)), 2) for end in ends))
        return Past(one.driver, False, *(round(100 * end, 2) for end in ends))

    def _weeks(self, asked: Question, made: Outcome, of_units: float, of_money: float) -> list[Week]:
        rows = []
        promotion = self.tried(PROMOTION)
        for week in asked.weeks:
            step = self.step(week)
            held = asked.promotion if asked.promotion is not None else (promotion.now if promotion else None)
            rows.append(
                Week(
                    week=week.isoformat(),
                    planned=rounded(made.planned_path[step]),
                    share=rounded(made.share_path[step]),
                    units=None if made.units_path is None else rounded(of_units * made.units_path[step]),
                    sales=None if made.sales_path is None else rounded(of_money * made.sales_path[step]),
                    price=round(asked.price_factor, 6) if PRICE in self.state.names else None,
                    promotion=None if held is None else round(held / 100, 6),
                )
            )
        return rows


def _sure(figure: Figure | None) -> Figure:
    assert figure is not None
    return figure


def desk_of(market: Market, measure: str, merchant: Merchant) -> Desk:
    """The market as the merchant may ask it. Raises CannotSay where there is nothing to ask."""
    seen, player = view(market, measure, merchant)
    if seen.withheld or player is None:
        raise CannotSay(seen.withheld or "not_selling")
    newest = newest_share_run(market, measure)
    kept = newest_state(market, measure)
    if newest is not None and not newest.is_made and (kept is None or kept.run.last_week < newest.last_week):
        raise CannotSay(newest.refusal, **_missing(newest))
    if newest is None:
        raise CannotSay("no_run")
    if kept is None:
        raise CannotSay("never_varied", weeks=(newest.last_week - newest.first_week).days // 7 + 1)  # type: ignore[operator]
    state = from_bytes(bytes(kept.data))
    place = _place(state, player.pk)
    if place is None:
        raise CannotSay("not_selling")
    rivals = seen.groups.get("rival", ())
    desk = Desk(
        market=market,
        measure=measure,
        run=kept.run,
        player=player,
        state=state,
        place=place,
        rival=_place(state, rivals[0]) if rivals else None,
        seen=seen,
        totals=_totals(market, measure, kept.run),
        worth=_worth(market, player, kept.run.last_week),
        spend=_spend(player, kept.run.last_week),
        on_shelf=_on_shelf(market),
        festivals=tuple(Coming(**one) for one in kept.festivals),
        currency=market.currency,
        today=merchant.today(),
    )
    if not desk.weeks:
        raise CannotSay("weeks_over", week=kept.run.last_week)
    return desk


def _missing(run: ShareRun) -> Mapping[str, Any]:
    last: Mapping[str, Any] = run.notes[-1] if run.notes else {}
    return {"have": last.get("count", 0), "need": LEAST_WEEKS}


def _place(state: MarketState, player_id: int) -> int | None:
    name = str(player_id)
    return state.players.index(name) if name in state.players else None


def _totals(market: Market, measure: str, run: ShareRun) -> Array:
    """What the whole market sold in each week up to the run's last one, oldest first."""
    column = "value" if measure == Measure.VALUE else "units"
    rows = PlayerWeek.objects.filter(player__market=market, week__lte=run.last_week)
    sold = dict(rows.order_by().values_list("week").annotate(sold=Sum(column)))
    if not sold:
        return np.zeros(0)
    first = min(sold)
    count = (run.last_week - first).days // 7 + 1
    return np.array([float(sold.get(first + step * WEEK, 0)) for step in range(count)])


def _worth(market: Market, player: Player, until: date) -> Worth:
    """Mean price of the last weeks; mean cost of what was sold lately, where it is known for nearly all of it."""
    weeks = PlayerWeek.objects.filter(player=player, week__gt=until - RECENT * WEEK, week__lte=until)
    sums = weeks.aggregate(value=Sum("value"), units=Sum("units"))
    price = float(sums["value"]) / sums["units"] if sums["units"] else 0.0
    since = until + WEEK - timedelta(days=7 * USUAL_WEEKS)
    rows = (
        VariantFact.objects.filter(variant__product__category=market.category, day__gte=since, day__lt=until + WEEK)
        .order_by()
        .values_list("variant_id", "variant__cost")
        .annotate(sold=Sum("units"))
    )
    sold = [(cost, float(units)) for _, cost, units in rows if units and units > 0]
    known = [(float(cost), units) for cost, units in sold if cost is not None]
    total, covered = sum(units for _, units in sold), sum(units for _, units in known)
    cost = None
    if total and covered >= COST_COVER * total:
        cost = sum(each * units for each, units in known) / covered
    return Worth(price, cost, len(known), len(sold))


def _spend(player: Player, until: date) -> Spend:
    rows = PlayerWeek.objects.filter(player=player, week__lte=until).order_by("week")
    found = list(rows.values_list("advertising", "value"))
    spent = [np.nan if amount is None else amount for amount, _value in found]
    return Spend(np.array(spent, dtype=float), np.array([float(value) for _amount, value in found]))


def _on_shelf(market: Market) -> int | None:
    """The units of the market that the merchant in scope can sell now; None where none was ever counted."""
    levels = StockLevel.objects.filter(variant__product__category=market.category)
    sums = levels.aggregate(on_hand=Sum("on_hand"), reserved=Sum("reserved"))
    return None if sums["on_hand"] is None else int(sums["on_hand"] - sums["reserved"])
