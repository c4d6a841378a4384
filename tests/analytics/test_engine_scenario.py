"""What-if answers: paired, honest about their range, and silent about what nobody knows."""

from __future__ import annotations

import time

import numpy as np
import pytest

from analytics.engine.scenario import advertising
from analytics.engine.scenario.elasticity import price_range, responses
from analytics.engine.scenario.levers import Lever, beyond, changed, moves
from analytics.engine.scenario.outcome import Money, compare
from analytics.engine.scenario.price_test import noise_of, weeks_needed
from analytics.engine.scenario.reaction import usual_reaction
from tests.analytics.scenario_kit import HORIZON, PROMO, world

LAST = HORIZON - 1


def price_cut(by: float = 0.10, player: int = 0) -> Lever:
    return Lever(player, "price", 0, LAST, "factor", 1.0 - by)


def asked(of, lever, **options):
    state = options.pop("state", None) or of.state()
    return compare(state, of.plan, [lever], lever.player, size=of.size(), **options)


def test_a_price_cut_wins_share_and_says_how_sure_that_is():
    of = world(seed=1)

    made = asked(of, price_cut(0.15), money=Money(unit_cost=0.4))

    assert made.share.chance_up > 0.95
    assert np.all(np.diff(made.share.difference) >= 0)
    assert made.units.difference[3] > 0
    assert made.others[1:].sum() == pytest.approx(-made.others[0], abs=0.01)
    assert made.profit is not None
    assert np.all(np.diff(made.stock) >= 0)
    assert made.moves > 5


def test_nothing_changed_is_no_difference():
    of = world(seed=2)

    made = asked(of, Lever(0, "price", 0, LAST, "factor", 1.0))

    assert made.share.difference == pytest.approx(np.zeros(7), abs=1e-12)
    assert made.share.chance_up == 0.5
    assert not made.share.is_tellable
    assert np.allclose(made.share_path, made.planned_path)


def test_the_range_of_the_difference_is_narrower_than_that_of_the_share():
    of = world(seed=3)

    made = asked(of, price_cut(0.05))

    difference, share = made.share.difference, made.share.changed
    assert difference[5] - difference[1] < 0.7 * (share[5] - share[1])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"periods": 104, "players": 8},
        {"periods": 26},
        {"promoted": 0.06},
        {"shock": 0.35, "fading": 0.8},
        {"periods": 104, "drift": 0.05},
        {"unlike": 0.05},
    ],
    ids=["usual", "large", "short", "rare moves", "noisy", "drifting", "all alike"],
)
def test_bands_of_eight_in_ten_hold_the_truth_about_as_often(options):
    """Simulate and recover: 8 markets of a kind here; bench/whatif.py measures all kinds on many."""
    inside = []
    for seed in range(8):
        of = world(seed=seed, **options)
        state = of.state()
        for lever in (price_cut(0.05, 1), price_cut(0.20, 2), Lever(3, PROMO, 0, LAST, "value", 1.0)):
            made = asked(of, lever, state=state)
            truth = of.truth(lever)
            low, high = made.share.difference[[1, 5]]
            inside.append(low <= truth.mean() <= high)
    assert 0.6 <= np.mean(inside) <= 1.0


def test_an_answer_takes_less_than_fifty_milliseconds_of_cpu():
    of = world(seed=4, players=11, periods=104)
    state, size = of.state(), of.size()
    begun = time.process_time()
    for _ in range(5):
        compare(state, of.plan, [price_cut()], 0, size=size, reaction=usual_reaction(state, 0))
    spent = (time.process_time() - begun) / 5
    assert spent < 0.5  # ten times the target of bench/whatif.py, so that a busy machine does not fail it


