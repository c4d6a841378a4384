"""Deadlines on working days: never on a day off, never earlier than asked, and the same however the hours are cut."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clocks import (
    WorkingTime,
    add_business_hours,
    add_working_days,
    add_working_time,
    business_time,
    next_working_day,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEK = WorkingTime(SHANGHAI, frozenset({1, 2, 3, 4, 5}), time(9), time(18), frozenset({date(2026, 10, 1)}))


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)


DAYS = st.dates(date(2025, 1, 1), date(2028, 12, 31))
TIMES = st.builds(
    WorkingTime,
    st.sampled_from([SHANGHAI, ZoneInfo("Europe/Berlin"), ZoneInfo("America/Sao_Paulo"), UTC]),
    st.frozensets(st.integers(1, 7), min_size=1),
    st.times(time(0), time(11, 59)),
    st.times(time(12), time(23, 59)),
    st.frozensets(DAYS, max_size=30),
)
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))
HOURS = st.timedeltas(timedelta(minutes=1), timedelta(hours=300))


@given(DAYS, st.integers(0, 60), TIMES)
def test_working_days_are_counted_one_by_one(day, days, at):
    last = add_working_days(day, days, at)

    assert at.is_working_day(last)
    between = [day + timedelta(days=n) for n in range((last - day).days + 1)]
    assert sum(at.is_working_day(one) for one in between) == days + 1
    assert next_working_day(last, at) == add_working_days(day, days + 1, at)


@given(MOMENTS, HOURS, TIMES)
def test_opening_hours_between_the_beginning_and_the_deadline_are_those_asked_for(since, hours, at):
    due = add_business_hours(since, hours, at)

    assert business_time(since, due, at) == hours
    assert at.is_working_day(at.day_of(due))
    assert at.opening(at.day_of(due)) < due <= at.closing(at.day_of(due))


@given(MOMENTS, HOURS, HOURS, TIMES)
def test_a_deadline_in_two_steps_is_the_same_as_in_one(since, first, then, at):
    once = add_business_hours(since, first + then, at)
    assert add_business_hours(add_business_hours(since, first, at), then, at) == once
    once = add_working_time(since, first + then, at)
    assert add_working_time(add_working_time(since, first, at), then, at) == once


@given(MOMENTS, HOURS, HOURS, TIMES)
def test_more_time_never_ends_earlier(since, hours, more, at):
    assert since + hours <= add_working_time(since, hours, at) <= add_business_hours(since, hours, at)
    assert add_business_hours(since, hours, at) < add_business_hours(since, hours + more, at)
    assert add_working_time(since, hours, at) <= add_working_time(since + more, hours, at)


def test_a_shop_that_never_closes_has_plain_hours():
    always = WorkingTime(SHANGHAI)
    since = local(2026, 10, 3, 22, 30)
    assert add_working_time(since, timedelta(hours=48), always) == since + timedelta(hours=48)


@pytest.mark.parametrize(
    ("since", "hours", "due"),
    [
        (local(2026, 9, 28, 10), 3, local(2026, 9, 28, 13)),
        (local(2026, 9, 28, 17), 3, local(2026, 9, 29, 11)),
        (local(2026, 9, 28, 9), 9, local(2026, 9, 28, 18)),
        (local(2026, 9, 26, 12), 1, local(2026, 9, 28, 10)),
        (local(2026, 9, 30, 17), 2, local(2026, 10, 2, 10)),  # over the holiday of 1 October
        (local(2026, 9, 28, 20), 0, local(2026, 9, 29, 9)),
    ],
)
def test_business_hours_of_a_week(since, hours, due):
    assert add_business_hours(since, timedelta(hours=hours), WEEK) == due


def test_working_time_stands_still_at_the_weekend():
    assert add_working_time(local(2026, 10, 9, 15), timedelta(hours=48), WEEK) == local(2026, 10, 13, 15)
    assert add_working_time(local(2026, 10, 10, 15), timedelta(hours=24), WEEK) == local(2026, 10, 13)


def test_the_day_on_which_clocks_change_has_its_own_length():
    berlin = WorkingTime(ZoneInfo("Europe/Berlin"))
    since = datetime(2026, 10, 24, 12, tzinfo=berlin.zone)
    assert add_working_time(since, timedelta(hours=24), berlin) == datetime(2026, 10, 25, 11, tzinfo=berlin.zone)
    assert business_time(since, since + timedelta(days=1), berlin) == timedelta(hours=6 + 3)


def test_a_plan_without_a_working_day_is_told_and_not_waited_for():
    class Always:
        def __contains__(self, day: object) -> bool:
            return True

    with pytest.raises(ValueError, match="ten years"):
        next_working_day(date(2026, 1, 1), WorkingTime(SHANGHAI, closed=Always()))


@pytest.mark.parametrize("wrong", [{"weekdays": frozenset()}, {"weekdays": frozenset({8})}, {"opens": time(18)}])
def test_hours_that_cannot_be(wrong):
    with pytest.raises(ValueError, match="working time"):
        WorkingTime(SHANGHAI, **wrong)
