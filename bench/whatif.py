"""What-if answers: on real price moves of orange juice, and on simulated markets whose truth is known.

Part of the share benchmarks (ONLY=whatif). A real move is a week in which a brand's price differs by more than a tenth
from the last one known; what was predicted and what came are both held against the last share known, one to four weeks
ahead, with every plan known. The other half is simulate-and-recover: seven kinds of markets from tests/analytics.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.scenario.levers import Lever
from analytics.engine.scenario.outcome import compare
from analytics.engine.scenario.reaction import usual_reaction
from analytics.engine.share.backtest import Backtest
from analytics.engine.share.information import Information
from analytics.engine.share.panel import PRICE, SharePanel
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
    of = world(periods=104, players=11)
    state, size = of.state(), of.size()
    reaction = usual_reaction(state, 0)
    began = time.process_time()
    for _ in range(10):
        compare(state, of.plan, [Lever(0, PRICE, 0, 3, "factor", 0.9)], 0, size=size, reaction=reaction)
    spent = 100 * (time.process_time() - began)
    yield Figure("what-if answer", spent, "ms CPU", 50, "allowed", 50, "lower", "figure")
