"""The engine as a whole: whatever goes in, what comes out is whole, ordered, finite, and says how it was made."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.engine.cleaning import Refusal
from analytics.engine.forecast import MODELS, Forecast, forecast, forecast_many
from analytics.engine.protocol import Calendar
from analytics.engine.sarimax import Sarimax

START = date(2025, 3, 3)


def simulated(seed: int, days: int, level: float = 20.0, *, drift: float = 0.02, trend: float = 0.0) -> np.ndarray:
    """Orders per day: a level that wanders, a weekly rhythm and noise."""
    chance = np.random.default_rng(seed)
    rhythm = np.exp(0.3 * chance.normal(size=7))
    path = level * np.exp(np.cumsum(chance.normal(size=days) * drift / np.sqrt(7) + trend / 365))
    return chance.poisson(path * np.resize(rhythm / rhythm.mean(), days)).astype(float)


def assert_sound(result: Forecast, horizon: int = 28) -> None:
    for values in (result.mean, result.quantiles, result.totals):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    assert result.mean.shape == (horizon,)
    assert result.quantiles.shape == (horizon, 7)
    assert (np.diff(result.quantiles, axis=1) >= 0).all()
    assert (np.diff(result.totals, axis=1) >= 0).all()
    assert (result.quantiles[:, 1] <= result.mean).all()
    assert (result.mean <= result.quantiles[:, 5]).all()
    assert result.choice.model in {model.name for model in MODELS}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    days=st.integers(28, 200),
    seed=st.integers(0, 10_000),
    scale=st.sampled_from([0.05, 1.0, 30.0, 40_000.0]),
    zeros=st.floats(0, 0.98),
    unknown=st.floats(0, 0.25),
    outlier=st.sampled_from([0.0, 1e6, 1e12]),
    horizon=st.integers(1, 42),
)
def test_any_series_of_four_weeks_gets_a_sound_forecast(days, seed, scale, zeros, unknown, outlier, horizon):
    chance = np.random.default_rng(seed)
    values = np.where(chance.random(days) < zeros, 0.0, chance.gamma(2.0, scale, days))
    values[0] = scale  # history begins with a sale
    values[int(chance.integers(days))] += outlier
    values[1:][chance.random(days - 1) < unknown] = np.nan

    result = forecast(values, START, horizon=horizon)

    if isinstance(result, Refusal):
        assert result.code == "too_gappy"
    else:
        assert_sound(result, horizon)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ([], "no_sales"),
        ([5.0], "too_short"),
        ([5.0, 6.0], "too_short"),
        ([0.0] * 400, "no_sales"),
        ([np.nan] * 400, "no_sales"),
        ([3.0] * 27, "too_short"),
        ([0.0] * 300 + [3.0] * 27, "too_short"),
        ([1.0] + [np.nan] * 40, "too_gappy"),
        ([1.0] * 40 + [np.inf], "not_numbers"),
        ([1.0] * 40 + [1e300], "not_numbers"),
    ],
)
def test_what_cannot_be_forecast_is_refused_with_its_reason(values, code):
    result = forecast(np.array(values), START)

    assert isinstance(result, Refusal)
    assert result.code == code


def test_a_short_series_is_told_when_it_will_be_long_enough():
    result = forecast(np.array([0.0] * 10 + [4.0] * 20), date(2026, 1, 1))

    assert result == Refusal("too_short", {"have": 20, "need": 28, "ready_on": "2026-02-08"})


@pytest.mark.parametrize(
    ("values", "model", "reason"),
    [
        (np.full(60, 7.0), "naive", "constant"),
        (np.concatenate([simulated(1, 200), np.zeros(60)]), "naive", "dormant"),
        (np.tile([1.0, 2, 3, 4, 5, 9, 8], 20), "seasonal_naive", "exact"),
        (simulated(5, 400), "blend_weekday", "best_cheap"),
    ],
)
def test_the_model_and_the_reason_for_it(values, model, reason):
    result = forecast(values, START)

    assert (result.choice.model, result.choice.reason) == (model, reason)
    assert_sound(result)


def test_a_constant_series_is_carried_on_and_a_dormant_one_is_zero():
    constant, dormant = forecast_many([(np.full(60, 7.0), START), (np.r_[np.full(100, 5.0), np.zeros(56)], START)])

    assert (constant.mean == 7.0).all()
    assert (dormant.mean == 0.0).all()


def test_one_mistyped_day_does_not_move_the_month_after_it():
    values = simulated(3, 300)
    usual = forecast(values, START).mean.sum()
    values[280] = 1e9

    result = forecast(values, START)

    assert [note.code for note in result.notes] == ["length", "peaks"]
    assert result.mean.sum() == pytest.approx(usual, rel=0.15)


def test_a_series_gives_the_same_forecast_alone_and_among_others():
    many = [(simulated(seed, 200 + 30 * (seed % 3)), START) for seed in range(9)]

    together = forecast_many(many)

    for (values, start), result in zip(many, together, strict=True):
        alone = forecast(values, start)
        np.testing.assert_array_equal(alone.quantiles, result.quantiles)
        np.testing.assert_array_equal(alone.totals, result.totals)
        assert alone.choice == result.choice
        assert alone.track == result.track


def test_what_cannot_be_forecast_does_not_stop_the_others():
    good = (simulated(4, 100), START)

    results = forecast_many([good, (np.array([]), START), good])

    assert [type(result) for result in results] == [Forecast, Refusal, Forecast]


def test_the_80_percent_interval_holds_about_80_percent_of_days_and_sums():
    futures, bands, sums = [], [], []
    series = [simulated(seed, 364 + 28, drift=0.03) for seed in range(120)]
    for values, result in zip(series, forecast_many([(s[:364], START) for s in series]), strict=True):
        futures.append(values[364:])
        bands.append(result.quantiles)
        sums.append(result.totals[-1])
    actual, band, total = np.array(futures), np.array(bands), np.array(sums)

    days = ((actual >= band[..., 1]) & (actual <= band[..., 5])).mean()
    months = ((actual.sum(1) >= total[:, 1]) & (actual.sum(1) <= total[:, 5])).mean()
    assert 0.77 <= days <= 0.86
    assert 0.72 <= months <= 0.92


def test_a_trend_is_seen_and_the_chosen_model_beats_last_week():
    result = forecast(simulated(8, 500, 60.0, drift=0.0, trend=1.2), START)

    benchmark = next(score for score in result.scores if score.name == "seasonal_naive")
    chosen = next(score for score in result.scores if score.name == result.choice.model)
    assert chosen.relative < 0.98
    assert chosen.typical_miss < benchmark.typical_miss
    assert len(result.track.weeks) == 12
    assert result.track.inside >= 7
    assert [day.first for day in result.track.days] == [
        result.track.days[0].first + timedelta(days=step) for step in range(56)
    ]
    first = result.track.weeks[-1].first
    assert result.track.weeks[-1].actual == sum(
        day.actual for day in result.track.days if first <= day.first < first + timedelta(days=7)
    )


def test_dear_models_are_tried_only_where_no_cheap_one_is_good():
    cheap = forecast(simulated(2, 400), START)
    growing_week = np.tile([10.0, 20, 30, 40, 50, 90, 80], 40) + np.random.default_rng(1).normal(0, 0.4, 280)

    hard = forecast(growing_week + np.arange(280) * 0.01, START)

    dear = {"ets", "theta", "sarimax"}
    assert dear.isdisjoint(score.name for score in cheap.scores)
    if hard.choice.model == "seasonal_naive":
        assert dear <= {score.name for score in hard.scores}
    assert_sound(hard)


def test_where_each_weekday_wanders_by_itself_the_regression_is_tried_at_few_days():
    """No average follows such a series, so "same as last week" is hard to beat: then, and only then, dear ones are."""
    chance = np.random.default_rng(3)
    walk = np.cumsum(chance.normal(0, 0.2, (72, 7)), axis=0).reshape(-1)
    result = forecast(np.round(500 * np.exp(walk)), START)

    assert isinstance(result, Forecast)
    tried = {score.name: score for score in result.scores}
    assert not any(tried[model.name].is_good for model in MODELS if model.tier == 0 and model.name in tried)
    assert 4 <= tried["sarimax"].tests <= 8
    assert np.isfinite(tried["sarimax"].relative)
    assert_sound(result)


def test_the_regression_learns_how_much_of_an_effect_a_series_shows():
    chance = np.random.default_rng(0)
    believed = np.exp(0.5 * chance.normal(size=428))[None]
    came = chance.poisson(50 * believed**0.6).astype(float)
    model = Sarimax()
    path = model.fit_around(came[:, :400], Calendar(START, 400), believed[:, :400], believed[:, 400:]).predict(28)
    as_believed, truly = 50 * believed[:, 400:], 50 * believed[:, 400:] ** 0.6
    assert np.abs(path - came[:, 400:]).mean() < 0.7 * np.abs(as_believed - came[:, 400:]).mean()
    assert np.abs(path - truly).mean() < 4


def test_the_engine_knows_neither_django_nor_the_clock():
    from pathlib import Path

    import analytics.engine

    for module in Path(analytics.engine.__file__).parent.glob("*.py"):
        text = module.read_text()
        assert "django" not in text.lower() or module.name == "__init__.py"
        assert "now()" not in text
        assert "today()" not in text
