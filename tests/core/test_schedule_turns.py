"""When a periodic job is due: across clock changes, outages and moves to another time zone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.schedule import PeriodicJob


def nothing() -> None: ...


def turns(job: PeriodicJob, zone: str, start: datetime, days: int, step: timedelta = timedelta(minutes=1)) -> list:
    """Tick through the days; returns (slot, UTC moment) of every turn taken."""
    place, last, taken, now = ZoneInfo(zone), None, [], start
    while now < start + timedelta(days=days):
        slot = job.due_slot(now.astimezone(place), last)
        if slot is not None:
            taken.append((slot, now))
            last = slot
        now += step
    return taken


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Sydney", "Asia/Kathmandu", "Pacific/Apia"]
)
def test_two_years_of_nights_have_one_turn_each(zone):
    nightly = PeriodicJob("nightly", nothing, at=time(2, 30), per_merchant=True)
    start = datetime(2026, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    taken = turns(nightly, zone, start, 730, timedelta(minutes=10))
    days = [(datetime(2026, 1, 1) + timedelta(days=n)).date().isoformat() for n in range(730)]
    assert [slot for slot, _ in taken] == days


def test_a_time_that_the_clock_skips_is_made_up_for_at_once_and_does_not_drift():
    nightly = PeriodicJob("nightly", nothing, at=time(2, 30), per_merchant=True)
    taken = turns(nightly, "Europe/Berlin", datetime(2026, 3, 27, 23, 0, tzinfo=UTC), 3)
    assert taken == [
        ("2026-03-28", datetime(2026, 3, 28, 1, 30, tzinfo=UTC)),
        ("2026-03-29", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),  # 03:00, the first minute after the gap
        ("2026-03-30", datetime(2026, 3, 30, 0, 30, tzinfo=UTC)),
    ]


def test_a_time_that_the_clock_repeats_has_one_turn():
    nightly = PeriodicJob("nightly", nothing, at=time(2, 30), per_merchant=True)
    taken = turns(nightly, "Europe/Berlin", datetime(2026, 10, 24, 22, 0, tzinfo=UTC), 1)
    assert taken == [("2026-10-25", datetime(2026, 10, 25, 0, 30, tzinfo=UTC))]


def test_after_three_days_away_only_the_newest_turn_is_made_up_for():
    nightly = PeriodicJob("nightly", nothing, at=time(2, 30), per_merchant=True)
    assert nightly.due_slot(datetime(2026, 6, 5, 15, 0, tzinfo=UTC), "2026-06-02") == "2026-06-05"
    assert nightly.due_slot(datetime(2026, 6, 5, 15, 0, tzinfo=UTC), "2026-06-05") is None


def test_a_late_evening_turn_missed_over_midnight_is_made_up_for_within_twenty_hours():
    evening = PeriodicJob("evening", nothing, at=time(23, 50))
    assert evening.due_slot(datetime(2026, 6, 5, 0, 20, tzinfo=UTC), "2026-06-03") == "2026-06-04"
    assert evening.due_slot(datetime(2026, 6, 5, 20, 0, tzinfo=UTC), "2026-06-03") is None


def test_a_new_merchant_has_no_turn_before_the_first_time_of_day():
    morning = PeriodicJob("morning", nothing, at=time(8), per_merchant=True)
    assert morning.due_slot(datetime(2026, 6, 5, 7, 0, tzinfo=UTC), None) is None
    assert morning.due_slot(datetime(2026, 6, 5, 9, 0, tzinfo=UTC), None) == "2026-06-05"


def test_moving_west_does_not_repeat_a_day():
    morning = PeriodicJob("morning", nothing, at=time(8), per_merchant=True)
    now = datetime(2026, 6, 5, 20, 0, tzinfo=UTC)
    slot = morning.due_slot(now.astimezone(ZoneInfo("Pacific/Apia")), None)
    assert slot == "2026-06-06"
    assert morning.due_slot(now.astimezone(ZoneInfo("America/New_York")), slot) is None


def test_an_interval_has_one_turn_per_interval_and_skips_what_it_missed():
    often = PeriodicJob("often", nothing, every=timedelta(minutes=10))
    assert often.due_slot(datetime(2026, 6, 5, 12, 9, tzinfo=UTC), None) == "2026-06-05T12:00"
    assert often.due_slot(datetime(2026, 6, 5, 12, 9, tzinfo=UTC), "2026-06-05T12:00") is None
    assert often.due_slot(datetime(2026, 6, 5, 14, 31, tzinfo=UTC), "2026-06-05T12:00") == "2026-06-05T14:30"


@pytest.mark.parametrize("times", [{}, {"at": time(1), "every": timedelta(hours=1)}])
def test_a_job_has_a_time_or_an_interval(times):
    with pytest.raises(ValueError, match="either"):
        PeriodicJob("neither", nothing, **times)
