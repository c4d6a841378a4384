"""Own events and the choice of festivals: entering them, files of them, and what forecasts make of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from accounts.models import Activity
from analytics.calendar.actions import delete_event, import_events, save_event, switch_occasion
from analytics.calendar.festivals import known_occasions
from analytics.calendar.models import OccasionChoice, OccasionEffect, OutsideSeries, OwnEvent
from analytics.calendar.outside import Given, add_values, save_series
from analytics.calendar.surroundings import calendar_of, surroundings
from analytics.demand.history import festival_factors
from analytics.facts.models import DailyFact
from analytics.forecasts import words
from analytics.forecasts.actions import make_forecast
from analytics.forecasts.models import Forecast
from analytics.forecasts.queries import altered_runs
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from tests.analytics.sales_kit import TODAY, sales_history

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to(datetime(2026, 6, 15, 4, 0, tzinfo=UTC), tick=False)


def event(name: str = "Anniversary", first: date = TODAY + timedelta(days=9), days: int = 1, **values) -> OwnEvent:
    last = first + timedelta(days=days - 1)
    return save_event(OwnEvent(), actor=SYSTEM, name=name, first_day=first, last_day=last, **values)


def keys(shop, first=TODAY - timedelta(days=365), last=TODAY + timedelta(days=60), as_of=TODAY) -> list[str]:
    return [one.key for one in calendar_of(shop, first, last, as_of)[0]]


def test_an_event_is_kept_with_who_and_since_when(scope):
    row = event("  Store   anniversary ")
    past = event("Old", first=date(2026, 1, 10))

    assert (row.name, row.name_key, row.known_on) == ("Store anniversary", "store anniversary", TODAY)
    assert past.known_on == date(2026, 1, 9)
    assert Activity.objects.filter(kind="calendar.own_event_saved").count() == 2
    save_event(row, actor=SYSTEM, note="free tea")
    entry = Activity.objects.order_by("pk").last()
    assert entry.changes == {"note": ["", "free tea"]}
    delete_event(row, actor=SYSTEM)
    assert Activity.objects.order_by("pk").last().kind == "calendar.own_event_deleted"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": "  "}, "no_name"),
        ({"last_day": TODAY - timedelta(days=1), "first_day": TODAY}, "ends_before"),
        ({"first_day": TODAY, "last_day": TODAY + timedelta(days=62)}, "too_long"),
        ({"first_day": date(1999, 1, 1), "last_day": date(1999, 1, 1)}, "bad_day"),
        ({"first_day": date(2126, 1, 1), "last_day": date(2126, 1, 1)}, "bad_day"),
    ],
)
def test_what_nobody_can_mean_is_refused(scope, values, code):
    given = {"name": "Sale", "first_day": TODAY, "last_day": TODAY, **values}

    with pytest.raises(Refused) as refusal, transaction.atomic():
        save_event(OwnEvent(), actor=SYSTEM, **given)

    assert refusal.value.code == code
    assert not OwnEvent.objects.exists()
    assert not Activity.objects.exists()


def test_a_file_of_events_keeps_good_rows_and_returns_the_others(scope):
    text = (
        "name,first_day,last_day,kind,lead_days,yearly\n"
        "Live,2026-06-20,,live,2,\nLive,2026-05-20,,live,2,no\nShut,2026-10-01,2026-10-03,closure,,yes\n"
        "Odd,2026-06-20,,party,,\nOdd,2026-06-20,,live,99,\nBack,2026-06-20,2026-06-19,,,\n,2026-06-20,,,,\n"
    )

    added, kept, bad = import_events(text.encode(), actor=SYSTEM)

    assert (added, kept) == (3, 0)
    assert [row[0] for row in bad] == [5, 6, 7, 8]
    assert "“party” is none of promotion, live" in bad[0][2]
    assert import_events(text.encode(), actor=SYSTEM)[:2] == (0, 3)
    shut = OwnEvent.objects.get(name="Shut")
    assert shut.spans(TODAY, date(2027, 12, 31)) == [
        (date(2026, 10, 1), date(2026, 10, 3)),
        (date(2027, 10, 1), date(2027, 10, 3)),
    ]


def test_a_country_brings_its_festivals_and_the_shop_switches_them(shop, scope):
    assert {"nianhuo", "spring_festival", "double_11", "holiday:CN:Labor Day"} <= set(keys(shop))
    assert "prime_day" not in keys(shop)

    switch_occasion("prime_day", True, actor=SYSTEM)
    switch_occasion("double_11", False, actor=SYSTEM)
    switch_occasion("double_11", False, actor=SYSTEM)

    assert "prime_day" in keys(shop)
    assert "double_11" not in keys(shop)
    assert Activity.objects.filter(kind="calendar.occasion_switched").count() == 2
    switch_occasion("double_11", True, actor=SYSTEM)
    assert list(OccasionChoice.objects.values_list("key", flat=True)) == ["prime_day"]
    with pytest.raises(Refused):
        switch_occasion("carnival", True, actor=SYSTEM)
    shop.country = "US"
    assert {"black_friday", "cyber_monday", "prime_day", "holiday:US:Independence Day"} <= set(keys(shop))
    assert "spring_festival" not in keys(shop)


@pytest.mark.parametrize("country", ["CN", "HK", "US", "DE", "BR", "IN", "JP", "AU", "XX"])
def test_every_country_has_a_calendar(country):
    found = known_occasions(country, date(2024, 1, 1), date(2027, 1, 1))

    assert len({one.key for one in found}) == len(found)
    assert all(len(one.key) <= 60 for one in found)
    assert any(one.is_holiday for one in found) == (country != "XX")


def test_a_prime_day_to_come_is_known_once_the_shop_enters_it(shop, scope):
    shop.country = "US"
    ahead = (TODAY, TODAY + timedelta(days=60))

    def days():
        prime = next(one for one in calendar_of(shop, *ahead, TODAY)[0] if one.key == "prime_day")
        return [day for day in prime.days if day > TODAY]

    assert days() == []
    event("Prime Day", first=date(2026, 7, 14), days=2)
    assert days() == [date(2026, 7, 14)]
    assert "own:Prime Day" not in keys(shop)


def test_an_event_entered_later_was_not_known_before(shop, scope):
    row = event("Live", first=TODAY + timedelta(days=5))
    OwnEvent.objects.filter(pk=row.pk).update(known_on=TODAY)

    assert "own:Live" in keys(shop)
    assert "own:Live" not in keys(shop, as_of=YESTERDAY)
    assert "own:Live" in keys(shop, as_of=TODAY + timedelta(days=5))


def with_event(*days: date, factor: float = 3) -> None:
    for day in days:
        fact = DailyFact.objects.get(day=day)
        DailyFact.objects.filter(pk=fact.pk).update(value=fact.value * factor, orders=round(fact.orders * factor))


def test_an_own_event_is_forecast_from_what_it_did_and_the_calendar_learns_it(shop, scope):
    sales_history(280)
    past = [TODAY - timedelta(days=back) for back in (205, 160, 90)]
    with_event(*past)
    for day in (*past, TODAY + timedelta(days=9)):
        event("Live", first=day)

    run = make_forecast("orders", actor=SYSTEM)

    days = {one.day: one.mean for one in Forecast.objects.filter(run=run)}
    assert days[TODAY + timedelta(days=9)] > 2 * days[TODAY + timedelta(days=2)]
    seen = OccasionEffect.objects.get(key="own:Live")
    assert (seen.measure, seen.past) == ("orders", 3)
    assert seen.change == pytest.approx(2.0, rel=0.3)
    notes = [words.note(note["code"], note) for note in run.backtest["notes"]]
    assert "Live on Wed 24 Jun is expected to go as it did the 3 times we saw it." in notes


def test_a_first_event_has_no_factor_and_the_run_says_so(shop, scope):
    sales_history(200)
    plain = make_forecast("orders", actor=SYSTEM)
    event("Pop-up", first=TODAY + timedelta(days=9))

    run = make_forecast("orders", actor=SYSTEM)

    said = [words.note(note["code"], note) for note in run.backtest["notes"]]
    assert "“Pop-up” on Wed 24 Jun is the first of its kind, so we know of no effect and expect none." in said
    assert [day.mean for day in run.days.all()] == [day.mean for day in plain.days.all()]


def test_closed_days_are_forecast_zero_in_sales_and_demand(shop, scope):
    sales_history(200)
    event("Stocktaking", first=TODAY + timedelta(days=3), days=2, kind="closure")

    run = make_forecast("orders", actor=SYSTEM)

    days = {one.day: one for one in run.days.all()}
    closed = [TODAY + timedelta(days=step) for step in (3, 4)]
    assert [days[day].mean for day in closed] == [0, 0]
    assert [days[day].q975 for day in closed] == [0, 0]
    assert days[TODAY + timedelta(days=5)].mean > 0
    said = [words.note(note["code"], note) for note in run.backtest["notes"]]
    assert "You are closed on 2 of the coming days: nothing is expected then." in said
    factors, _ahead = festival_factors(shop, TODAY - timedelta(days=200), YESTERDAY, 28, TODAY)
    assert factors[200 + 3 : 200 + 6] == [0.0, 0.0, 1.0]


def test_a_run_states_its_outside_series_and_its_seal_covers_them(shop, scope):
    sales_history(200)
    row = save_series(OutsideSeries(), actor=SYSTEM, name="Rain", kind="weather", period="day")
    first = TODAY - timedelta(days=200)
    values = [Given(first + timedelta(days=step), float(step * 7 % 11), None) for step in range(205)]
    add_values(row, values, source="file")

    run = make_forecast("orders", actor=SYSTEM)

    assert [(one["name"], one["code"]) for one in run.backtest["regressors"]] == [("Rain", "no_gain")]
    assert run.backtest["regressors"][0]["known_ahead"] == 5
    said = words.regressor(run.backtest["regressors"][0], run.horizon)
    assert said == "“Rain” is not used: on past days it brought the forecast no nearer."
    assert altered_runs() == []


def test_values_are_as_they_were_known_and_today_s_reach_today_s_forecast(shop, scope):
    row = save_series(OutsideSeries(), actor=SYSTEM, name="Ads", kind="ad_spend", period="week")
    monday = TODAY
    add_values(row, [Given(monday, 70.0, None), Given(monday - timedelta(days=7), 35.0, None)], source="")

    def known(as_of: date):
        around = surroundings(shop, TODAY - timedelta(days=30), YESTERDAY, 28, as_of)
        return sorted(zip(around.regressors[0].days.tolist(), around.regressors[0].values.tolist(), strict=True))

    assert [value for _day, value in known(TODAY)] == [35.0] * 7 + [70.0] * 7
    assert known(YESTERDAY) == []


def test_another_shop_s_events_and_series_are_not_seen(shop, rival):
    with tenant(rival):
        event("Live")
        save_series(OutsideSeries(), actor=SYSTEM, name="Ads", kind="ad_spend", period="day")

    with tenant(shop):
        around = surroundings(shop, TODAY - timedelta(days=30), YESTERDAY, 28, TODAY)
        assert around.regressors == ()
        assert not [one for one in around.occasions if one.key.startswith("own:")]


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (
            {"code": "used", "gain": 0.12, "known_ahead": 28, "ahead": "usual"},
            "“Ads” is used: with it, tests on past days came 12% nearer.",
        ),
        (
            {"code": "used", "gain": 0.12, "known_ahead": 5, "ahead": "carry"},
            "“Ads” is used: with it, tests on past days came 12% nearer. It is known for 5 of 28 coming days; after "
            "that its last value is carried on.",
        ),
        ({"code": "still"}, "“Ads” is not used: it never changed, so it explains nothing."),
        ({"code": "too_few"}, "“Ads” is not used: a series needs at least 28 known days."),
        (
            {"code": "unknown_ahead"},
            "“Ads” is not used: its coming days are not known, and then you leave it out.",
        ),
    ],
)
def test_every_verdict_has_its_sentence(facts, sentence):
    assert words.regressor({"name": "Ads", "gain": 0.0, "known_ahead": 0, "ahead": "usual", **facts}, 28) == sentence
