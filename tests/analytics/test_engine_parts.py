"""Each part of the engine by small cases worked out by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from analytics.engine import scores
from analytics.engine.backtest import backtest, origins_for
from analytics.engine.baselines import Drift, MovingAverage, Naive, SeasonalNaive
from analytics.engine.cleaning import Clean, cap_peaks, clean
from analytics.engine.conformal import Window, daily_bands, total_bands, windows_for
from analytics.engine.protocol import LEVELS, Calendar
from analytics.engine.sarimax import Sarimax
from analytics.engine.select import Choice, ModelScore, choose
from analytics.engine.smoothing import Ets, SesWeekday, Theta, TrendWeekday, weekday_profile

START = date(2026, 1, 5)


def predict(model, values, horizon):
    panel = np.atleast_2d(np.array(values, dtype=float))
    return model.fit(panel, Calendar(START, panel.shape[1])).predict(horizon)[0].tolist()


def test_baselines():
    days = [1, 2, 3, 4, 5, 6, 7, 8]

    assert predict(Naive(), days, 3) == [8, 8, 8]
    assert predict(SeasonalNaive(), days, 9) == [2, 3, 4, 5, 6, 7, 8, 2, 3]
    assert predict(Drift(), days, 3) == [9, 10, 11]
    assert predict(Drift(), days[::-1], 3) == [0, 0, 0]
    assert predict(MovingAverage(days=4), days, 2) == [6.5, 6.5]


@pytest.mark.parametrize("model", [SesWeekday(), TrendWeekday(), Ets(), Theta(), Sarimax()])
def test_smoothing_finds_the_weekly_rhythm(model):
    week = np.array([10.0, 10, 10, 10, 20, 40, 40])
    noise = np.random.default_rng(1).normal(0, 0.5, 140)

    path = predict(model, np.tile(week, 20) + noise, 14)

    assert path == pytest.approx(np.tile(week, 2).tolist(), abs=1.5)


def test_trend_is_followed_and_fades():
    path = predict(TrendWeekday(), np.arange(200.0), 28)

    assert 198 < path[0] < 202
    assert 3 < path[27] - path[0] < 27


def test_differences_of_weekdays_that_are_only_noise_are_shrunk_away():
    panel = np.random.default_rng(0).poisson(20, (300, 182)).astype(float)

    raw = panel.reshape(300, 26, 7).mean(1) / panel.mean(1)[:, None]

    assert weekday_profile(panel).std() < 0.5 * raw.std()


def test_series_that_statsmodels_cannot_fit_are_nan_not_numbers():
    assert np.isnan(predict(Ets(), [1.0] * 5, 3)).all()


def test_scores_by_hand():
    history = np.array([[1.0, 3, 1, 3, 1, 3, 1, 3]])
    actual, predicted = np.array([[2.0, 4.0]]), np.array([[3.0, 2.0]])

    assert scores.mean_absolute(actual, predicted) == [1.5]
    assert scores.rmsse(actual, predicted, history) == [np.sqrt(2.5) / 2]
    assert scores.mase(actual, predicted, history) == [1.5 / 2]
    assert scores.bias(actual, predicted) == [-1 / 6]
    assert scores.pinball(actual, predicted[..., None], (0.5,)) == [0.75]
    assert scores.coverage(actual, np.array([[1.0, 5.0]]), np.array([[2.0, 6.0]])) == [0.5]


def test_a_score_without_a_scale_is_zero_for_an_exact_forecast_and_undefined_else():
    flat = np.full((1, 20), 5.0)

    assert scores.mase(flat[:, :2], np.array([[5.0, 5.0]]), flat) == [0.0]
    assert np.isnan(scores.mase(flat[:, :2], np.array([[5.0, 6.0]]), flat)[0])
    assert np.isnan(scores.rmsse(flat[:, :2], np.array([[5.0, 6.0]]), flat)[0])
    assert scores.bias(np.zeros((1, 2)), np.zeros((1, 2))) == [0.0]


def test_unknown_days_do_not_count():
    assert scores.mean_absolute(np.array([[1.0, np.nan]]), np.array([[3.0, 9.0]])) == [2.0]


@pytest.mark.parametrize("days", [28, 29, 35, 56, 84, 112, 365, 728])
def test_there_are_at_least_four_tests_from_four_weeks_on(days):
    origins = origins_for(days, 28)

    assert 4 <= len(origins) <= 29
    assert list(origins) == sorted(set(origins))
    assert origins[0] >= 14
    assert origins[-1] <= days - 7


def test_a_test_sees_only_what_was_known_then():
    panel = np.arange(112.0)[None]

    result = backtest(panel, np.ones_like(panel, dtype=bool), Calendar(START, 112), [Naive()], 28)

    for position, origin in enumerate(result.origins):
        assert (result.predicted["naive"][0, position] == origin - 1).all()
        known = min(28, 112 - origin)
        assert result.actual[0, position, :known].tolist() == list(range(origin, origin + known))
        assert np.isnan(result.actual[0, position, known:]).all()


def test_cleaning_says_what_it_did():
    values = np.array([0.0, 0, 0] + [2.0, 4.0] * 20 + [np.nan, -3.0])

    result = clean(values, START)

    assert isinstance(result, Clean)
    assert [(note.code, dict(note.facts)) for note in result.notes] == [
        ("leading", {"days": 3}),
        ("gaps", {"days": 1}),
        ("negative", {"days": 1}),
    ]
    assert result.calendar == Calendar(date(2026, 1, 8), 42)
    assert result.values[-2] == 3.0
    assert result.values[-1] == 0.0


def test_peaks_are_cut_but_not_what_sells_rarely():
    busy = np.full((1, 112), 10.0)
    busy[0, 100] = 500.0
    rare = np.zeros((1, 112))
    rare[0, ::20] = 100.0

    assert cap_peaks(busy).max() == 30.0
    assert (cap_peaks(rare) == rare).all()


def test_intervals_of_exact_forecasts_have_no_width_and_others_grow_with_the_horizon():
    path = np.full((2, 28), 100.0)
    actual = np.full((2, 10, 28), 100.0)
    actual[1] += np.random.default_rng(0).normal(0, 1, (10, 28)) * np.arange(1, 29)

    bands = daily_bands(path, actual, np.full((2, 10, 28), 100.0), list(range(0, 70, 7)))

    assert (bands[0] == 100.0).all()
    width = bands[1, :, 5] - bands[1, :, 1]
    assert (np.diff(width) > 0).all()


def test_sums_are_judged_by_the_errors_of_sums():
    chance = np.random.default_rng(0)
    path, predicted = np.full((1, 28), 100.0), np.full((1, 20, 28), 100.0)
    actual = predicted + chance.normal(0, 10, predicted.shape)
    origins = list(range(0, 560, 28))
    daily = daily_bands(path, actual, predicted, origins)

    month = total_bands(path, actual, predicted, origins, [Window(1, 28)], daily)[0, 0]

    half_width = (month[LEVELS.index(0.9)] - month[LEVELS.index(0.1)]) / 2
    assert half_width == pytest.approx(1.28 * 10 * np.sqrt(28), rel=0.35)
    assert half_width < 0.4 * (daily[0, :, 5] - daily[0, :, 1]).sum() / 2


def test_windows_are_weeks_fortnight_and_all():
    assert windows_for(28) == (
        Window(1, 7),
        Window(8, 14),
        Window(15, 21),
        Window(22, 28),
        Window(1, 14),
        Window(1, 28),
    )
    assert windows_for(5) == (Window(1, 5),)


def line(name: str, cost: int, relative: float, miss: float = 1.0) -> ModelScore:
    return ModelScore(name, cost, 10, relative, 1.0, 1.0, 0.0, miss, 1.0, 0.8)


@pytest.mark.parametrize(
    ("others", "chosen"),
    [
        ([], Choice("seasonal_naive", "none_better")),
        ([line("a", 3, 0.99)], Choice("seasonal_naive", "none_better")),
        ([line("a", 3, float("nan")), line("b", 4, float("inf"))], Choice("seasonal_naive", "none_better")),
        ([line("a", 3, 0.90), line("b", 4, 0.88)], Choice("a", "best_cheap", 0.1)),
        ([line("a", 3, 0.97), line("b", 4, 0.80), line("c", 5, 0.79)], Choice("b", "best_cheap", 0.2)),
    ],
)
def test_the_cheapest_of_the_good_models_is_chosen(others, chosen):
    assert choose([line("seasonal_naive", 1, 1.0), *others]) == chosen


def test_nothing_beats_a_benchmark_that_is_never_wrong():
    assert choose([line("seasonal_naive", 1, 1.0, miss=0.0)]) == Choice("seasonal_naive", "exact")
