"""Share forecasts over many kinds of simulated markets: nothing is tuned to one of them, and none may break a promise.

Each kind is a way in which real markets differ; two markets are drawn of each. "Driven" kinds are those in which
prices or promotions matter, so knowing them must beat the last share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from analytics.engine.share.backtest import Backtest
from analytics.engine.share.information import Information
from analytics.engine.share.logratio import softmax
from analytics.engine.share.panel import SharePanel
from analytics.engine.share.tally import score
from tests.analytics.share_kit import panel

HORIZON, DRAWN = 8, 2


@dataclass(frozen=True)
class Kind:
    """`season` is the length of a yearly wave in periods, `heavy` the degrees of freedom of the shocks."""

    periods: int = 80
    players: int = 6
    slope: float = -2.5
    promo: float = 0.6
    drift: float = 0.0
    size: int = 3000
    season: int = 0
    shock: float = 0.15
    heavy: float = 0.0
    unlike: float = 0.0
    fixed: float = 0.0
    coming: bool = False
    steady_price: bool = False
    gaps: float = 0.0
    carried: float = 0.0
    driven: bool = True


KINDS = {
    "few players": Kind(players=2),
    "many players": Kind(players=20),
    "short": Kind(periods=30),
    "very short": Kind(periods=20, players=4),
    "long": Kind(periods=156, players=5),
    "monthly with a season": Kind(periods=60, season=12),
    "weekly with a season": Kind(periods=130, season=52),
    "drifting": Kind(drift=0.05),
    "drifting much": Kind(drift=0.12),
    "sparse": Kind(size=40),
    "sparse with many players": Kind(size=60, players=20),
    "entries and exits": Kind(coming=True),
    "price only": Kind(promo=0.0),
    "promotion only": Kind(slope=0.0, promo=1.2, steady_price=True),
    "constant driver": Kind(promo=0.0, fixed=1.0),
    "players unlike each other": Kind(unlike=0.8),
    "heavy shocks": Kind(heavy=3.0),
    "loud": Kind(shock=0.35),
    "gaps": Kind(gaps=0.1),
    "shoppers stock up": Kind(carried=-0.4),
    "one giant": Kind(players=8, size=20_000),
    "nothing matters": Kind(slope=0.0, promo=0.0, driven=False),
    "nothing matters and all drifts": Kind(slope=0.0, promo=0.0, drift=0.1, driven=False),
}


def draw(kind: Kind, seed: int) -> SharePanel:
    """A market of this kind: an attraction model with what the kind adds."""
    chance = np.random.default_rng(seed)
    shape = (kind.periods, kind.players)
    usual = np.exp(chance.normal(0, 0.3, kind.players))
    cut = np.where(chance.random(shape) < 0.25, chance.uniform(0.65, 0.95, shape), 1.0)
    price = np.ones(shape) * usual if kind.steady_price else usual * cut * np.exp(0.03 * chance.normal(size=shape))
    flag = (chance.random(shape) < 0.2).astype(float)
    noise = chance.standard_t(kind.heavy, shape) if kind.heavy else chance.normal(size=shape)
    slopes = kind.slope * np.exp(kind.unlike * chance.normal(size=kind.players))
    pull = slopes * np.log(price) + kind.promo * flag
    before = np.concatenate([np.zeros((1, kind.players)), pull[:-1]])
    utility = chance.normal(0, 0.8, kind.players) + pull + kind.carried * before + kind.shock * noise
    if kind.drift:
        utility += np.cumsum(chance.normal(0, kind.drift, shape), axis=0)
    if kind.season:
        waves = 0.4 * chance.normal(size=kind.players)
        utility += np.sin(2 * np.pi * np.arange(kind.periods) / kind.season)[:, None] * waves
    shares = softmax(utility)
    units = np.array([chance.multinomial(kind.size, row) for row in shares], dtype=float)
    if kind.coming:
        units[: kind.periods // 3, 0] = 0
        units[kind.periods // 2 :, 1] = 0
    drivers = {"price": price, "promo": flag}
    if kind.fixed:
        drivers["promo"] = np.full(shape, kind.fixed)
    if kind.gaps:
        units[chance.random(shape) < kind.gaps] = np.nan
        price[chance.random(shape) < kind.gaps] = np.nan
    return panel(units, drivers)


def walk(of: SharePanel, information: Information, most: int = 4):
    last = of.known - HORIZON
    first = min(max(of.known // 2, 12), last)
    origins = sorted({round(one) for one in np.linspace(first, last, most)})
    return Backtest(of, HORIZON, information).forecasts(origins, warm_up=16)


def assert_sound(made, information):
    for one in made:
        draws = one.distribution.draws()
        assert np.isfinite(draws).all()
        assert ((draws >= 0) & (draws <= 1)).all()
        assert (np.diff(one.quantiles, axis=-1) >= 0).all()
        assert ((one.point >= 0) & (one.point <= 1)).all()
        if information is not Information.OWN:
            assert np.allclose(draws.sum(axis=-1), 1.0)
            assert np.allclose(one.point.sum(axis=-1), 1.0)


@pytest.mark.parametrize("name", ["few players", "very short", "entries and exits", "constant driver", "gaps"])
@pytest.mark.parametrize("information", list(Information))
def test_every_draw_of_an_unusual_market_is_a_market(name, information):
    of = draw(KINDS[name], 7)
    made = Backtest(of, 4, information).forecasts([of.known - 4], warm_up=3)

    assert_sound(made, information)


@pytest.mark.slow
def test_over_all_kinds_of_markets_knowing_the_plans_beats_the_last_share():
    skills: dict[str, list[float]] = {}
    for name, kind in KINDS.items():
        for seed in range(DRAWN):
            of = draw(kind, 100 + seed)
            made = walk(of, Information.ALL)
            assert_sound(made, Information.ALL)
            skills.setdefault(name, []).append(score(of, made).skill)
    driven = np.array([one for name, found in skills.items() if KINDS[name].driven for one in found])

    assert np.exp(np.log(driven).mean()) <= 0.47
    assert (driven < 1.0).mean() >= 0.98
    # Where rows are missing at random a week without a row counts as one without a sale, which nothing foretells.
    of_kinds = {name: np.exp(np.log(found).mean()) for name, found in skills.items() if KINDS[name].driven}
    assert max(of_kinds.values()) < 0.75, of_kinds
    assert driven.max() < 0.90
    assert np.mean([found for name, found in skills.items() if not KINDS[name].driven]) < 1.05


@pytest.mark.slow
@pytest.mark.parametrize("information", [Information.OWN, Information.NONE])
def test_over_all_kinds_of_markets_knowing_less_is_sound_too(information):
    found = {}
    for name, kind in KINDS.items():
        of = draw(kind, 200)
        made = walk(of, information)
        assert_sound(made, information)
        found[name] = score(of, made)
    driven = np.array([one.skill for name, one in found.items() if KINDS[name].driven])

    assert np.exp(np.log(driven).mean()) < (0.7 if information is Information.OWN else 0.9)
    if information is Information.NONE:
        assert np.mean([one.error / one.best_simple for one in found.values()]) <= 1.05
