"""What market-share forecasts promise, on markets whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.engine.share.attraction import Prior, fit_differenced, fit_logit
from analytics.engine.share.backtest import Backtest, origins_for
from analytics.engine.share.combine import weights
from analytics.engine.share.draws import gains, ranks
from analytics.engine.share.extrapolate import SIMPLE, drift, moving_average, naive, smoothing, vector_autoregression
from analytics.engine.share.information import Information
from analytics.engine.share.logratio import clr, ilr_basis, softmax, without_zeros
from analytics.engine.share.markets import forecast_markets
from analytics.engine.share.pooled import estimate, pool
from analytics.engine.share.state import market_state
from analytics.engine.share.tally import score
from analytics.engine.share.why import reasons
from tests.analytics.share_kit import market, panel, sales

HORIZON = 4


def forecasts(of, information=Information.ALL, origins=(40,), **options):
    return Backtest(of, HORIZON, information, **options).forecasts(list(origins), warm_up=6)


def score_of(of, information=Information.ALL):
    return score(of, Backtest(of, 8, information).forecasts(list(range(of.known - 38, of.known - 7, 2))))


@settings(max_examples=25, deadline=None)
@given(
    periods=st.integers(12, 30),
    players=st.integers(1, 7),
    seed=st.integers(0, 10_000),
    size=st.sampled_from([3, 40, 5000]),
    information=st.sampled_from(list(Information)),
)
def test_every_draw_is_a_market(periods, players, seed, size, information):
    made = forecasts(market(periods=periods, players=players, seed=seed, size=size), information, [periods - HORIZON])[
        0
    ]

    draws = made.distribution.draws()

    assert ((draws >= 0) & (draws <= 1)).all()
    assert ((made.point >= 0) & (made.point <= 1)).all()
    assert (np.diff(made.quantiles, axis=-1) >= 0).all()
    if information is not Information.OWN:
        assert np.allclose(draws.sum(axis=-1), 1.0)
        assert np.allclose(made.point.sum(axis=-1), 1.0)


@settings(max_examples=10, deadline=None)
@given(factor=st.sampled_from([1e-3, 7.0, 1e5]), information=st.sampled_from(list(Information)))
def test_the_unit_that_sales_are_counted_in_does_not_matter(factor, information):
    units, drivers = sales(size=60)

    small = forecasts(panel(units, drivers), information)[0]
    large = forecasts(panel(units * factor, drivers), information)[0]

    assert np.allclose(small.point, large.point)
    assert np.allclose(small.quantiles, large.quantiles)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000))
def test_what_comes_later_never_changes_a_forecast_without_plans(seed):
    units, drivers = sales(seed=1)
    other, other_drivers = sales(seed=seed + 2)
    later_units = np.concatenate([units[:40], other[40:]])
    later = {name: np.concatenate([drivers[name][:40], other_drivers[name][40:]]) for name in drivers}

    before = forecasts(panel(units, drivers), Information.NONE)[0]
    after = forecasts(panel(later_units, later), Information.NONE)[0]

    assert np.array_equal(before.point, after.point)
    assert np.array_equal(before.quantiles, after.quantiles)


def test_sales_that_come_later_never_change_a_forecast_that_knows_the_plans():
    units, drivers = sales(seed=1)
    later = np.concatenate([units[:40], units[40:][::-1] * 3])

    for information in (Information.OWN, Information.ALL):
        before = forecasts(panel(units, drivers), information)[0]
        after = forecasts(panel(later, drivers), information)[0]
        assert np.array_equal(before.quantiles, after.quantiles)


def test_what_rivals_plan_is_not_known_to_who_knows_its_own_plan_only():
    units, drivers = sales(seed=3)
    changed = {name: values.copy() for name, values in drivers.items()}
    changed["price"][40:, 1] *= 0.7

    before = forecasts(panel(units, drivers), Information.OWN)[0].point
    after = forecasts(panel(units, changed), Information.OWN)[0].point

    assert np.array_equal(before[:, [0, 2, 3]], after[:, [0, 2, 3]])
    assert (after[:, 1] > before[:, 1]).all()


def test_a_market_is_forecast_the_same_alone_and_among_many_of_no_use_to_it():
    """Markets without drivers teach nothing."""
    one = market(seed=5)
    silent = panel(sales(seed=6)[0])

    alone = dict(forecast_markets({"a": one}, HORIZON, 3, Information.ALL))["a"]
    among = dict(forecast_markets({"x": silent, "a": one, "y": silent}, HORIZON, 3, Information.ALL))["a"]

    assert [made.origin for made in alone] == [made.origin for made in among]
    assert all(np.array_equal(a.quantiles, b.quantiles) for a, b in zip(alone, among, strict=True))


def test_the_fit_finds_the_slopes_that_made_the_market():
    chance = np.random.default_rng(4)
    drivers = chance.normal(size=(400, 5, 2))
    truth = np.column_stack([np.linspace(-1, 1, 5), np.full(5, -0.8), np.linspace(0.1, 0.5, 5)])
    utility = truth[:, 0] + np.einsum("tik,ik->ti", drivers, truth[:, 1:]) + 0.1 * chance.normal(size=(400, 5))
    shares = softmax(utility)

    for fit in (fit_logit, fit_differenced):
        found = fit(shares, drivers, Prior.vague(2))
        assert found.common == pytest.approx([-0.8, 0.3], abs=0.05)
        assert np.abs(found.coefficients[:, 1:] - truth[:, 1:]).max() < 0.08


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        ({}, 0.45),
        ({"drift": 0.08}, 0.67),
        ({"endogenous": 0.5}, 0.45),
        ({"size": 60}, 0.67),
        ({"players": 25}, 0.45),
        ({"slope": -0.1, "promo": 0.0}, 0.85),
    ],
    ids=["plain", "drifting", "endogenous price", "few sales", "many players", "drivers that do nothing"],
)
def test_knowing_the_plans_beats_the_last_share(kind, limit):
    ratios = [score_of(market(periods=90, seed=seed, **kind)).skill for seed in range(3)]

    assert max(ratios) < 1.0
    assert np.mean(ratios) <= limit


def test_more_knowledge_is_never_worse():
    none, own, everything = (
        np.mean([score_of(market(periods=90, seed=seed), information).skill for seed in range(3)])
        for information in Information
    )

    assert everything < own < none


@pytest.mark.parametrize("kind", [{}, {"drift": 0.15}, {"size": 60}])
def test_without_plans_it_is_about_as_good_as_the_best_simple_forecast(kind):
    scores = [score_of(market(periods=90, seed=seed, **kind), Information.NONE) for seed in range(4)]

    assert np.mean([one.error / one.best_simple for one in scores]) <= 1.03


def test_players_that_mostly_sell_nothing_do_not_spoil_a_market():
    """Thirty units a week among twenty: means tell more than means of logs there."""
    markets = [market(periods=90, seed=seed, players=20, size=30, drift=0.1) for seed in range(4)]

    scores = [score_of(of, Information.NONE) for of in markets]

    assert np.mean([one.error / one.best_simple for one in scores]) <= 1.01


def test_bands_hold_as_often_as_they_say():
    scores = [score_of(market(periods=100, seed=seed)) for seed in range(5)]

    assert np.mean([one.cover_80 for one in scores]) == pytest.approx(0.80, abs=0.05)
    assert np.mean([one.cover_95 for one in scores]) == pytest.approx(0.95, abs=0.04)


def many_small(seed, periods=90):
    """Three large sellers and forty that sell a piece now and then: most weeks of most are zero."""
    chance = np.random.default_rng(seed)
    often = np.array([18.0, 12.0, 8.0, *chance.uniform(0.05, 0.6, 40)])
    units = chance.poisson(often * chance.gamma(6.0, 1 / 6.0, (periods, len(often))))
    return panel(units, {"price": np.exp(0.1 * chance.normal(size=units.shape))})


def test_large_sellers_among_many_small_ones_get_honest_bands():
    inside, lean = [], []
    for seed in range(4):
        of = many_small(seed)
        for one in Backtest(of, 8, Information.NONE).forecasts(range(50, 80, 2)):
            came = of.shares[one.origin : one.origin + 8, :3]
            low, middle, high = (one.quantiles[: len(came), :3, at] for at in (1, 3, 5))
            inside.append((came >= low) & (came <= high))
            lean.append((middle - came).mean())

    assert np.mean(inside) == pytest.approx(0.80, abs=0.07)
    assert abs(np.mean(lean)) < 0.02, "small sellers neither crush the large ones nor leave their sales to them"


def test_what_if_among_many_small_sellers_keeps_the_large_ones_large():
    of = many_small(1)
    made = forecasts(of, origins=[70])[0]
    state = market_state(of, made)

    shares = state.shares(of.drivers[70:74][:, made.selling])

    assert np.allclose(shares.sum(axis=-1), 1.0)
    large = [int(np.flatnonzero(made.selling == player)[0]) for player in range(3)]
    assert np.allclose(np.median(shares, axis=1)[:, large], made.quantiles[:, :3, 3], atol=0.08)


def test_a_young_market_learns_from_others():
    taught = [estimate(market(periods=60, seed=seed), 60) for seed in range(10, 16)]
    belief = pool([one for one in taught if one], ("price", "promo"))
    alone, helped, means = [], [], []
    for seed in range(12):
        young = market(periods=12, players=5, seed=seed)
        for belief_used, errors in ((None, alone), (belief, helped)):
            made = Backtest(young, 8, Information.ALL, belief=belief_used).forecasts([4])
            errors.append(score(young, made).error)
        means.append(score(young, made).simple["mean"])

    assert belief is not None
    assert belief.mean[0] == pytest.approx(-2.5, abs=0.4)
    assert np.mean(helped) < 0.9 * np.mean(alone)
    assert np.mean(helped) < 0.34 * np.mean(means)


def test_neighbours_are_seen_only_up_to_the_day():
    one, other = market(seed=5), market(seed=6)
    changed = replace(other, shares=np.concatenate([other.shares[:50], other.shares[50:][::-1]]))

    before = dict(forecast_markets({"a": one, "b": other}, HORIZON, 3, Information.ALL))["a"]
    after = dict(forecast_markets({"a": one, "b": changed}, HORIZON, 3, Information.ALL))["a"]

    assert all(np.array_equal(a.quantiles, b.quantiles) for a, b in zip(before, after, strict=True))


def test_origins_are_the_last_ones_and_the_end_where_a_plan_follows():
    units, drivers = sales(periods=30)
    ahead = np.concatenate([units[:26], np.full((4, 4), np.nan)])

    assert origins_for(panel(units, drivers), HORIZON, 3) == [24, 25, 26]
    assert origins_for(panel(ahead, drivers), HORIZON, 3) == [21, 22, 26]
    assert origins_for(panel(units[:5]), HORIZON, 3) == []


def test_weights_follow_errors_and_start_from_belief():
    unseen = weights({"naive": np.zeros(0), "logit.fading": np.zeros(0)}, 0.1, Information.ALL, 8)
    seen = weights({"naive": np.full(80, 0.02), "logit.fading": np.full(80, 0.1)}, 0.1, Information.ALL, 8)

    assert unseen["logit.fading"] > 0.9
    assert seen["naive"] > 0.9
    assert sum(seen.values()) == pytest.approx(1.0)


def test_chances_and_ranks_of_draws():
    draws = np.array([[[0.6, 0.4], [0.3, 0.7], [0.55, 0.45], [0.5, 0.5]]])

    up, down = gains(draws, np.array([0.5, 0.5]), 0.04)

    assert up.tolist() == [[0.5, 0.25]]
    assert down.tolist() == [[0.25, 0.5]]
    assert ranks(draws)[0].tolist() == [[0.75, 0.25], [0.25, 0.75]]


def test_extrapolations_by_hand():
    shares = np.array([[0.5, 0.5], [0.6, 0.4], [0.7, 0.3]])

    assert naive(shares, 2).tolist() == [[0.7, 0.3], [0.7, 0.3]]
    assert moving_average(shares, 1)[0] == pytest.approx([0.6, 0.4])
    assert drift(shares, 2)[1] == pytest.approx([0.9, 0.1])
    assert smoothing(np.repeat(shares[-1:], 12, axis=0), 1)[0] == pytest.approx([0.7, 0.3])
    steady = vector_autoregression(np.repeat(shares[-1:], 12, axis=0), 3)
    assert steady[2] == pytest.approx([0.7, 0.3])
    assert set(SIMPLE) == {"naive", "mean", "moving_average", "smoothing"}


def test_log_ratios():
    shares = np.array([[0.2, 0.3, 0.5], [0.0, 0.5, 0.5]])

    assert clr(shares[:1]).sum() == pytest.approx(0.0)
    assert softmax(clr(shares[:1]))[0] == pytest.approx(shares[0])
    assert without_zeros(shares)[1] == pytest.approx(np.array([0.1, 0.5, 0.5]) / 1.1)
    assert (ilr_basis(4).T @ ilr_basis(4)) == pytest.approx(np.eye(3))


def test_a_state_answers_what_ifs_with_the_same_draws():
    of = market(periods=80, seed=2)
    state = market_state(of, forecasts(of, origins=[70])[0])
    plan = of.drivers[70:74]
    cheaper = plan.copy()
    cheaper[:, 0, of.names.index("price")] += np.log(0.9)

    as_planned, changed = state.shares(plan), state.shares(cheaper)

    assert np.array_equal(as_planned, state.shares(plan))
    assert np.allclose(changed.sum(axis=-1), 1.0)
    gain = (changed - as_planned)[..., 0]
    now = as_planned[..., 0]
    assert (gain > 0).mean() > 0.99
    # ten percent off at a slope of -2.5 multiplies the odds by exp(0.263)
    assert gain.mean() == pytest.approx((0.263 * now * (1 - now)).mean(), rel=0.35)
    assert gain.std() < as_planned[..., 0].std()


def test_reasons_add_up_and_name_the_price_cut():
    of = market(periods=80, seed=2)
    made = forecasts(of, origins=[70])[0]
    now, plan = of.drivers[69], of.drivers[69].copy()
    plan[1, of.names.index("price")] += np.log(0.7)

    parts = reasons(made.fitted["logit"], of.names, now, plan, of.shares[69], made.point[0])

    assert np.allclose(sum(parts.values()), made.point[0] - of.shares[69])
    assert parts["price"][1] > 0.02
    assert parts["price"][[0, 2, 3]] == pytest.approx(0.0)
    assert (parts["rivals"][[0, 2, 3]] < 0).all()
    assert parts["promotion"] == pytest.approx(0.0)
