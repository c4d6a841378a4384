"""Festivals are foreseen from a shop's own past, and none is seen where there is none."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from analytics.engine.festivals import learn
from analytics.engine.forecast import Forecast, forecast
from analytics.engine.occasions import OCCASIONS
from analytics.engine.protocol import Calendar

START = date(2023, 10, 2)
WEEK = np.array([0.9, 0.9, 0.95, 1.0, 1.1, 1.2, 0.95])


def sales(days: int, *, level: float = 60.0, seed: int = 1, lift: dict[date, float] | None = None) -> np.ndarray:
    """Daily sales from START on with a weekly rhythm, Poisson noise, and factors on some days."""
    mean = level * WEEK[np.arange(days) % 7]
    for day, factor in (lift or {}).items():
        if 0 <= (day - START).days < days:
            mean[(day - START).days] *= factor
    return np.random.default_rng(seed).poisson(mean).astype(float)


def double_11(years: tuple[int, ...], factor: float = 4.0) -> dict[date, float]:
    return {date(year, 11, 11): factor for year in years} | {date(year, 11, 12): factor / 2 for year in years}


@pytest.mark.parametrize(
    ("key", "year", "day"),
    [
        ("spring_festival", 2026, date(2026, 2, 17)),
        ("spring_festival", 2025, date(2025, 1, 29)),
        ("lantern", 2026, date(2026, 3, 3)),
        ("qingming", 2026, date(2026, 4, 5)),
        ("qingming", 2024, date(2024, 4, 4)),
        ("dragon_boat", 2026, date(2026, 6, 19)),
        ("mid_autumn", 2026, date(2026, 9, 25)),
        ("black_friday", 2026, date(2026, 11, 27)),
        ("black_friday", 2025, date(2025, 11, 28)),
    ],
)
def test_the_days_of_festivals(key, year, day):
    assert next(one for one in OCCASIONS if one.key == key).on(year) == day


def test_a_festival_seen_before_is_foreseen_with_a_wider_range():
    days = (date(2025, 11, 1) - START).days
    result = forecast(sales(days, lift=double_11((2023, 2024))), START)

    assert isinstance(result, Forecast)
    step = (date(2025, 11, 11) - result.calendar.end).days - 1
    ordinary = result.mean[step + 14]
    assert 2.5 * ordinary < result.mean[step] < 4.5 * ordinary
    width = result.quantiles[:, 5] - result.quantiles[:, 1]
    assert width[step] / result.mean[step] > 1.3 * width[step + 14] / ordinary
    notes = [note.facts for note in result.notes if note.code == "festival"]
    assert notes == [
        {"key": "double_11", "day": "2025-11-11", "past": 1}
    ]  # of the two years it looks back on, 2024 is whole


def test_a_step_of_the_level_just_after_a_festival_is_not_taken_for_it():
    days = (date(2025, 11, 21) - START).days
    panel = sales(days)
    panel[-14:] = np.round(panel[-14:] * 1.8)
    seen = learn(panel[None], Calendar(START, days), 28)
    assert (seen.known[0, -14:] == 1.0).all()


def test_what_happened_in_one_of_two_years_is_not_called_a_festival():
    days = (date(2025, 11, 1) - START).days
    panel = sales(days, lift=double_11((2024,), 5.0) | {date(2023, 11, 11): 0.3})[None]
    seen = learn(panel, Calendar(START, days), 28)
    assert (seen.ahead == 1.0).all()
    assert seen.foreseen == ()


def test_a_shop_without_festivals_keeps_its_days():
    days = 760
    panel = np.stack([sales(days, seed=seed) for seed in range(60)])
    seen = learn(panel, Calendar(START, days), 28)
    assert (seen.known != 1.0).mean() < 0.01
    assert (seen.ahead != 1.0).mean() < 0.01


def test_the_past_is_judged_without_the_days_after_it():
    days = (date(2025, 11, 1) - START).days
    history = sales(days + 28, lift=double_11((2023, 2024, 2025)))
    other = history.copy()
    other[days:] = 0.0
    first, second = (learn(values[None, :days], Calendar(START, days), 28) for values in (history, other))
    assert (first.ahead == second.ahead).all()
    assert first.ahead.max() > 2.0


@pytest.mark.parametrize("values", [np.zeros(400), np.full(400, 7.0), np.r_[np.zeros(399), 1e11], np.ones(130)])
def test_odd_series_get_finite_factors(values):
    seen = learn(values[None], Calendar(START, len(values)), 28)
    for part in (seen.known, seen.ahead, seen.doubt):
        assert np.isfinite(part).all()