def test_a_lever_past_what_was_tried_is_told_and_widens_the_range():
    of = world(seed=5)
    state = of.state()

    lowest = float(np.exp(state.history[:, 0, state.names.index("price")]).min())

    inside = asked(of, Lever(0, "price", 0, LAST, "value", lowest), state=state)
    outside = asked(of, Lever(0, "price", 0, LAST, "value", 0.9 * lowest), state=state)

    assert inside.beyond == ()
    (past,) = outside.beyond
    assert past.driver == "price"
    assert past.asked < past.low < past.high

    def width(made):
        return (made.share.difference[5] - made.share.difference[1]) / made.share.difference[3]

    assert width(outside) > 1.3 * width(inside)


def test_without_a_cost_there_is_no_profit():
    of = world(seed=6)

    assert asked(of, price_cut()).profit is None
    assert asked(of, price_cut()).sales is not None


def test_rivals_who_always_follow_take_most_of_the_gain_back():
    of = world(seed=7, periods=104, answer=0.8)
    state = of.state()
    reaction = usual_reaction(state, 0)

    assert (np.abs(reaction.mean[1:, 0] - 0.8) < 3 * reaction.spread[1:, 0]).all()
    assert (reaction.mean[1:, 0] > 0.5).all()
    assert reaction.mean[0] == pytest.approx([0, 0])
    alone = asked(of, price_cut(), state=state)
    answered = asked(of, price_cut(), state=state, reaction=reaction)
    assert answered.with_reaction
    assert answered.share.difference[3] < 0.75 * alone.share.difference[3]


def test_rivals_who_do_not_care_are_not_made_to():
    reaction = usual_reaction(world(seed=8, periods=104).state(), 0)

    assert (np.abs(reaction.mean) <= 3 * reaction.spread).all()


def test_a_price_that_never_moved_has_no_reaction_elasticity_or_range():
    of = world(seed=9, promoted=0.0)
    state = of.state()
    quiet = [player for player in range(4) if moves(state, player, "price") == 0]
    of_promo = [response.driver for response in responses(state, of.plan, 0)]

    assert PROMO not in of_promo
    for player in quiet:
        assert usual_reaction(state, player) is None
        assert price_range(state, of.plan, player, size=of.size(), money=Money()) == []


def test_the_elasticity_is_that_of_the_market_with_its_evidence():
    of = world(seed=10, periods=104, unlike=0.1)

    found = {response.driver: response for response in responses(of.state(), of.plan, 0)}

    share = of.shares(of.price, of.promo)[-HORIZON:, 0].mean()
    price = found["price"]
    assert price.quantiles[1] < of.slopes[0] * (1 - share) < price.quantiles[5]
    assert price.moves > 20
    assert price.low < price.high
    assert found[PROMO].quantiles[3] > 0


def test_the_look_along_the_range_tried_stays_in_it_and_shares_fall_with_price():
    of = world(seed=11)
    state = of.state()

    stops = price_range(state, of.plan, 0, size=of.size(), money=Money(unit_cost=0.3), stops=5)

    seen = np.exp(state.history[:, 0, state.names.index("price")])
    assert stops[0].price == pytest.approx(seen.min())
    assert stops[-1].price == pytest.approx(seen.max())
    middles = [stop.share.difference[3] for stop in stops]
    assert middles == sorted(middles, reverse=True)


@pytest.mark.parametrize(
    "lever",
    [
        Lever(0, "weather", 0, 1, "factor", 1.1),
        Lever(0, "price", 0, 1, "value", 0.0),
        Lever(0, "price", 0, 1, "factor", -0.2),
        Lever(0, "price", 0, 1, "factor", float("nan")),
        Lever(0, "price", 3, 99, "factor", 0.9),
        Lever(0, "price", 3, 2, "factor", 0.9),
    ],
)
def test_a_lever_that_makes_no_sense_is_refused(lever):
    of = world(seed=12)

    with pytest.raises(ValueError, match=r"market has no|Steps|not a price"):
        changed(of.plan, of.panel.names, [lever])


