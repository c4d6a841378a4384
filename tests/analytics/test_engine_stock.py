"""How long stock lasts and how much to order, from quantiles of demand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.engine.conformal import Window
from analytics.engine.demand import LEVELS, forecast_demand
from analytics.engine.patterns import Pattern, patterns
from analytics.engine.stock import (
    ENDLESS,
    chance_of_gap,
    cumulated,
    lasting,
    later,
    ordering,
    quantile_until,
)

SPREAD = np.array([0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 1.4, 1.5, 1.6])
WINDOWS = (1, 7, 14, 28)


def steady(per_day: float, series: int = 1, spread: np.ndarray = SPREAD):
    """The curve of a demand whose quantiles are the mean times `spread`."""
    mean = np.full((series, 28), per_day)
    totals = np.array([[per_day * days * spread for days in WINDOWS]] * series)
    return mean, cumulated(mean, totals, WINDOWS)


def test_steady_demand_uses_the_stock_up_at_its_pace():
    _, curve = steady(4.0)

    lasts = lasting(curve, np.array([40.0]))

    assert lasts.middle[0] == pytest.approx(10.0)
    assert (lasts.low[0], lasts.high[0]) == (pytest.approx(40 / 5.6), pytest.approx(40 / 2.4))


def test_days_between_two_windows_weigh_what_the_mean_expects_of_them():
    mean = np.ones((1, 28))
    mean[0, 9] = 11.0  # a festival on the tenth day
    totals = np.array([[mean[0, :days].sum() * SPREAD for days in WINDOWS]])

    curve = cumulated(mean, totals, WINDOWS)

    assert np.allclose(curve[0, :, LEVELS.index(0.5)], np.concatenate([[0], np.cumsum(mean[0])]))


def test_an_empty_shelf_lasts_no_day_and_what_nobody_wants_lasts_for_ever():
    _, curve = steady(4.0)
    _, nothing = steady(0.0)

    assert lasting(curve, np.array([0.0])).middle[0] == 0
    assert lasting(curve, np.array([-3.0])).low[0] == 0
    assert lasting(nothing, np.array([5.0])).middle[0] == ENDLESS
    assert lasting(nothing, np.array([0.0])).middle[0] == 0


def test_beyond_the_horizon_the_pace_and_the_width_go_on():
    _, curve = steady(2.0)

    lasts = lasting(curve, np.array([112.0]))

    assert lasts.middle[0] == pytest.approx(56.0)
    assert quantile_until(curve, 56, 0.9)[0] == pytest.approx(2 * 56 * 1.4)


def test_the_order_fills_up_what_the_next_delivery_must_carry():
    _, curve = steady(4.0)

    order = ordering(curve, np.array([30.0]), lead=np.array([10.0]), review=7, level=0.9)

    assert order.point[0] == 56  # ten days at 5.6
    assert order.quantity[0] == np.ceil(17 * 5.6) - 30
    assert ordering(curve, np.array([500.0]), lead=10, review=7, level=0.9).quantity[0] == 0


def test_more_certainty_costs_more_stock():
    _, curve = steady(4.0)

    wanted = [quantile_until(curve, 10, level)[0] for level in (0.5, 0.8, 0.9, 0.95, 0.975)]

    assert wanted == sorted(wanted)
    assert wanted[0] == pytest.approx(40)
    assert 40 * 1.2 < wanted[1] < 40 * 1.4


def test_the_chance_of_a_gap_is_the_chance_that_demand_exceeds_the_stock():
    _, curve = steady(4.0, series=3)

    chances = chance_of_gap(curve, np.array([16.0, 40.0, 56.0]), np.full(3, 10.0))

    assert chances == pytest.approx([0.975, 0.5, 0.1])


def test_when_days_are_over_the_rest_of_the_curve_counts():
    mean, curve = steady(4.0)

    rest = later(curve, mean, 3)

    assert rest.shape[1] == 26
    assert lasting(rest, np.array([40.0])).middle[0] == pytest.approx(10.0)
    assert later(curve, mean, 0) is curve
    assert later(curve, mean, 40).shape[1] == 1
    assert lasting(later(curve, mean, 40), np.array([40.0])).middle[0] == ENDLESS


@given(st.integers(0, 10_000), st.floats(0, 500), st.integers(0, 2**32 - 1))
def test_a_range_holds_its_middle_whatever_the_forecast(stock, rate, seed):
    chance = np.random.default_rng(seed)
    mean = rate * chance.gamma(1.0, 1.0, (4, 28))
    totals = np.sort(rate * chance.gamma(2.0, 1.0, (4, len(WINDOWS), len(LEVELS))), axis=2)

    curve = cumulated(mean, totals, WINDOWS)
    lasts = lasting(curve, np.full(4, float(stock)))

    assert (np.diff(curve, axis=1) >= -1e-9).all()
    assert (np.diff(curve, axis=2) >= 0).all()
    assert (lasts.low <= lasts.middle).all()
    assert (lasts.middle <= lasts.high).all()
    assert (lasts.low >= 0).all()


def test_eight_of_ten_stocks_last_as_long_as_they_were_said_to():
    """Simulated shops: the day a stock really ran out lies within the range for about 80 % of the series."""
    chance = np.random.default_rng(5)
    rate = np.exp(chance.normal(0.5, 0.8, 600))
    sold = chance.poisson(rate[:, None] * chance.gamma(4, 0.25, (600, 400))).astype(float)
    past, coming = sold[:, :372], sold[:, 372:]
    windows = [Window(1, days) for days in (1, 2, 4, 7, 10, 14, 21, 28)]
    demand = forecast_demand(past, 28, windows=windows)
    curve = cumulated(demand.mean, demand.totals, [window.last for window in windows])
    stock = np.ceil(12 * rate)

    lasts = lasting(curve, stock)
    gone = np.where(np.cumsum(coming, axis=1) >= stock[:, None], 1, 0)
    came = np.where(gone.any(axis=1), gone.argmax(axis=1), 28)

    inside = (np.floor(lasts.low) <= came) & (came <= np.floor(np.minimum(lasts.high, 28)))
    assert 0.76 <= inside.mean() <= 0.94  # whole days: the edges count as inside


def test_what_sells_daily_now_and_then_or_no_more_is_told_apart():
    chance = np.random.default_rng(3)
    panel = np.zeros((6, 300))
    panel[0] = chance.poisson(20, 300)
    panel[1] = chance.poisson(20 * chance.gamma(0.6, 1 / 0.6, 300)) + 1
    panel[2, ::9] = 1
    panel[3, ::9] = chance.choice([1, 1, 1, 30], 34)
    panel[4, -9:] = 3
    panel[5, :100] = 4

    found = patterns(panel, forecast_demand(panel, 28))

    assert list(found) == [
        Pattern.STEADY, Pattern.UNEVEN, Pattern.RARE, Pattern.LUMPY, Pattern.NEW, Pattern.ASLEEP,
    ]  # fmt: skip
