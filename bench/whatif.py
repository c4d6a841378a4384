"""What-if answers: on real price moves of orange juice, and on simulated markets whose truth is known.

Part of the share benchmarks (ONLY=whatif). A real move is a week in which a brand's price differs by more than a tenth
from the last one known; what was predicted and what came are both held against the last share known, one to four weeks
ahead, with every plan known. The other half is simulate-and-recover: seven kinds of markets from tests/analytics, and
markets in which some players advertise and sell out (analytics.markets.pulls has what that is to the model).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.scenario.levers import Lever
from analytics.engine.scenario.market_size import market_size
from analytics.engine.scenario.outcome import compare
from analytics.engine.scenario.reaction import usual_reaction
from analytics.engine.share.backtest import Backtest
from analytics.engine.share.information import Information
from analytics.engine.share.logratio import softmax
from analytics.engine.share.panel import PRICE, SharePanel, make_panel
from analytics.engine.share.state import DRAWS, market_state
from analytics.markets import pulls
from bench.figures import Figure
from bench.place import data_file
from bench.share import BRANDS, FIRST, HORIZON, panel_of, read
from tests.analytics.scenario_kit import PROMO, World, world

AHEAD, MOVED, TELLING = 4, 0.10, 0.01
MARKETS = 20
KINDS: dict[str, dict[str, float]] = {
    "usual": {},
    "large": {"periods": 104, "players": 8},
    "short": {"periods": 26},
    "rare moves": {"promoted": 0.06},
    "noisy": {"shock": 0.35, "fading": 0.8},
    "drifting": {"periods": 104, "drift": 0.05},
    "all alike": {"unlike": 0.05},
}


def real_moves(panel: SharePanel) -> tuple[Array, Array]:
    """Predicted and realised changes of share in weeks of real price moves."""
    origins = list(range(FIRST, panel.known - HORIZON + 1))
    price = panel.drivers[:, :, panel.names.index(PRICE)]
    said, came = [], []
    for made in Backtest(panel, HORIZON, Information.ALL).forecasts(origins):
        last = made.origin - 1
        for step in range(AHEAD):
            week = made.origin + step
            chosen = np.abs(price[week] - price[last]) > MOVED
            said.append((made.point[step] - panel.shares[last])[chosen])
            came.append((panel.shares[week] - panel.shares[last])[chosen])
    return np.concatenate(said), np.concatenate(came)


def recovered(of: World, seed: int) -> list[bool]:
    """Whether the 80 % band held the truth, for one lever of each kind that stays within what was tried."""
    state = of.state()
    chance = np.random.default_rng(seed)
    held = []
    for cut in (0.05, 0.10, 0.20, 0.35, None):
        player = int(chance.integers(len(state.players)))
        lever = (
            Lever(player, PROMO, 0, HORIZON - 1, "value", 1.0)
            if cut is None
            else Lever(player, PRICE, 0, HORIZON - 1, "factor", 1.0 - cut)
        )
        made = compare(state, of.plan, [lever], player, size=of.size())
        truth = of.truth(lever).mean()
        if not made.beyond and truth:
            low, high = made.share.difference[[1, 5]]
            held.append(bool(low <= truth <= high))
    return held


@dataclass(frozen=True)
class Driven:
    """A market whose first two players advertise and sell out, with its true utilities (periods x players)."""

    panel: SharePanel
    utility: Array
    slopes: dict[str, Array]

    def truth(self, lever: Lever) -> float:
        """What the lever does to its player's mean share over the horizon."""
        at = self.panel.names.index(lever.driver)
        plan = self.panel.drivers[self.panel.known :, lever.player, at]
        moved = self.utility[self.panel.known :].copy()
        moved[:, lever.player] += self.slopes[lever.driver][lever.player] * (lever.amount - plan)
        gain = softmax(moved) - softmax(self.utility[self.panel.known :])
        return float(gain[:, lever.player].mean())


