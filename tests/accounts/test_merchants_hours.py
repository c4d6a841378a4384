"""When a shop works: what is typed, what is kept, and which days are off."""

from __future__ import annotations

from datetime import date, time

import pytest

from accounts.merchants.rules import BadClosing, public_holidays, read_closings, write_closings
from accounts.models import Activity
from core.tenancy import tenant

HOURS = {
    "working_days": ["1", "2", "3", "4", "5"],
    "opens_at": "09:30",
    "closes_at": "18:00",
    "cut_off": "16:00",
    "keeps_holidays": "on",
    "closed_days": "2027-03-01\n2027-02-08 to 2027-02-10\n",
}
PAGE = "/m/luming/settings/hours/"


def test_the_hours_are_saved_shown_again_and_written_down(as_user, ann, shop):
    client = as_user(ann)
    assert client.post(PAGE, HOURS).status_code == 302

    shop.refresh_from_db()
    assert (shop.working_days, shop.opens_at, shop.cut_off) == ("12345", time(9, 30), time(16))
    assert shop.closed_days == [["2027-02-08", "2027-02-10"], ["2027-03-01", "2027-03-01"]]
    with tenant(shop):
        assert Activity.objects.get().changes["working_days"] == ["1234567", "12345"]
    shown = client.get(PAGE).content.decode()
    assert "2027-02-08 to 2027-02-10" in shown
    assert 'value="16:00"' in shown
    assert client.post(PAGE, HOURS).status_code == 302
    with tenant(shop):
        assert Activity.objects.count() == 1


def test_the_shops_own_days_weekends_and_public_holidays_are_off(as_user, ann, shop):
    as_user(ann).post(PAGE, HOURS)

    shop.refresh_from_db()
    at = shop.working_time
    days = [date(2027, 2, 9), date(2027, 2, 20), date(2026, 10, 1), date(2027, 3, 1), date(2027, 3, 2)]
    assert [at.is_working_day(day) for day in days] == [False, False, False, False, True]


def test_a_shop_that_keeps_no_holidays_works_on_them(shop):
    assert shop.working_time.is_working_day(date(2026, 10, 1))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"working_days": []}, "working_days"),
        ({"working_days": ["8"]}, "working_days"),
        ({"closes_at": "09:30"}, "closes_at"),
        ({"cut_off": "18:30"}, "cut_off"),
        ({"opens_at": "25:00"}, "opens_at"),
        ({"closed_days": "tomorrow"}, "closed_days"),
        ({"closed_days": "2027-02-30"}, "closed_days"),
        ({"closed_days": "2027-02-10 to 2027-02-08"}, "closed_days"),
    ],
)
def test_hours_that_make_no_sense_change_nothing_and_say_why(as_user, ann, shop, wrong, field):
    answer = as_user(ann).post(PAGE, HOURS | wrong)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    shop.refresh_from_db()
    assert shop.working_days == "1234567"


def test_who_may_not_change_the_shop_may_not_change_its_hours(as_user, ben, shop):
    assert as_user(ben).post(PAGE, HOURS).status_code == 403


@pytest.mark.parametrize("line", ["2027-02-08 to 2027-02-10", "2027-2-8 – 2027-2-10", "2027-02-08 至 2027-02-10"])
def test_spans_are_read_as_people_write_them(line):
    assert read_closings(line) == [["2027-02-08", "2027-02-10"]]
    assert read_closings(write_closings(read_closings(line), "至")) == read_closings(line)


def test_a_bad_line_is_named_and_too_many_are_refused():
    with pytest.raises(BadClosing) as bad:
        read_closings("2027-02-08\nnext week")
    assert bad.value.line == "next week"
    with pytest.raises(BadClosing):
        read_closings("\n".join(f"{year}-01-01" for year in range(2027, 2128)))


def test_a_country_that_is_unknown_has_no_holidays():
    assert public_holidays("ZZ", 2027) == public_holidays("", 2027) == frozenset()
    assert date(2027, 7, 4) in public_holidays("US", 2027)
