"""Series from outside: what is kept of a file, what was known when, and weeks of advertising."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts.models import Activity
from analytics.calendar.models import OutsideSeries, OutsideValue
from analytics.calendar.outside import Given, add_values, save_series, upload_values
from analytics.calendar.queries import values_of, weekly_values
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant

TODAY = date(2026, 6, 15)


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to(datetime(2026, 6, 15, 4, 0, tzinfo=UTC), tick=False)


def series(**values):
    fields = {"name": "Douyin ads", "kind": "ad_spend", "unit": "CNY", "period": "day", **values}
    return save_series(OutsideSeries(), actor=SYSTEM, **fields)


def upload(row: OutsideSeries, text: str):
    return upload_values(row, file_name="ads.csv", content=text.encode(), actor=SYSTEM)


def test_a_file_keeps_its_good_rows_and_says_why_of_the_others(scope):
    row = series()

    done = upload(
        row,
        'day,value\n2026-06-01,100\n2026/06/02,"1,200.50"\n2026-06-03,much\n2026-06-04,-5\n2026-06-05,1e308\n'
        "2026-06-06,nan\n2026-13-01,1\n1900-01-01,1\n2026-06-01,90\n\n2026-06-07,0\n",
    )

    assert values_of(row) == {date(2026, 6, 1): 90.0, date(2026, 6, 2): 1200.5, date(2026, 6, 7): 0.0}
    assert (done.added, done.unchanged) == (3, 0)
    assert [(number, reason) for number, _cells, reason in done.bad_rows] == [
        (2, "Row 10 says it again; that one counts."),
        (4, "“much” in column value is not a number."),
        (5, "Advertising cannot cost less than nothing."),
        (6, "No real amount is that large."),
        (7, "This is not a number."),
        (8, "“2026-13-01” in column day is not a day such as 2026-11-30."),
        (9, "This day is too far away to be meant."),
    ]
    assert Activity.objects.filter(kind="calendar.outside_values_added").count() == 1


def test_the_same_file_again_adds_nothing(scope):
    row = series()
    text = "day,value\n2026-06-01,100\n2026-06-02,110\n"
    upload(row, text)

    again = upload(row, text)

    assert (again.added, again.unchanged, OutsideValue.objects.count()) == (0, 2, 2)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_csv"),
        (b"\x00\x01\x02", "not_csv"),
        (b"date,amount\n2026-06-01,1\n", "no_column"),
        (b"x" * (2 * 1024 * 1024 + 1), "file_too_large"),
    ],
)
def test_what_is_no_table_of_values_is_refused_whole(scope, content, code):
    row = series()

    with pytest.raises(Refused) as refusal, transaction.atomic():
        upload_values(row, file_name="x", content=content, actor=SYSTEM)

    assert refusal.value.code == code
    assert not OutsideValue.objects.exists()


def test_a_correction_is_known_from_its_day_on_and_the_past_stays_as_it_was(scope):
    row = series()
    add_values(row, [Given(date(2026, 6, 1), 100.0, None), Given(date(2026, 6, 20), 70.0, None)], source="plan")
    add_values(row, [Given(date(2026, 6, 1), 130.0, None)], source="invoice")

    assert values_of(row, date(2026, 6, 1)) == {}
    assert values_of(row, date(2026, 6, 14)) == {date(2026, 6, 1): 100.0}
    assert values_of(row, TODAY) == {date(2026, 6, 1): 130.0, date(2026, 6, 20): 70.0}


def test_values_are_never_changed(scope):
    row = series()
    add_values(row, [Given(date(2026, 6, 1), 100.0, None)], source="")

    with pytest.raises(DatabaseError), transaction.atomic():
        OutsideValue.objects.update(value=1.0)
    with pytest.raises(TypeError):
        OutsideValue.objects.get().delete()


def test_weeks_of_advertising_add_up_all_its_series(scope, rival):
    days = series()
    months = series(name="Agency", period="month")
    monday = date(2026, 6, 1)
    add_values(days, [Given(monday + timedelta(days=step), 10.0, None) for step in range(8)], source="")
    add_values(months, [Given(monday, 300.0, None)], source="")
    series(name="Rain", kind="weather")
    with tenant(rival):
        add_values(series(), [Given(monday, 1e6, None)], source="")

    weeks = weekly_values(kind="ad_spend")

    assert list(weeks) == [monday + timedelta(days=7 * step) for step in range(5)]
    assert weeks[monday] == pytest.approx(70 + 70)
    assert weeks[date(2026, 6, 8)] == pytest.approx(10 + 70)
    assert weeks[date(2026, 6, 29)] == pytest.approx(20)
    assert weekly_values(kind="ad_spend", first=monday, last=monday) == {monday: weeks[monday]}
    assert weekly_values(kind="ad_spend", as_of=date(2026, 6, 3)) == {monday: pytest.approx(20.0)}
    assert weekly_values(kind="weather") == {}


def test_weeks_of_weather_are_means_of_the_days_known(scope):
    rain = series(name="Rain", kind="weather")
    add_values(rain, [Given(date(2026, 6, 1), -2.0, None), Given(date(2026, 6, 2), 4.0, None)], source="")

    assert weekly_values(kind="weather") == {date(2026, 6, 1): 1.0}


def test_a_series_needs_a_name_of_its_own_and_keeps_its_period(scope):
    row = series()
    add_values(row, [Given(date(2026, 6, 1), 1.0, None)], source="")

    with pytest.raises(Refused, match="of this name"):
        series()
    with pytest.raises(Refused, match="values already"):
        save_series(row, actor=SYSTEM, period="week")