def test_levers_work_in_their_weeks_only():
    of = world(seed=13)
    state = of.state()
    lever = Lever(0, "price", 2, 3, "factor", 0.8)

    moved = changed(of.plan, of.panel.names, [lever])
    made = asked(of, lever, state=state)

    differs = np.any(moved != of.plan, axis=(1, 2))
    assert differs.tolist() == [False, False, True, True] + [False] * 4
    assert made.share_path[0] == pytest.approx(made.planned_path[0])
    assert (made.share_path[2:4, 3] > made.planned_path[2:4, 3]).all()
    assert beyond(state, moved, []) == []


def test_weeks_that_tell_an_effect_by_hand():
    # 4 x 0.1² x (1.95996 + 0.84162)² / log(1.05)² = 131.9
    test = weeks_needed(0.10, 0.05)

    assert test.weeks == 132
    assert test.weeks_by_regions[4] == 34
    assert weeks_needed(0.10, 0.20).weeks == 10
    assert weeks_needed(0.001, 0.50).weeks == 4


def test_the_test_that_was_planned_finds_the_effect_as_often_as_it_says():
    chance = np.random.default_rng(1)
    plan = weeks_needed(0.10, 0.10)
    found = 0
    for _ in range(400):
        cheap = chance.permutation(plan.weeks) < plan.weeks // 2
        sales = np.log(1.10) * cheap + chance.normal(0, 0.10, plan.weeks)
        difference = sales[cheap].mean() - sales[~cheap].mean()
        error = np.sqrt(2 * (sales[cheap].var(ddof=1) + sales[~cheap].var(ddof=1)) / plan.weeks)
        found += abs(difference / error) > 1.96
    assert 0.72 <= found / 400 <= 0.90


def test_noise_is_measured_round_a_level_that_moves():
    chance = np.random.default_rng(2)
    sales = np.exp(np.linspace(3, 5, 104) + chance.normal(0, 0.2, 104))

    assert noise_of(sales) == pytest.approx(0.2, rel=0.35)
    with pytest.raises(ValueError, match="too few"):
        noise_of(np.ones(5))
    with pytest.raises(ValueError, match="above zero"):
        weeks_needed(0.0)


def test_advertising_that_works_is_seen_and_its_range_holds_the_truth():
    inside = 0
    for seed in range(10):
        chance = np.random.default_rng(seed)
        spend = np.where(chance.random(104) < 0.4, chance.uniform(500, 2000, 104), 0.0)
        felt = advertising.adstock(spend, 0.4)
        lift = 0.5 * felt / (felt + 1000)
        sales = 10_000 * np.exp(lift + chance.normal(0, 0.08, 104))
        learnt = advertising.learn(sales, spend)
        without = learnt.change(np.zeros(8), np.full(8, 1000.0))
        steady = advertising.adstock(np.concatenate([spend, np.full(8, 1000.0)]), 0.4)[-8:]
        silent = advertising.adstock(np.concatenate([spend, np.zeros(8)]), 0.4)[-8:]
        gain = np.exp(0.5 * steady / (steady + 1000)) - np.exp(0.5 * silent / (silent + 1000))
        truth = learnt.usual_sales * gain.sum()
        low, high = np.quantile(without, [0.025, 0.975])
        inside += low <= truth <= high
        assert np.all(np.diff(learnt.return_on()) >= 0)
    assert inside >= 7


def test_advertising_that_does_nothing_is_not_praised():
    chance = np.random.default_rng(3)
    spend = np.where(chance.random(104) < 0.4, chance.uniform(500, 2000, 104), 0.0)

    learnt = advertising.learn(10_000 * np.exp(chance.normal(0, 0.1, 104)), spend)

    assert learnt.return_on()[1] < 0.5
    assert learnt.return_on()[0] < 0 < learnt.return_on()[-1]


@pytest.mark.parametrize(
    ("sales", "spend", "code"),
    [
        (np.ones(10), np.ones(10), "too_short"),
        (np.ones(40), np.zeros(40), "never_spent"),
        (np.ones(40), np.full(40, 100.0), "never_varied"),
        (np.ones(40), np.full(40, np.nan), "never_spent"),
    ],
)
def test_advertising_that_cannot_be_judged_is_refused(sales, spend, code):
    assert advertising.learn(sales, spend).code == code
