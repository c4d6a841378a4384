"""Regressors, own occasions and closed days in the forecast: what helps, what must not, and what is said of it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from analytics.engine.forecast import Forecast, forecast
from analytics.engine.occasions import Dated, own_phases
from analytics.engine.protocol import Calendar
from analytics.engine.surroundings import CARRY, LEAVE, USUAL, Regressor, Surroundings

START = date(2025, 3, 3)
DAYS, AHEAD = 224, 28
RHYTHM = np.array([0.9, 0.9, 0.95, 1.0, 1.1, 1.2, 0.95])


def world(seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Sales that follow something outside, and that something, for all days and those ahead."""
    chance = np.random.default_rng(seed)
    days = np.arange(DAYS + AHEAD)
    outside = np.clip(np.repeat(chance.normal(0, 1, len(days) // 4 + 1), 4)[: len(days)], -2, 2)
    return chance.poisson(200 * RHYTHM[days % 7] * np.exp(0.35 * outside)).astype(float), outside


def regressor(values: np.ndarray, lag: int | None = None, ahead: str = USUAL, key: str = "x") -> Regressor:
    """Values known `lag` days after their day; None: all planned before the first day."""
    rows = []
    for step, value in enumerate(values):
        day = START + timedelta(days=step)
        rows.append((day, float(value), START if lag is None else day + timedelta(days=lag)))
    return Regressor.of(key, rows, ahead)


def made(values: np.ndarray, *regressors: Regressor, **around) -> Forecast:
    result = forecast(values[:DAYS], START, around=Surroundings(regressors=regressors, **around))
    assert isinstance(result, Forecast)
    return result


def miss(result: Forecast, sales: np.ndarray) -> float:
    return float(np.abs(result.mean - sales[DAYS:]).mean())


def test_what_is_known_ahead_and_moves_sales_is_used_and_brings_the_forecast_nearer():
    sales, outside = world()

    plain, told = made(sales), made(sales, regressor(outside))

    assert miss(told, sales) < 0.6 * miss(plain, sales)
    assert told.regressors[0].code == "used"
    assert told.regressors[0].gain > 0.3
    assert told.regressors[0].ahead == AHEAD
    width = [float((one.quantiles[:, 5] - one.quantiles[:, 1]).mean()) for one in (plain, told)]
    assert width[1] < width[0]


def test_a_series_of_noise_is_not_used_and_changes_nothing():
    sales, _ = world()

    plain, told = made(sales), made(sales, regressor(np.random.default_rng(9).normal(0, 1, len(sales))))

    assert told.regressors[0].code == "no_gain"
    assert (told.mean == plain.mean).all()
    assert (told.quantiles == plain.quantiles).all()


@pytest.mark.parametrize("ahead", [USUAL, CARRY, LEAVE])
def test_a_canary_of_the_sales_themselves_known_only_afterwards_never_helps(ahead):
    sales, _ = world()
    canary = regressor(sales, lag=1, ahead=ahead)
    blind = regressor(sales[: DAYS - 1], lag=1, ahead=ahead)

    told, plain = made(sales, canary), made(sales)

    assert (told.mean == made(sales, blind).mean).all(), "a value not yet known at the last day was used"
    assert told.regressors[0].ahead == 0
    assert miss(told, sales) > 0.9 * miss(plain, sales)
    assert miss(made(sales, regressor(sales)), sales) < 0.5 * miss(plain, sales), "the canary would sing if it leaked"


def test_the_tests_on_past_days_see_a_regressor_as_it_was_known_then():
    sales, outside = world()
    late = regressor(outside, lag=AHEAD + 1)

    assert made(sales, late).regressors[0].code == "no_gain"


def test_a_later_correction_counts_from_its_day_on():
    first, later = START, START + timedelta(days=10)
    one = Regressor.of("x", [(START, 1.0, first), (START, 5.0, later)])

    assert one.known(Calendar(START, 5), 2)[0] == 1.0
    assert one.known(Calendar(START, 11), 2)[0] == 5.0


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (np.full(DAYS + AHEAD, 7.0), "still"),
        (np.zeros(DAYS + AHEAD), "still"),
        (np.arange(20.0), "too_few"),
        (np.array([5.0]), "too_few"),
        (np.array([]), "too_few"),
        (np.full(DAYS + AHEAD, 1e308), "too_few"),
        (np.full(DAYS + AHEAD, np.nan), "too_few"),
        (np.full(DAYS + AHEAD, np.inf), "too_few"),
    ],
)
def test_what_cannot_be_a_regressor_is_named_and_left_out(values, code):
    sales, _ = world()

    told = made(sales, regressor(values))

    assert told.regressors[0].code == code
    assert (told.mean == made(sales).mean).all()


def test_negative_values_and_gaps_are_no_hindrance():
    sales, outside = world()
    holes = outside.copy()
    holes[50:60] = np.nan

    assert outside.min() < 0
    assert made(sales, regressor(holes)).regressors[0].code == "used"


def test_days_ahead_that_are_not_known_follow_the_policy_of_the_series():
    sales, outside = world()
    short = outside[: DAYS + 5]

    usual, carried, left = (made(sales, regressor(short, ahead=ahead)) for ahead in (USUAL, CARRY, LEAVE))

    assert usual.regressors[0].ahead == 5
    assert left.regressors[0].code == "unknown_ahead"
    assert (left.mean == made(sales).mean).all()
    last = regressor(short, ahead=CARRY).assumed(usual.calendar, AHEAD)[-1]
    assert last == outside[DAYS + 4]
    assert np.isnan(regressor(short).assumed(usual.calendar, AHEAD)[-1])
    assert carried.regressors[0].code in ("used", "no_gain")


def test_of_two_only_what_helps_is_taken():
    sales, outside = world()
    noise = np.random.default_rng(5).normal(0, 1, len(sales))

    told = made(sales, regressor(noise, key="noise"), regressor(outside, key="real"))

    assert [(one.key, one.code) for one in told.regressors] == [("noise", "no_gain"), ("real", "used")]


def test_a_closed_day_ahead_is_zero_and_a_past_one_teaches_nothing():
    sales, _ = world()
    past = {START + timedelta(days=step) for step in range(100, 110)}
    shut = sales.copy()
    shut[100:110] = 0
    ahead = {START + timedelta(days=DAYS + step) for step in (3, 4)}

    told = made(shut, closed=frozenset(past | ahead))

    assert (told.mean[3:5] == 0).all()
    assert (told.quantiles[3:5] == 0).all()
    assert told.mean[5] > 0
    assert {"code": "closed", "days": 2} in [{"code": note.code, **note.facts} for note in told.notes]
    whole = told.totals[-1]
    assert whole[3] == pytest.approx(told.mean.sum(), rel=0.15)


def test_a_shop_closed_most_days_keeps_them_as_zeros():
    sales, _ = world()
    sales[np.arange(len(sales)) % 2 == 0] = 0
    closed = frozenset(START + timedelta(days=step) for step in range(0, DAYS, 2))

    assert isinstance(forecast(sales[:DAYS], START, around=Surroundings(closed=closed)), Forecast)


def own(key: str, *steps: int) -> Dated:
    return Dated(key, tuple(START + timedelta(days=step) for step in steps), own_phases(1, 2, 1))


def with_events(*steps: int) -> np.ndarray:
    days = np.arange(DAYS + AHEAD)
    sales = np.random.default_rng(2).poisson(200 * RHYTHM[days % 7]).astype(float)
    for step in steps:
        sales[step : step + 2] *= 2.5
    return sales


def test_an_own_event_that_recurs_is_foreseen_from_its_earlier_occurrences():
    sales = with_events(50, 100, 160, DAYS + 10)
    event = own("own:Live", 50, 100, 160, DAYS + 10)

    plain, told = made(sales), made(sales, occasions=(event,))

    assert told.mean[10] > 2.0 * plain.mean[10]
    effect = next(one for one in told.effects if one.key == "own:Live")
    assert effect.past == 3
    assert effect.factor == pytest.approx(2.5, rel=0.2)
    assert any(note.code == "festival" and note.facts["key"] == "own:Live" for note in told.notes)


def test_a_first_event_has_no_factor():
    sales = with_events(DAYS + 10)

    told = made(sales, occasions=(own("own:Live", DAYS + 10),))

    assert told.effects == ()
    assert (told.mean == made(sales, occasions=()).mean).all()


def test_an_event_that_never_did_anything_is_told_and_not_used():
    told = made(with_events(), occasions=(own("own:Live", 50, 100, 160, DAYS + 10),))

    assert [(one.past, one.factor) for one in told.effects] == [(3, None)]


def test_two_occasions_on_the_same_days_do_not_count_twice():
    sales = with_events(50, 100, 160, DAYS + 10)
    steps = (50, 100, 160, DAYS + 10)

    once, twice = (
        made(sales, occasions=(own("a", *steps),)),
        made(sales, occasions=(own("a", *steps), own("b", *steps))),
    )

    assert twice.mean[10] == pytest.approx(once.mean[10], rel=0.15)
