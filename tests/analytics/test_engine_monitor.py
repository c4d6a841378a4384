"""Control charts see a break soon and cry wolf seldom; ranges widen for it and come back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analytics.engine.adaptive import BOUNDS, EVEN, Scale, inside
from analytics.engine.monitor import (
    END_80,
    NORMAL,
    OK,
    REVIEW,
    WEEKLY,
    WIDEST,
    Points,
    normal_scores,
    upper_tail,
    watch,
    wider,
)


def points(score: np.ndarray, *, weight: float = 1.0, skill: float = 0.2) -> Points:
    size = np.abs(score)
    missed = (size > END_80).astype(float)
    return Points(score, missed, np.ones(len(score)), size, size * (1 + skill), weight)


def alike(days: int, likeness: float, seed: int) -> np.ndarray:
    """Standard normal scores of which neighbours are alike."""
    chance = np.random.default_rng(seed)
    noise = chance.standard_normal(days)
    score = noise.copy()
    for day in range(1, days):
        score[day] = likeness * score[day - 1] + np.sqrt(1 - likeness**2) * noise[day]
    return score


@pytest.mark.parametrize("likeness", [0.0, 0.4])
def test_a_level_that_moves_is_noticed_within_three_weeks(likeness):
    noticed = []
    for seed in range(12):
        score = alike(130, likeness, seed)
        score[100:] -= 2.5  # sales fall below nearly all of what was said
        found = [day for day in (110, 121) if watch(points(score[:day])).state == REVIEW]
        noticed.append(found[0] - 100 if found else 99)

    assert max(noticed) <= 21
    assert np.median(noticed) <= 10


def test_forecasts_that_hold_are_seldom_doubted():
    states = [watch(points(alike(182, 0.2, seed)[:day])).state for seed in range(8) for day in range(42, 182, 28)]

    assert states.count(REVIEW) <= 0.08 * len(states)


def test_a_weekly_price_war_is_noticed_within_three_weeks():
    score = np.concatenate([alike(20, 0.0, 3), [-4.0, -4.0, -4.0]])

    assert watch(points(score[:20]), WEEKLY).state == OK
    assert watch(points(score), WEEKLY).state == REVIEW


def test_ranges_that_are_too_narrow_widen_and_come_back():
    chance = np.random.default_rng(0)
    calm, wild = chance.standard_normal(100), 2.2 * chance.standard_normal(28)

    doubted = watch(points(np.concatenate([calm, wild])))
    assert (doubted.state, doubted.reason) == (REVIEW, "coverage")
    assert 1.25 <= doubted.widening <= WIDEST
    assert doubted.since >= 100

    after = watch(points(np.concatenate([calm, wild, 0.5 * chance.standard_normal(90)])))
    assert (after.state, after.widening, after.since) == (OK, 1.0, -1)


def test_losing_to_the_naive_guess_is_noticed():
    score = alike(120, 0.0, 5)
    found = points(score)
    worse = Points(found.score, found.missed, found.widening, found.miss, found.miss * 0.5)

    assert watch(worse).reason == "skill"


def test_the_widening_allows_for_that_already_in_force():
    score = np.concatenate([np.zeros(60), np.full(20, 3.0)])
    plain = points(score)
    widened = Points(plain.score, plain.missed, np.full(80, 1.5), plain.miss, plain.naive)

    assert watch(widened).widening >= watch(plain).widening


def test_nothing_and_one_point_say_nothing():
    assert watch(points(np.zeros(0))).points == 0
    assert watch(points(np.array([4.0]))).state == OK


def test_a_state_is_not_changed_by_what_comes_later():
    score = alike(120, 0.3, 8)
    score[60:] += 2

    assert watch(points(score[:90])) == watch(points(np.concatenate([score, np.zeros(30)])[:90]))


def test_scores_are_where_the_outcome_lies_among_its_quantiles():
    row = np.array([10.0, 20, 30, 40, 50, 60, 70])
    found = normal_scores(np.tile(row, (9, 1)), np.array([*row, 45.0, 1e9]))

    assert found[:7] == pytest.approx(NORMAL)
    assert found[7] == pytest.approx(NORMAL[4] / 2)
    assert found[8] == 4.0
    assert normal_scores(np.zeros((1, 7)), np.zeros(1)).tolist() == [0.0]


@given(arrays(float, (3, 7), elements=st.floats(0, 1e12)), st.floats(1, 2.5))
def test_wider_quantiles_keep_their_order_and_middle(values, factor):
    row = np.sort(values, axis=1)
    found = wider(row, factor)

    assert (np.diff(found) >= -1e-6 * found.max()).all()
    assert (found >= 0).all()
    assert found[:, 3] == pytest.approx(row[:, 3])


def test_binomial_tails():
    assert upper_tail(10, 0, 0.2) == 1.0
    assert upper_tail(10, 10, 0.2) == pytest.approx(0.2**10)
    assert upper_tail(28, 6, 0.2) == pytest.approx(0.5, abs=0.01)


def test_scales_bring_coverage_to_its_name_and_stay_in_bounds():
    chance = np.random.default_rng(4)
    scale, held = EVEN, []
    for _ in range(400):
        quantiles = scale.apply((10 + 0.8 * NORMAL) ** 2)  # a fifth too narrow
        outcome = (10 + chance.standard_normal(7)) ** 2
        hits = inside(np.tile(quantiles, (7, 1)), outcome)
        held.append(hits.mean(axis=0))
        scale = scale.learn(hits.mean(axis=0).tolist(), 7)

    assert np.mean(held[50:], axis=0) == pytest.approx([0.5, 0.8, 0.95], abs=0.02)
    worst = EVEN
    for _ in range(100):
        worst = worst.learn([0.0, 0.0, float("nan")], 7)
    assert worst.logs == (round(BOUNDS[1], 6), round(BOUNDS[1], 6), 0.0)
    assert (np.diff(Scale((0.4, -0.3, -0.3)).apply((10 + NORMAL) ** 2)) >= 0).all()