def driven(seed: int, periods: int, players: int, fading: float) -> Driven:
    """Spend comes in campaigns of two weeks, a quarter of all weeks are sold out in part; both whatever is sold."""
    chance = np.random.default_rng([seed, periods, players])
    shape = (periods, players)
    price = np.exp(chance.normal(0, 0.3, players)) * np.where(chance.random(shape) < 0.2, 0.85, 1.0)
    price *= np.exp(0.03 * chance.normal(size=shape))
    raw = {name: np.full(shape, np.nan) for name in (pulls.ADVERTISING, pulls.STOCKOUT)}
    for player in (0, 1):
        campaigns = chance.choice([0.0, 0.5, 1.0, 2.0], periods // 2 + 1)
        raw[pulls.ADVERTISING][:, player] = 1000 * np.repeat(campaigns, 2)[:periods]
        out = chance.integers(1, 5, periods) / 7
        raw[pulls.STOCKOUT][:, player] = np.where(chance.random(periods) < 0.25, out, 0.0)
    drivers = {PRICE: np.concatenate([price, np.repeat(price[-1:], HORIZON, axis=0)])}
    slopes = {
        pulls.ADVERTISING: np.where(np.arange(players) < 2, chance.normal(0.4, 0.2, players), 0.0),
        pulls.STOCKOUT: np.where(np.arange(players) < 2, -chance.uniform(0.5, 1.0, players), 0.0),
    }
    shocks, left = np.zeros((periods + HORIZON, players)), chance.normal(0, 0.15, players)
    for period in range(len(shocks)):
        left = fading * left + chance.normal(0, 0.15 * np.sqrt(1 - fading**2), players)
        shocks[period] = left
    utility = chance.normal(0, 0.6, players) + shocks + chance.normal(-2.5, 0.5, players) * np.log(drivers[PRICE])
    for name, values in raw.items():
        past = pulls.as_drivers(name, values)
        assert past is not None
        coming = [pulls.going_on(name, column) for column in past.T]
        drivers[name] = np.concatenate([past, np.tile(coming, (HORIZON, 1))])
        drivers[name][:, 2:] = 0.0
        utility = utility + slopes[name] * drivers[name]
    sold = np.array([chance.multinomial(3000, row) for row in softmax(utility)], dtype=float)
    sold[periods:] = np.nan
    labels = [str(period) for period in range(len(sold))]
    return Driven(make_panel(labels, [str(at) for at in range(players)], sold, drivers), utility, slopes)


def recovered_further(of: Driven) -> list[bool]:
    """Whether the 80 % band held the truth, for spend and sold-out days within what was tried."""
    panel = of.panel
    made = Backtest(panel, HORIZON, Information.ALL).forecasts([panel.known], warm_up=12)[0]
    state = market_state(panel, made)
    size = market_size(np.ones((HORIZON, 1)), [0.5], np.ones(panel.known), None, panel.shares[0], DRAWS)
    held = []
    for player in (0, 1):
        spend = panel.drivers[: panel.known, player, panel.names.index(pulls.ADVERTISING)]
        asked = {
            pulls.ADVERTISING: (float(spend.max()), 0.0),
            pulls.STOCKOUT: (float(pulls.missed(1 / 7)), float(pulls.missed(3 / 7))),
        }
        for driver, amounts in asked.items():
            for amount in amounts:
                lever = Lever(player, driver, 0, HORIZON - 1, "value", amount)
                found = compare(state, panel.drivers[panel.known :], [lever], player, size=size)
                low, high = found.share.difference[[1, 5]]
                held.append(bool(low <= of.truth(lever) <= high))
    return held


def run() -> Iterator[Figure]:
    file = data_file("dominicks/orange_juice_yx.csv.gz")
    if file is None:
        print("whatif: dominicks/orange_juice_yx.csv.gz is not there; its two figures are skipped.", file=sys.stderr)
    else:
        said, came = real_moves(panel_of(read(file), range(1, BRANDS + 1)))
        telling = np.abs(said) > TELLING
        right = 100 * float(np.mean(np.sign(said[telling]) == np.sign(came[telling])))
        yield Figure("what-if direction right", right, "%", 50, "a coin", 95, "higher", "figure")
        slope = float(np.polyfit(said, came, 1)[0])
        yield Figure("what-if slope off by", abs(slope - 1), "", 1, "one", 0.1, "lower", "figure")
    held: list[bool] = []
    for options in KINDS.values():
        for seed in range(MARKETS):
            held += recovered(world(seed=5000 + seed, **options), seed)  # type: ignore[arg-type]
    covered = 100 * float(np.mean(held))
    yield Figure("what-if 80 % band off by, truth known", abs(covered - 80), "%", 80, "its name", 5, "lower", "figure")
    further = [
        one
        for periods, players, fading in ((52, 6, 0.5), (104, 9, 0.5), (104, 9, 0.8), (40, 9, 0.5))
        for seed in range(MARKETS)
        for one in recovered_further(driven(7000 + seed, periods, players, fading))
    ]
    covered = 100 * float(np.mean(further))
    yield Figure(
        "what-if 80 % band off by, spend and stock", abs(covered - 80), "%", 80, "its name", 5, "lower", "figure"
    )
    of = world(periods=104, players=11)
    state, size = of.state(), of.size()
    reaction = usual_reaction(state, 0)
    began = time.process_time()
    for _ in range(10):
        compare(state, of.plan, [Lever(0, PRICE, 0, 3, "factor", 0.9)], 0, size=size, reaction=reaction)
    spent = 100 * (time.process_time() - began)
    yield Figure("what-if answer", spent, "ms CPU", 50, "allowed", 50, "lower", "figure")
