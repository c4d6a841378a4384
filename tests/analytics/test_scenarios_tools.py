"""Beside asking: prices tried, tests with drawn weeks, what advertising brought, the API, and the notice."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from datetime import timedelta

import numpy as np
import pytest
from django.urls import reverse

from accounts.activity.models import Activity
from analytics.calendar.models import OutsideSeries, OutsideValue
from analytics.engine.scenario.price_test import noise_of
from analytics.markets.models import WEEK, PlayerWeek
from analytics.scenarios.actions import adopt_scenario, judge_promises, next_monday, save_scenario
from analytics.scenarios.models import PriceTest, Promise, Scenario
from analytics.scenarios.rules import Question, schedule
from analytics.scenarios.views.tools import explained
from core.actors import SYSTEM
from core.events import load
from core.tenancy import every_tenant, tenant
from notifications.inbox.handlers.ahead import promise_judged
from notifications.inbox.models import Notification
from tests.analytics.markets_kit import LAST, TODAY
from tests.analytics.scenarios_kit import NOW, asked_market, desk, market_of
from tests.api import program_of

FIRST, THIRD = LAST + 2 * WEEK, LAST + 4 * WEEK
CUT = {"first": FIRST.isoformat(), "last": THIRD.isoformat(), "price": -10}


@pytest.fixture(autouse=True)
def _then(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def browser(ann, as_user):
    return as_user(ann)


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_range_tried_is_shown_and_nothing_is_proposed(shop, browser):
    market = asked_market(shop)

    text = text_of(browser.get(reverse("scenario-explorer", args=[shop.slug])))

    tried = desk(market, shop).tried("price")
    assert f"−{abs(tried.low):.0f}%" in text
    assert "None of them is a recommendation." in text
    assert "1% dearer: the share changes by about −" in text
    assert not re.search(r"\b(best|optimal|optimum)\b", text)


def test_a_price_test_says_how_long_and_keeps_its_draw(shop, browser):
    market = market_of(shop)
    url = reverse("price-test-new", args=[shop.slug])

    assert "How long it takes" in text_of(browser.get(url))
    response = browser.post(url, {"name": "Five off", "price": -5, "effect": 10, "regions": 4})

    with tenant(shop):
        test = PriceTest.objects.get()
    assert response["Location"] == test.get_absolute_url()
    assert (test.market, test.first_week, test.regions) == (market, next_monday(TODAY), 4)
    changed = Counter((cell["region"], cell["changed"]) for cell in test.schedule)
    assert {changed[region, True] for region in range(1, 5)} == {test.weeks // 2}
    assert "Five off" in text_of(browser.get(response["Location"]))
    assert "Five off" in text_of(browser.get(reverse("price-test-list", args=[shop.slug])))
    download = browser.get(reverse("price-test-schedule", args=[shop.slug, test.pk]))
    rows = list(csv.DictReader(io.StringIO(b"".join(download.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 4 * test.weeks
    assert {row["price_change_percent"] for row in rows} == {"-5.0", "0"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"price": 0}, "Enter a change other than 0."),
        ({"effect": 1, "regions": 1}, "Look for a larger effect, or use more regions."),
        ({"effect": -3}, "greater than or equal to 1"),
        ({"name": ""}, "This field is required."),
    ],
)
def test_a_test_nobody_could_run_is_not_planned(shop, browser, given, words):
    market_of(shop)
    form = {"name": "Five off", "price": -5, "effect": 5, "regions": 1} | given

    response = browser.post(reverse("price-test-new", args=[shop.slug]), form)

    assert response.status_code == 422
    assert words in text_of(response)
    with tenant(shop):
        assert not PriceTest.objects.exists()


def test_moves_of_price_are_not_counted_as_noise():
    chance = np.random.default_rng(1)
    price, promotion = chance.uniform(-0.3, 0, 60), (chance.random(60) < 0.3).astype(float)
    sales = np.exp(4 + 0.01 * np.arange(60) - 2.5 * price + 0.4 * promotion + chance.normal(0, 0.05, 60))

    taken = explained(sales, np.column_stack([price, promotion]))

    assert noise_of(sales, taken) == pytest.approx(0.05, rel=0.35)
    assert noise_of(sales) > 0.2


def test_too_few_weeks_measure_no_noise(shop, browser):
    market_of(shop, weeks=5)

    text = text_of(browser.get(reverse("price-test-new", args=[shop.slug])))

    assert "You sold something of this market in 5 weeks; measuring the noise takes 8." in text


def test_the_same_seed_draws_the_same_weeks_and_others_differ():
    first, same, other = (schedule(FIRST, 12, 2, seed) for seed in (7, 7, 8))

    assert first == same != other
    assert sum(cell["changed"] for cell in first) == 12


def spent(weeks: int, amounts) -> None:
    series = OutsideSeries.objects.create(name="Ads", kind=OutsideSeries.Kind.AD_SPEND, period="week")
    for step in range(weeks):
        day = LAST - (weeks - 1 - step) * WEEK
        OutsideValue.objects.create(series=series, day=day, value=amounts[step], known_on=day + timedelta(days=7))


@pytest.mark.parametrize(
    ("weeks", "amounts", "words"),
    [
        (0, [], "No advertising spend of yours is on record. Enter it as an outside series; it takes 26 weeks"),
        (10, [100.0] * 10, "Spend and sales are known together for 10 weeks; it takes 26."),
        (40, [100.0] * 40, "The same was spent every week"),
        (40, [0.0] * 40, "Nothing was spent in the weeks that have sales."),
    ],
)
def test_what_advertising_brought_is_not_said_without_data(shop, browser, weeks, amounts, words):
    market_of(shop)
    with tenant(shop):
        if weeks:
            spent(weeks, amounts)

    assert words in text_of(browser.get(reverse("scenario-advertising", args=[shop.slug])))


def test_what_advertising_brought_is_said_with_its_range(shop, browser):
    market_of(shop)
    chance = np.random.default_rng(1)
    with tenant(shop):
        spent(40, [float(value) for value in chance.uniform(0, 2000, 40)])

    text = text_of(browser.get(reverse("scenario-advertising", args=[shop.slug])))

    assert "Rests on 40 weeks." in text
    assert "of sales, most likely" in text


def test_a_program_asks_keeps_adopts_and_reads_the_promise(shop, ann):
    market = asked_market(shop)
    program = program_of(shop)

    asked = program.post("scenarios/simulate/", {"market": market.pk, **CUT})
    made = program.post("scenarios/", {"market": market.pk, "name": "By program", **CUT})

    assert (asked.status_code, made.status_code) == (200, 201)
    assert made.data["answer"] == asked.data
    path = f"scenarios/{made.data['id']}/"
    assert program.get(path).data["answer"]["share"]["up"] > 0.9
    assert program.get(path + "promise/").status_code == 404
    adopted = program.post(path + "adopt/")
    assert adopted.status_code == 201
    assert adopted.data["outcome"] is None
    assert program.get(path + "promise/").data == adopted.data
    assert program.post(path + "adopt/").data["error"]["code"] == "adopted"
    assert [row["state"] for row in program.get("scenarios/").data["results"]] == ["adopted"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"market": 999}, 400, "invalid"),
        ({"price": -80}, 400, "invalid"),
        ({"measure": "weight"}, 400, "invalid"),
        ({"first": "2020-01-06", "last": "2020-01-06"}, 422, "weeks"),
        ({"first": (FIRST + timedelta(days=1)).isoformat()}, 422, "weeks"),
        ({"measure": "units"}, 422, "no_run"),
    ],
)
def test_a_program_is_told_what_is_wrong(shop, ann, change, status, code):
    market = asked_market(shop)

    response = program_of(shop).post("scenarios/", {"market": market.pk, "name": "x", **CUT, **change})

    assert (response.status_code, response.data["error"]["code"]) == (status, code)
    with tenant(shop):
        assert not Scenario.objects.exists()


def test_another_shops_program_sees_nothing(shop, rival, ann, cleo):
    market = asked_market(shop)
    with tenant(shop):
        kept = save_scenario(market, "value", Question(FIRST, THIRD, price=-10.0), name="Mine", actor=SYSTEM)
    stranger = program_of(rival)

    assert stranger.get(f"scenarios/{kept.pk}/").status_code == 404
    assert stranger.post(f"scenarios/{kept.pk}/adopt/").status_code == 404
    assert stranger.post("scenarios/simulate/", {"market": market.pk, **CUT}).status_code == 400
    assert program_of(shop, {"scenarios.view"}).post(f"scenarios/{kept.pk}/adopt/").status_code == 403
    with tenant(shop):
        assert not Promise.objects.exists()


def test_people_are_told_once_when_a_promise_was_judged(shop, ann, ben):
    market = asked_market(shop)
    with tenant(shop):
        kept = save_scenario(market, "value", Question(FIRST, THIRD, price=-10.0), name="Autumn cut", actor=SYSTEM)
        promise = adopt_scenario(kept, actor=SYSTEM)
    with every_tenant("the market goes on"):
        rows = list(PlayerWeek.objects.filter(week=LAST))
        for step in range(1, 5):
            PlayerWeek.objects.bulk_create(
                PlayerWeek(
                    player_id=row.player_id, week=LAST + step * WEEK, units=row.units, value=row.value, price=row.price
                )
                for row in rows
            )
        market.last_week = THIRD
        market.save()
    with tenant(shop):
        judge_promises(actor=SYSTEM)
        activity = Activity.objects.get(kind="scenarios.promise_judged")
        for _ in range(2):
            promise_judged(load(activity.kind, activity.payload), activity)
        notices = Notification.objects.filter(kind="promise-judged")
        assert {notice.user for notice in notices} == {ann, ben}
        assert notices[0].params["inside"] == promise.outcome_or_none.inside_share
