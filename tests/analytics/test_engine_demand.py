"""Demand of whole panels: what is promised of every answer, the named policies, and what simulated shops show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.stats import nbinom

from analytics.engine import demand
from analytics.engine.conformal import Window
from analytics.engine.counts import count_quantiles
from analytics.engine.demand import LEVELS, forecast_demand
from analytics.engine.rhythm import DAILY, MONTHLY, WEEKLY, seasonal_profile

LOW, MIDDLE, HIGH = LEVELS.index(0.10), LEVELS.index(0.50), LEVELS.index(0.90)
WEEK = np.array([0.6, 0.8, 0.9, 1.0, 1.1, 1.4, 1.2])


def shop(seed: int, series: int = 400, days: int = 364) -> np.ndarray:
    """Counts that sell rarely or often, with a common week and levels that wander."""
    chance = np.random.default_rng(seed)
    wander = np.cumsum(chance.normal(0, 0.015, (series, days)), axis=1)
    level = np.exp(chance.normal(0, 1.2, (series, 1)) + wander) * np.resize(WEEK, days)
    return chance.poisson(level * chance.gamma(0.8, 1 / 0.8, level.shape)).astype(float)


@settings(max_examples=60, deadline=None)
@given(
    arrays.arrays(
        float,
        arrays.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=130),
        elements=st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.integers(0, 9).map(float)),
    ),
    st.integers(1, 30),
)
def test_whatever_comes_in_what_goes_out_is_finite_ordered_and_not_below_zero(panel, horizon):
    answer = forecast_demand(panel, horizon, windows=(Window(1, 1), Window(1, horizon)))

    assert answer.mean.shape == (len(panel), horizon)
    for table in (answer.mean, answer.quantiles, answer.totals):
        assert np.isfinite(table).all()
        assert (table >= 0).all()
    assert (np.diff(answer.quantiles, axis=2) >= -1e-6 * answer.quantiles[..., 1:]).all()
    assert (np.diff(answer.totals, axis=2) >= 0).all()


def test_chunks_do_not_change_the_levels_of_a_group(monkeypatch):
    panel = shop(1, series=60)
    groups = np.repeat(np.arange(6), 10)

    whole = forecast_demand(panel, 28, groups=groups)
    monkeypatch.setattr(demand, "CHUNK", 10)
    pieces = forecast_demand(panel, 28, groups=groups)

    assert pieces.mean == pytest.approx(whole.mean, rel=1e-5)
    assert pieces.totals == pytest.approx(whole.totals, rel=1e-4)


def test_single_and_double_precision_agree():
    panel = shop(2, series=30)

    assert forecast_demand(panel.astype(np.float32), 7).mean == pytest.approx(forecast_demand(panel, 7).mean, rel=1e-5)


def test_the_week_is_found_and_the_level_kept():
    chance = np.random.default_rng(3)
    panel = chance.poisson(20 * np.resize(WEEK, 364), (200, 364)).astype(float)

    path = forecast_demand(panel, 14).mean.mean(axis=0)

    assert path == pytest.approx(20 * np.tile(WEEK, 2), rel=0.03)


def test_profiles_of_series_that_differ_only_by_noise_are_those_of_their_group():
    panel = np.random.default_rng(4).poisson(np.resize(WEEK, 364), (300, 364)).astype(float)
    groups = np.zeros(300, dtype=int)

    profile = seasonal_profile(panel, np.ones_like(panel), groups, 1, 7)

    assert profile.std(axis=0).max() < 0.01
    assert profile[0] == pytest.approx(WEEK / WEEK.mean(), abs=0.05)


def test_profiles_that_really_differ_are_kept():
    chance = np.random.default_rng(5)
    turned = np.where(np.arange(200)[:, None] < 100, np.resize(WEEK, 364), np.resize(WEEK[::-1], 364))
    panel = chance.poisson(30 * turned).astype(float)

    profile = seasonal_profile(panel, np.ones_like(panel), np.zeros(200, dtype=int), 1, 7)

    assert np.abs(profile[:100] - WEEK).mean() < 0.05
    assert np.abs(profile[100:] - WEEK[::-1]).mean() < 0.05


@pytest.mark.parametrize("seed", [11, 12, 13])
@pytest.mark.parametrize("lead", [7, 14, 28])
def test_eight_of_ten_totals_over_a_lead_time_lie_in_the_80_percent_band(seed, lead):
    panel = shop(seed, series=1000)

    answer = forecast_demand(panel[:, :-28], 28, windows=(Window(1, lead), Window(1, 28)))

    came = panel[:, -28:][:, :lead].sum(axis=1)
    inside = (came >= answer.totals[:, 0, LOW]) & (came <= answer.totals[:, 0, HIGH])
    assert 0.77 <= inside.mean() <= 0.83


def test_an_order_that_came_once_blows_up_neither_mean_nor_band():
    panel = shop(14, series=200)
    usual = forecast_demand(panel, 28)
    struck = panel.copy()
    struck[0, 200] = 50_000.0

    after = forecast_demand(struck, 28)

    assert after.mean[0].sum() < 3 * usual.mean[0].sum()
    assert after.totals[0, 0, HIGH] < 5 * usual.totals[0, 0, HIGH]
    assert after.totals[1:, 0, HIGH] == pytest.approx(usual.totals[1:, 0, HIGH], rel=0.5, abs=5.0)


def test_rare_sales_are_forecast_by_their_mean_not_by_the_zero_that_most_days_are():
    panel = (np.random.default_rng(6).uniform(size=(300, 364)) < 0.05).astype(float) * 4

    answer = forecast_demand(panel[:, :-28], 28)

    assert answer.mean.sum() == pytest.approx(0.05 * 4 * 28 * 300, rel=0.1)
    assert (answer.quantiles[:, :, MIDDLE] == 0).mean() > 0.95


def test_a_shift_of_level_is_followed_within_two_months():
    chance = np.random.default_rng(7)
    panel = chance.poisson(np.where(np.arange(364) < 304, 5.0, 15.0), (100, 364)).astype(float)

    assert 12 < forecast_demand(panel, 28).mean.mean() < 16


def test_one_huge_order_is_not_taken_for_a_new_level():
    panel = np.random.default_rng(8).poisson(3.0, (50, 364)).astype(float)
    struck = panel.copy()
    struck[:, -3] = 600.0

    plain, after = forecast_demand(panel, 28).mean.mean(), forecast_demand(struck, 28).mean.mean()

    assert after < 2.0 * plain


def test_days_without_stock_are_neither_zeros_nor_filled():
    chance = np.random.default_rng(9)
    full = chance.poisson(10.0, (200, 364)).astype(float)
    hidden = full.copy()
    hidden[:, 300:340] = np.nan

    answer = forecast_demand(hidden, 28)

    assert answer.mean.mean() == pytest.approx(10.0, rel=0.05)
    assert answer.notes["gaps"].all()
    assert forecast_demand(np.nan_to_num(hidden), 28).mean.mean() < 9.5


def test_a_new_product_starts_from_its_category_and_leaves_it_as_its_own_days_come():
    chance = np.random.default_rng(10)
    panel = chance.poisson(10.0, (60, 200)).astype(float)
    groups = np.zeros(60, dtype=int)
    panel[0], panel[0, -7:] = np.nan, 2.0
    panel[1], panel[1, -21:] = np.nan, 2.0

    answer = forecast_demand(panel, 28, groups=groups)

    assert answer.notes["young"][:2].all()
    assert not answer.notes["young"][2:].any()
    assert answer.mean[0].mean() == pytest.approx((7 * 2 + 7 * 10) / 14, rel=0.1)
    assert answer.mean[1].mean() == pytest.approx((21 * 2 + 7 * 10) / 28, rel=0.1)


def test_a_product_that_stopped_is_zero_and_says_so():
    panel = np.full((3, 300), 2.0)
    panel[0, -95:] = 0.0
    panel[1, -80:] = 0.0

    answer = forecast_demand(panel, 28)

    assert answer.notes["dormant"].tolist() == [True, False, False]
    assert answer.mean[0].max() == 0.0
    assert answer.quantiles[0].max() == answer.totals[0].max() == 0.0
    assert answer.mean[2] == pytest.approx(2.0)


def test_known_factors_move_their_days_and_leave_the_level():
    panel = np.random.default_rng(11).poisson(10.0, (100, 200)).astype(float)
    factors = np.ones((1, 228))
    factors[0, 100:107], factors[0, 210] = 3.0, 3.0
    panel[:, 100:107] *= 3

    path = forecast_demand(panel, 28, factors=factors).mean.mean(axis=0)

    assert path[10] == pytest.approx(30, rel=0.05)
    assert np.delete(path, 10) == pytest.approx(10, rel=0.08)


@pytest.mark.parametrize(
    ("values", "note", "mean"),
    [
        ([0.0] * 100, "silent", 0.0),
        ([np.nan] * 100, "silent", 0.0),
        ([4.0] * 100, None, 4.0),
        ([0.0] * 99 + [5.0], "leading", 5.0),
        ([5.0], None, 5.0),
        ([3.0, -3.0] * 50, "negative", 1.5),
        ([2.0] * 50 + [1e308] + [2.0] * 49, "absurd", 2.0),
        ([2.0] * 50 + [np.nan] + [2.0] * 49, "gaps", 2.0),
    ],
    ids=["all zero", "all unknown", "constant", "first sale yesterday", "one point", "negative", "1e308", "NaN"],
)
def test_bad_input_has_a_named_policy(values, note, mean):
    answer = forecast_demand(np.array([values]), 7)

    assert answer.mean[0] == pytest.approx(mean, rel=0.1)
    assert note is None or answer.notes[note].tolist() == [True]


def test_weekly_and_monthly_panels_follow_their_year():
    months = 10 + 5 * np.sin(2 * np.pi * np.arange(60) / 12)
    weeks = 10 + 5 * np.sin(2 * np.pi * np.arange(208) / 52)

    monthly = forecast_demand(np.tile(months, (20, 1)), 12, rhythm=MONTHLY)
    weekly = forecast_demand(np.tile(weeks, (20, 1)), 52, rhythm=WEEKLY)

    assert monthly.mean[0] == pytest.approx(months[:12], abs=1.0)
    assert weekly.mean[0] == pytest.approx(weeks[:52], abs=1.0)


@pytest.mark.parametrize(("mean", "ratio"), [(0.05, 1.5), (0.7, 3.0), (12.0, 2.0), (400.0, 50.0), (5e4, 1.2)])
def test_count_quantiles_are_those_of_the_negative_binomial(mean, ratio):
    exact = nbinom.ppf(LEVELS, mean / (ratio - 1), 1 / ratio)

    assert count_quantiles(np.array(mean), np.array(ratio), LEVELS) == pytest.approx(exact, abs=0.9, rel=0.02)


def test_count_quantiles_of_nothing_are_nothing():
    assert count_quantiles(np.array([0.0]), np.array([5.0]), LEVELS).max() == 0.0


def test_the_unit_that_sales_are_measured_in_does_not_matter():
    chance = np.random.default_rng(20)
    kilos = chance.gamma(50.0, 2.0, (60, 300))

    heavy, light = (forecast_demand(panel, 14) for panel in (kilos, kilos / 1000))

    assert light.quantiles * 1000 == pytest.approx(heavy.quantiles, rel=1e-3)
    assert light.totals * 1000 == pytest.approx(heavy.totals, rel=1e-3)
    inside = (kilos[:, -14:] >= heavy.quantiles[..., LOW]) & (kilos[:, -14:] <= heavy.quantiles[..., HIGH])
    assert 0.75 < inside.mean() < 0.85


def year_long(seed, size, series=100, days=3 * 364 + 28):
    """Products whose shop has a yearly season of this size, beside levels that wander."""
    chance = np.random.default_rng(seed)
    season = 1 + size * np.sin(2 * np.pi * np.arange(days) / 364)
    wander = np.exp(np.cumsum(chance.normal(0, 0.01, (series, days)), axis=1))
    return chance.poisson(chance.uniform(1, 6, (series, 1)) * wander * season).astype(float)


def miss(panel, rhythm):
    """The mean error of 56-day totals where the season falls most steeply, as a share of what was sold."""
    origin = 2 * 364 + 154
    said = forecast_demand(panel[:, :origin], 56, rhythm=rhythm, with_quantiles=False).mean.sum(axis=1)
    came = panel[:, origin : origin + 56].sum(axis=1)
    return float(np.abs(said - came).sum() / came.sum())


def test_a_season_that_came_back_is_foreseen():
    panel = year_long(21, size=0.6)

    assert miss(panel, DAILY) < 0.7 * miss(panel, replace(DAILY, year=0))


def test_a_season_that_is_none_costs_little():
    panels = [year_long(seed, size=0.0) for seed in (22, 23, 24)]

    with_year, without = (np.mean([miss(panel, one) for panel in panels]) for one in (DAILY, replace(DAILY, year=0)))

    assert with_year < 1.05 * without
