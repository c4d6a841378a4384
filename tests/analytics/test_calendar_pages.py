"""The pages of the calendar and of outside series, and the files they give."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from analytics.calendar.icalendar import Entry, icalendar
from analytics.calendar.models import (
    OccasionChoice,
    OccasionEffect,
    OutsideSeries,
    OutsideUpload,
    OutsideValue,
    OwnEvent,
)
from analytics.calendar.outside import Given, add_values
from core.tenancy import tenant
from tests.analytics.sales_kit import TODAY


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to(datetime(2026, 6, 15, 4, 0, tzinfo=UTC), tick=False)


@pytest.fixture
def browser(shop, ann, as_user):
    return as_user(ann)


def at(shop, name: str, *args) -> str:
    return reverse(name, args=[shop.slug, *args])


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def csv_of(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def own(shop, name="Live night", first=TODAY + timedelta(days=3), **values) -> OwnEvent:
    with tenant(shop):
        return OwnEvent.objects.create(name=name, first_day=first, last_day=first, **values)


def series(shop, name="Rain", kind="weather") -> OutsideSeries:
    with tenant(shop):
        return OutsideSeries.objects.create(name=name, kind=kind)


def file_of(text: str, name="values.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(), "text/csv")


def test_the_month_shows_festivals_and_own_events_and_what_they_did_before(shop, browser):
    row = own(shop)
    with tenant(shop):
        OccasionEffect.objects.create(measure="sales_value", key="mid_year_618", past=3, change=0.61, seen_to=TODAY)
        OccasionEffect.objects.create(measure="sales_value", key="own:Live night", past=1, change=None, seen_to=TODAY)

    text = text_of(browser.get(at(shop, "calendar")))

    assert "June 2026" in text
    assert '<li class="festival">618</li>' in text
    assert f'<li class="own"><a href="{row.get_absolute_url()}">Live night</a></li>' in text
    assert "last 3 times +61%" in text
    assert "no effect beyond chance" in text
    assert "not seen before" in text
    assert "Labor Day" in text
    assert text.count("<h1") == 1


@pytest.mark.parametrize("month", ["2026-11", "x", "9999-12", "1900-01", "2026-13", "0"])
def test_other_months_and_nonsense_open(shop, browser, month):
    text = text_of(browser.get(at(shop, "calendar") + f"?month={month}"))

    assert ("November 2026" if month == "2026-11" else "June 2026") in text
    if month == "2026-11":
        assert "Double 11" in text


def test_a_festival_is_switched_and_another_country_has_others(shop, browser):
    browser.post(at(shop, "calendar-switch"), {"key": "double_11", "on": "0"})

    with tenant(shop):
        assert list(OccasionChoice.objects.values_list("key", "is_on")) == [("double_11", False)]
    assert "Double 11" not in text_of(browser.get(at(shop, "calendar") + "?month=2026-11")).split("What lies ahead")[0]
    shop.country = "US"
    shop.save()
    text = text_of(browser.get(at(shop, "calendar")))
    assert "Independence Day" in text
    assert "The next Prime Day is not announced in what we know." in text
    own(shop, name="Prime Day", first=date(2026, 7, 14))
    assert "The next Prime Day" not in text_of(browser.get(at(shop, "calendar")))


def test_an_event_is_added_changed_and_deleted(shop, browser):
    answer = browser.post(
        at(shop, "ownevent-new"),
        {"name": "Sale", "kind": "promotion", "first_day": "2026-06-20", "lead_days": 2, "after_days": 0},
    )
    assert answer.status_code == 302
    with tenant(shop):
        row = OwnEvent.objects.get()
        assert (row.last_day, row.lead_days) == (date(2026, 6, 20), 2)

    edit = at(shop, "ownevent-edit", row.pk)
    assert 'value="2026-06-20"' in text_of(browser.get(edit))
    wrong = browser.post(
        edit,
        {
            "name": "Sale",
            "kind": "promotion",
            "first_day": "2026-06-20",
            "last_day": "2026-06-19",
            "lead_days": 0,
            "after_days": 0,
        },
    )
    assert wrong.status_code == 422
    assert "The last day lies before the first one." in text_of(wrong)
    browser.post(
        edit, {"name": "Big sale", "kind": "closure", "first_day": "2026-06-21", "lead_days": 0, "after_days": 0}
    )
    row.refresh_from_db()
    assert (row.name, row.kind) == ("Big sale", "closure")
    assert browser.post(at(shop, "ownevent-delete", row.pk)).status_code == 302
    with tenant(shop):
        assert not OwnEvent.objects.exists()


@pytest.mark.parametrize("values", [{}, {"first_day": "soon"}, {"lead_days": "99"}, {"kind": "party"}])
def test_a_form_that_is_wrong_comes_back(shop, browser, values):
    given = {"name": "", "kind": "promotion", "first_day": "2026-06-20", "lead_days": "0", "after_days": "0", **values}

    assert browser.post(at(shop, "ownevent-new"), given).status_code == 422
    with tenant(shop):
        assert not OwnEvent.objects.exists()


def test_events_go_out_and_come_back_as_a_file(shop, browser):
    own(shop, name="=cmd()", note="a,b", yearly=True)

    rows = csv_of(browser.get(at(shop, "ownevent-export")))

    assert rows[0] == ["name", "first_day", "last_day", "kind", "lead_days", "after_days", "yearly", "note"]
    assert rows[1][0] == "'=cmd()"
    assert rows[1][6:] == ["yes", "a,b"]
    text = "name,first_day,kind\nLive,2026-07-01,live\nOdd,2026-07-02,party\n"
    answer = browser.post(at(shop, "ownevent-import"), {"file": file_of(text)})
    assert answer.status_code == 422
    assert "Refused rows: 1" in text_of(answer)
    assert "“party” is none of" in text_of(answer)
    with tenant(shop):
        assert OwnEvent.objects.filter(name="Live").exists()
    assert (
        browser.post(at(shop, "ownevent-import"), {"file": file_of("name,first_day\nB,2026-07-05\n")}).status_code
        == 302
    )
    assert browser.post(at(shop, "ownevent-import"), {"file": file_of("a,b\n1,2\n")}).status_code == 422


def test_the_calendar_file_is_read_by_other_programs(shop, browser):
    own(shop, name="Tea, and cake; twice", note="line\nbreak", yearly=True)

    response = browser.get(at(shop, "ownevent-ics"))

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    lines = response.content.decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert "SUMMARY:Tea\\, and cake\\; twice" in lines
    assert "DTSTART;VALUE=DATE:20260618" in lines
    assert "DTEND;VALUE=DATE:20260619" in lines
    assert "RRULE:FREQ=YEARLY" in lines
    assert all(len(line.encode()) <= 75 for line in lines)


def test_long_chinese_lines_are_folded_between_signs():
    text = icalendar("店", [Entry("1@x", "春" * 60, TODAY, TODAY)], datetime(2026, 6, 1, tzinfo=UTC))

    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "春" * 60 in text.replace("\r\n ", "")


def test_a_file_of_values_is_taken_in_and_its_bad_rows_come_back(shop, browser):
    row = series(shop)

    answer = browser.post(
        at(shop, "outsideseries-upload", row.pk), {"file": file_of("day,value\n2026-06-01,3.5\n2026-06-02,wet\n=x,1\n")}
    )

    assert answer.status_code == 302
    text = text_of(browser.get(row.get_absolute_url()))
    assert "2 rows with reasons" in text
    assert "3.50" in text
    assert "fewer than 28 days" in text
    with tenant(shop):
        made = OutsideUpload.objects.get()
    rows = csv_of(browser.get(at(shop, "outsideupload-rows", made.pk)))
    assert rows[1] == ["3", "“wet” in column value is not a number.", "2026-06-02", "wet"]
    assert rows[2][2] == "'=x"
    assert csv_of(browser.get(at(shop, "outsideseries-export", row.pk)))[1] == ["2026-06-01", "3.5", "2026-06-02"]


@pytest.mark.parametrize("content", [b"", b"\x00\x00", b"when,what\n1,2\n"])
def test_what_is_no_table_comes_back_with_the_reason(shop, browser, content):
    row = series(shop)

    answer = browser.post(
        at(shop, "outsideseries-upload", row.pk), {"file": SimpleUploadedFile("x.csv", content, "text/csv")}
    )

    assert answer.status_code == 422
    with tenant(shop):
        assert not OutsideValue.objects.exists()


def test_a_series_that_never_changes_is_said_to_be_of_no_use(shop, browser):
    row = series(shop)
    with tenant(shop):
        add_values(
            row, [Given(TODAY - timedelta(days=back), 0.0, None) for back in range(1, 60) if back != 9], source=""
        )

    text = text_of(browser.get(row.get_absolute_url()))

    assert "It never changes, so it can explain nothing" in text
    assert "1 between them is missing" in text


def test_a_series_is_made_and_changed(shop, browser):
    given = {"name": "Ads", "kind": "ad_spend", "unit": "CNY", "period": "week", "ahead": "carry", "in_forecasts": "on"}

    assert browser.post(at(shop, "outsideseries-new"), given).status_code == 302
    with tenant(shop):
        row = OutsideSeries.objects.get()
    assert (row.period, row.ahead, row.in_forecasts) == ("week", "carry", True)
    again = browser.post(at(shop, "outsideseries-new"), given)
    assert again.status_code == 422
    assert "There already is a series of this name." in text_of(again)
    assert browser.post(at(shop, "outsideseries-edit", row.pk), {**given, "name": "Adverts"}).status_code == 302
    assert "Adverts" in text_of(browser.get(at(shop, "outsideseries-list")))


def test_another_shop_s_rows_are_not_found(shop, rival, cleo, as_user):
    event, row = own(shop), series(shop)
    browser = as_user(cleo)

    for name, pk in (("ownevent-edit", event.pk), ("outsideseries-detail", row.pk), ("outsideseries-export", row.pk)):
        assert browser.get(at(rival, name, pk)).status_code == 404
        assert browser.get(at(shop, name, pk)).status_code == 404


def test_who_may_only_look_changes_nothing(shop, ben, as_user):
    browser = as_user(ben)

    text = text_of(browser.get(at(shop, "calendar")))

    assert "Add event" not in text
    assert "Switch off" not in text
    assert browser.post(at(shop, "calendar-switch"), {"key": "double_11", "on": "0"}).status_code == 403


def test_the_page_costs_few_queries_and_speaks_chinese(shop, ann, browser, django_assert_max_num_queries):
    for step in range(5):
        own(shop, name=f"Event {step}", first=TODAY + timedelta(days=step))
    browser.get(at(shop, "calendar"))

    with django_assert_max_num_queries(18):
        browser.get(at(shop, "calendar"))
    ann.language = "zh-hans"
    ann.save()
    text = text_of(browser.get(at(shop, "calendar")))
    assert "端午节" in text
    assert "劳动节" in text
