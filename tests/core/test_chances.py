"""Upper tails agree with scipy's, and the comparison of two counts keeps the rate of false alarms it promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, poisson

from core.chances import binomial_upper, more_than_before, poisson_upper


@given(st.integers(0, 400), st.floats(0.001, 300))
def test_the_tail_of_a_poisson(least, mean):
    assert poisson_upper(least, mean) == pytest.approx(poisson.sf(least - 1, mean), rel=1e-6, abs=1e-11)


@given(st.integers(0, 3000), st.integers(0, 3000), st.floats(0.0001, 0.9999))
def test_the_tail_of_a_binomial(least, count, chance):
    assert binomial_upper(least, count, chance) == pytest.approx(binom.sf(least - 1, count, chance), rel=1e-6, abs=1e-9)


def test_the_ends():
    assert (poisson_upper(0, 0), poisson_upper(1, 0)) == (1.0, 0.0)
    assert (binomial_upper(0, 0, 0.5), binomial_upper(3, 2, 0.5), binomial_upper(2, 2, 1)) == (1.0, 0.0, 1.0)
    assert more_than_before(5, 10, 0, 0) == 1.0


def test_with_a_long_past_it_is_the_poisson_tail():
    assert more_than_before(9, 1, 30_000, 10_000) == pytest.approx(poisson_upper(9, 3), rel=1e-2)


@pytest.mark.parametrize("rate", [0.02, 0.2, 2.0])
def test_false_alarms_are_no_more_frequent_than_the_level_says(rate):
    """Ten thousand products whose rate never changes, with a past of twelve weeks: at most 1 in 100 is taken for one
    that has."""
    chance = np.random.default_rng(7)
    before, now = chance.poisson(12 * rate, 10_000), chance.poisson(rate, 10_000)
    alarms = sum(more_than_before(int(a), 1, int(b), 12) < 0.01 for a, b in zip(now, before, strict=True))
    assert alarms <= 0.012 * 10_000
