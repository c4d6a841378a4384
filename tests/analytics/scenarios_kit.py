"""A market that can be asked: a shop and its rivals, with prices and promotions that moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np

from accounts.models import Merchant
from analytics.engine.share.backtest import Backtest
from analytics.engine.share.information import Information
from analytics.engine.share.state import MarketState, market_state
from analytics.engine.share.stored import to_bytes
from analytics.markets.models import WEEK, Market, Player, PlayerWeek, ShareForecast, ShareRun, ShareState
from analytics.markets.panels import HORIZON, share_panel
from analytics.scenarios.desk import Desk, desk_of
from core.tenancy import tenant
from tests import factories
from tests.analytics.markets_kit import LAST

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
"""The Friday after the last whole week of markets_kit."""


def market_of(
    merchant: Merchant,
    *,
    players: int = 9,
    weeks: int = 40,
    seed: int = 3,
    name: str = "Teapots",
    driven: bool = False,
) -> Market:
    """A market of that many players, the merchant first; prices and promotions move in a fifth of all weeks.

    Where it is `driven` the merchant advertises, and is sold out now and then, and both move its share.
    """
    chance = np.random.default_rng(seed)
    category = factories.CategoryFactory(code=name.lower(), name=name)
    first = LAST - (weeks - 1) * WEEK
    market = Market.objects.create(category=category, currency="CNY", first_week=first, last_week=LAST)
    sellers = [Player.objects.create(market=market, merchant=merchant)]
    sellers += [Player.objects.create(market=market, name=f"Rival {at}") for at in range(1, players)]
    cut = np.where(chance.random((weeks, players)) < 0.25, chance.uniform(0.75, 0.92, (weeks, players)), 1.0)
    cut[-1] = 1.0
    usual = 100 * np.exp(chance.normal(0, 0.1, players))
    promo = (cut < 0.99) * 0.6
    level = np.where(np.arange(players) == 0, 0.3, 0.0) + 0.08 * chance.normal(size=(weeks, players))
    pull = np.exp(level - 2.2 * np.log(cut) + 0.4 * promo)
    spend, out = np.zeros(weeks), np.zeros(weeks)
    if driven:
        spend = np.repeat(chance.choice([0.0, 500.0, 1000.0, 2000.0], weeks // 2 + 1), 2)[:weeks]
        out = np.where(chance.random(weeks) < 0.3, chance.choice([1, 2, 3], weeks) / 7, 0.0)
        out[-1] = 0.0
        pull[:, 0] *= (1 - out) * np.exp(0.6 * np.log1p(spend / spend[spend > 0].mean()))
    shares = pull / pull.sum(axis=1, keepdims=True)
    rows = []
    for at, player in enumerate(sellers):
        for step in range(weeks):
            units, price = round(3000 * shares[step, at]), usual[at] * cut[step, at]
            rows.append(
                PlayerWeek(
                    player=player,
                    week=first + step * WEEK,
                    units=units,
                    value=Decimal(str(round(units * price, 2))),
                    price=price,
                    promotion=promo[step, at],
                    stockout=out[step] if driven and not at else None,
                    advertising=spend[step] if driven and not at else None,
                    advertising_known_on=first + (step + 1) * WEEK if driven and not at else None,
                )
            )
    PlayerWeek.objects.bulk_create(rows)
    return market


def asked_market(merchant: Merchant, measure: str = "value", **options) -> Market:
    """The market with a forecast and the state that scenarios need, without the backtests of a nightly run."""
    market = market_of(merchant, **options)
    found = share_panel(market, measure)
    total = found.totals[-8:].mean()
    run = ShareRun.objects.create(
        market=market,
        measure=measure,
        first_week=found.weeks[0],
        last_week=LAST,
        players=[player.pk for player in found.players],
        size=[[total * part for part in (0.8, 0.87, 0.94, 1.0, 1.06, 1.13, 1.2)]] * HORIZON,
        data_digest="kit",
        digest="kit",
    )
    last = float(found.panel.shares[found.panel.known - 1, 0])
    empty = {name: [] for name in ("mean", "quantiles", "gain", "lose", "ranks")}
    ShareForecast.objects.create(run=run, player=found.players[0], last=last, **empty)
    state = _state(measure, tuple(options.items()), market)
    names = tuple(str(found.players[at].pk) for at in state.selling)
    ShareState.objects.create(run=run, data=to_bytes(replace(state, players=names)))
    return market


_KEPT: dict[tuple, MarketState] = {}


def _state(measure: str, options: tuple, market: Market) -> MarketState:
    """Fitting takes a second, so a process does it once for each kind of market."""
    if (measure, options) not in _KEPT:
        panel = share_panel(market, measure).panel
        made = Backtest(panel, HORIZON, Information.ALL).forecasts([panel.known], warm_up=4)[0]
        _KEPT[measure, options] = market_state(panel, made)
    return _KEPT[measure, options]


def desk(market: Market, merchant: Merchant, measure: str = "value") -> Desk:
    with tenant(merchant):
        return desk_of(market, measure, merchant)
