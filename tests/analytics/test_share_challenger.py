"""The gradient-boosted challenger: where it is let in, what it gains there, and that it changes nothing elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.engine.share import challenger
from analytics.engine.share.backtest import Backtest
from analytics.engine.share.information import Information
from analytics.engine.share.tally import score
from tests.analytics.share_kit import bent, market

HORIZON = 4


def walk(of, information=Information.ALL, **options):
    last = of.known - HORIZON
    return Backtest(of, HORIZON, information, **options).forecasts([last - 8, last - 4, last], warm_up=12)


def test_it_is_weighed_up_where_prices_have_thresholds():
    of = bent(periods=100, seed=3)

    without, with_trees = walk(of, is_challenged=False), walk(of)

    assert score(of, with_trees).error < 0.9 * score(of, without).error
    assert with_trees[-1].weights[challenger.NAME] > 0.2
    assert challenger.NAME not in without[-1].weights
    assert np.allclose(with_trees[-1].point.sum(axis=1), 1.0)


def test_it_stays_out_and_unloaded_where_nothing_is_left_over(monkeypatch):
    of = market(periods=60, seed=3)
    monkeypatch.setattr(challenger.Challenger, "_grow", lambda *_: pytest.fail("trees were grown"))

    with_it, without = walk(of), walk(of, is_challenged=False)

    assert all(np.array_equal(a.quantiles, b.quantiles) for a, b in zip(with_it, without, strict=True))


@pytest.mark.parametrize("information", [Information.NONE, Information.OWN])
def test_it_takes_part_only_where_every_plan_is_known(information):
    assert challenger.NAME not in walk(bent(periods=50), information)[-1].weights


def test_short_histories_are_left_to_the_others():
    of = bent(periods=challenger.LEAST + 4)

    made = Backtest(of, HORIZON, Information.ALL).forecasts([challenger.LEAST - 1, challenger.LEAST], warm_up=2)

    assert challenger.NAME not in made[0].weights
    assert made[1].weights[challenger.NAME] < 0.001, "it has not earned anything yet"


def test_the_same_history_grows_the_same_trees():
    of = bent(periods=50)

    assert np.array_equal(walk(of)[-1].quantiles, walk(of)[-1].quantiles)
