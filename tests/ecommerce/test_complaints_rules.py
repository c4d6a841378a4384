"""Clocks and amounts of complaints."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from core.clocks import Clock, span
from ecommerce.complaints import rules

NOON = datetime(2025, 10, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "hours_left", "used", "tone"),
    [
        ("opened", 24, 0, "ok"),
        ("opened", 12, 50, "ok"),
        ("opened", 6, 75, "ok"),
        ("opened", 5.9, 75, "soon"),
        ("opened", 0, 100, "soon"),
        ("opened", -1, 100, "late"),
        ("investigated", 72, 0, "ok"),
        ("investigated", 17, 76, "soon"),
        ("decided", 7 * 24, 0, "ok"),
    ],
)
def test_clock(state, hours_left, used, tone):
    left = timedelta(hours=hours_left)

    assert rules.clock(state=state, due=NOON + left, now=NOON) == Clock(used, left, tone)


@pytest.mark.parametrize(
    ("amount", "refundable", "problem"),
    [
        (None, None, None),
        ("0", None, None),
        ("0.01", "0.01", None),
        ("10", "9.99", "too_much"),
        ("10", None, "no_order"),
        ("-0.01", "10", "not_an_amount"),
        ("0.001", "10", "not_an_amount"),
        ("NaN", "10", "not_an_amount"),
        ("Infinity", "10", "not_an_amount"),
        ("1E+40", "10", "not_an_amount"),
    ],
)
def test_refunds(amount, refundable, problem):
    def money(text):
        return None if text is None else Decimal(text)

    assert rules.refund_problem(money(amount), refundable=money(refundable)) == problem


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("The lid cracked. I want a new one.", "The lid cracked"),
        ("盖子裂了。我想换一个新的。", "盖子裂了"),
        ("Broken!", "Broken"),
        ("\n  No tea\nat all", "No tea"),
        ("a" * 90, "a" * 79 + "…"),
        ("word " * 30, ("word " * 15).strip() + "…"),
        ("", ""),
    ],
)
def test_subject(text, subject):
    assert rules.subject_from(text) == subject


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(minutes=112), "1 h 52 min"),
        (timedelta(minutes=6), "6 min"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=3, hours=4), "3 days 4 h"),
        (-timedelta(hours=2), "2 h 0 min"),
        (timedelta(0), "0 min"),
    ],
)
def test_span(length, words):
    assert span(length) == words
