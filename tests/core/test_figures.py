"""Percentages and differences as people read them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.figures import percent, signed


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [(0.184, 0, "18%"), (0.184, 1, "18.4%"), (-0.005, 1, "−0.5%"), (-0.0001, 1, "0.0%"), (12.5, 0, "1,250%")],
)
def test_a_share_is_written_in_percent(share, digits, text):
    assert percent(share, digits) == text


def test_what_is_not_known_is_a_dash():
    assert percent(None) == percent(float("nan")) == "–"


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(3, 0, "+3"), (-3, 0, "−3"), (0.4, 0, "0"), (-0.4, 0, "0"), (0.04, 1, "0.0"), (Decimal("1.25"), 1, "+1.2")],
)
def test_a_difference_has_its_sign_and_nothing_has_none(value, digits, text):
    assert signed(value, digits) == text


def test_a_change_in_percent_has_its_sign():
    assert [percent(one, sign=True) for one in (0.031, -0.031, 0.001)] == ["+3%", "−3%", "0%"]
