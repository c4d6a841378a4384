"""Figures of orders: whatever comes in, the sums hold to the cent."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clocks import WorkingTime
from ecommerce.orders import rules
from ecommerce.orders.rules import BadFigures

money = st.decimals(min_value=0, max_value=100_000, places=2)
lines = st.lists(
    st.tuples(st.integers(1, 400), money, st.decimals(min_value=0, max_value=1, places=2)), min_size=1, max_size=20
)


def down(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), "ROUND_DOWN")


@given(lines, st.decimals(min_value=0, max_value=1, places=4), money, money)
def test_totals_add_up(raw, share, shipping_fee, tax):
    rows = [
        (quantity, price, (quantity * price * off).quantize(Decimal("0.01"), "ROUND_DOWN"))
        for quantity, price, off in raw
    ]
    net = sum(rules.line_total(*row) for row in rows)
    discount = down(net * share)
    if net > 900_000_000:
        return
    sums = rules.totals(rows, discount=discount, shipping_fee=shipping_fee, tax=tax)
    assert sums.total == sums.subtotal - sums.discount + sums.shipping_fee + sums.tax
    assert sums.total >= 0
    assert 0 <= sums.discount <= sums.subtotal
    assert sums.total == net - discount + shipping_fee + tax


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ((0, Decimal("1"), Decimal("0")), "quantity"),
        ((-1, Decimal("1"), Decimal("0")), "quantity"),
        ((10**7, Decimal("1"), Decimal("0")), "quantity"),
        ((1, Decimal("-0.01"), Decimal("0")), "unit_price"),
        ((1, Decimal("NaN"), Decimal("0")), "unit_price"),
        ((1, Decimal("Infinity"), Decimal("0")), "unit_price"),
        ((1, Decimal("1"), Decimal("1.01")), "discount"),
        ((1, Decimal("1"), Decimal("-0.01")), "discount"),
        ((1_000_000, Decimal("999999999.99"), Decimal("0")), "quantity"),
    ],
)
def test_lines_that_cannot_be_are_named(row, field):
    with pytest.raises(BadFigures) as fault:
        rules.totals([row])
    assert fault.value.field == field


@pytest.mark.parametrize("name", ["discount", "shipping_fee", "tax"])
@pytest.mark.parametrize("amount", ["-0.01", "NaN", "Infinity", "1e12"])
def test_amounts_that_cannot_be_are_named(name, amount):
    with pytest.raises(BadFigures) as fault:
        rules.totals([(1, Decimal("10"), Decimal("0"))], **{name: Decimal(amount)})
    assert fault.value.field == name


def test_an_order_has_lines_but_not_too_many():
    for rows in ([], [(1, Decimal("1"), Decimal("0"))] * 201):
        with pytest.raises(BadFigures, match="lines"):
            rules.totals(rows)


@given(money, st.lists(money, max_size=30))
def test_parts_add_up_to_the_whole(amount, weights):
    parts = rules.spread(amount, weights)
    assert len(parts) == len(weights)
    assert sum(parts) == (amount if sum(weights) else 0)
    for part, weight in zip(parts, weights, strict=True):
        assert part >= 0
        if sum(weights):
            assert abs(part - amount * weight / sum(weights)) <= Decimal("0.01")


@given(money, st.lists(st.integers(1, 50), min_size=1, max_size=10))
def test_units_refunded_one_lot_after_another_are_worth_the_line(net, lots):
    quantity, before, total = sum(lots), 0, Decimal(0)
    for units in lots:
        worth = rules.worth_of_units(net, quantity, units, before)
        assert worth >= 0
        total += worth
        before += units
    assert total == net


@given(money, st.lists(st.decimals(min_value=-10, max_value=200_000, places=2), max_size=30))
def test_never_more_is_refunded_than_was_paid(paid, wishes):
    refunded = Decimal(0)
    for wish in wishes:
        if rules.is_refundable(wish, paid=paid, refunded=refunded):
            refunded += wish
        assert 0 <= refunded <= paid


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity", "0.001", "10.01"])
def test_amounts_that_cannot_be_refunded(amount):
    assert not rules.is_refundable(Decimal(amount), paid=Decimal("10"), refunded=Decimal("0"))


def test_the_deadline_is_on_the_minute():
    since = datetime(2026, 10, 20, 14, 6, 31, 5, tzinfo=UTC)
    assert rules.ship_by(since, 48, WorkingTime(UTC)) == datetime(2026, 10, 22, 14, 6, tzinfo=UTC)


SHANGHAI = ZoneInfo("Asia/Shanghai")
SHOP = WorkingTime(SHANGHAI, frozenset({1, 2, 3, 4, 5}), time(9), time(18), frozenset({date(2026, 10, 20)}))


@pytest.mark.parametrize(
    ("paid", "hours", "cut_off", "due"),
    [
        ((15, 15, 0), 24, time(16), (15, 18, 0)),  # a Thursday, before the cut-off
        ((15, 16, 0), 24, time(16), (15, 18, 0)),  # just in time
        ((15, 16, 1), 24, time(16), (16, 18, 0)),
        ((16, 17, 0), 24, time(16), (19, 18, 0)),  # a Friday evening counts on Monday
        ((17, 10, 0), 24, time(16), (19, 18, 0)),
        ((19, 10, 0), 48, time(16), (21, 18, 0)),  # the 20th is a day off
        ((16, 17, 0), 48, None, (21, 17, 0)),
        ((15, 10, 0), 12, time(16), (15, 18, 0)),
    ],
)
def test_the_deadline_follows_the_shops_days_and_its_cut_off(paid, hours, cut_off, due):
    day, hour, minute = paid
    since = datetime(2026, 10, day, hour, minute, tzinfo=SHANGHAI)
    due_day, due_hour, due_minute = due
    expected = datetime(2026, 10, due_day, due_hour, due_minute, tzinfo=SHANGHAI)
    assert rules.ship_by(since, hours, SHOP, cut_off) == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("#1001", "1001"),
        (" 2024/17 ", "2024-17"),
        ("A 17?x=1#y", "A-17-x=1-y"),
        ("订单 9", "订单-9"),
        ("..", ""),
        ("x" * 80, "x" * 64),
    ],
)
def test_numbers_may_stand_in_an_address(text, number):
    assert rules.clean_number(text) == number


@given(st.text(max_size=80))
def test_a_cleaned_number_stays_clean(text):
    number = rules.clean_number(text)
    assert rules.clean_number(number) == number
    assert "/" not in number


def test_a_number_has_a_digit():
    assert [rules.is_number(text) for text in ("10482", "new", "A-1", "1/2", "")] == [True, False, True, False, False]
