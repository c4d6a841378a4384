"""What was kept: saving, comparing, sharing, adopting, and the promise held against what came."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.activity.models import Activity
from analytics.markets.models import WEEK, PlannedWeek, PlayerWeek
from analytics.scenarios.actions import adopt_scenario, judge_promises, save_scenario, share_scenario
from analytics.scenarios.answers import Answer
from analytics.scenarios.links import url_of
from analytics.scenarios.models import Promise, PromiseOutcome, Scenario, ScenarioLink
from analytics.scenarios.queries import altered_promises
from analytics.scenarios.rules import Question, carried_out, likelihood
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import every_tenant, tenant
from tests.analytics.markets_kit import LAST
from tests.analytics.scenarios_kit import NOW, asked_market, desk

FIRST, THIRD = LAST + 2 * WEEK, LAST + 4 * WEEK
CUT = Question(FIRST, THIRD, price=-10.0)


@pytest.fixture(autouse=True)
def _then(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def market(shop):
    return asked_market(shop)


@pytest.fixture
def kept(shop, market) -> Scenario:
    with tenant(shop):
        return save_scenario(market, "value", CUT, name="Autumn cut", note="before Double 12", actor=SYSTEM)


@pytest.fixture
def adopted(shop, kept) -> Promise:
    with tenant(shop):
        return adopt_scenario(kept, actor=SYSTEM)


@pytest.fixture
def browser(ann, as_user):
    return as_user(ann)


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def come(promise: Promise, *, share_factor: float = 1.0, price: float = 0.9) -> None:
    """The weeks of the promise happen: the shop sells so much more or less than was promised, at that price."""
    with every_tenant("the market goes on"):
        last = {row.player_id: row for row in PlayerWeek.objects.filter(week=LAST, player__market=market_id(promise))}
        total = sum(float(row.value) for row in last.values())
        for step in range(1, 6):
            for player_id, row in last.items():
                is_own = player_id == promise.player_id
                value = promise.share[3] * share_factor * total if is_own else float(row.value)
                PlayerWeek.objects.create(
                    player_id=player_id,
                    week=LAST + step * WEEK,
                    units=row.units,
                    value=round(value, 2),
                    price=row.price * (price if is_own and step > 1 else 1.0),
                    promotion=row.promotion,
                )
        promise.scenario.market.last_week = LAST + 5 * WEEK
        promise.scenario.market.save()


def market_id(promise: Promise) -> int:
    return promise.scenario.market_id


def test_a_question_is_saved_with_its_answer(shop, market, browser):
    query = f"?market={market.pk}&measure=value&price=-10&first={FIRST}&last={THIRD}"
    url = reverse("scenario-save", args=[shop.slug]) + query

    assert "price −10%" in text_of(browser.get(url))
    assert browser.post(url, {"name": ""}).status_code == 422
    response = browser.post(url, {"name": "Autumn cut", "note": "try"})

    with tenant(shop):
        scenario = Scenario.objects.get()
        assert response["Location"] == scenario.get_absolute_url()
        assert scenario.asked == CUT
        assert Answer.read(scenario.answer) == desk(market, shop).answer(CUT)
        assert Activity.objects.filter(kind="scenarios.saved").count() == 1
    text = text_of(browser.get(response["Location"]))
    assert "Autumn cut" in text
    assert "16 Nov" not in text
    assert "23 Nov to the week of 7 Dec" in text
    assert "Autumn cut" in text_of(browser.get(reverse("scenario-list", args=[shop.slug])))


def test_a_draft_is_renamed_and_deleted(shop, kept, browser):
    url = reverse("scenario-edit", args=[shop.slug, kept.pk])
    browser.post(url, {"name": "Winter cut", "note": ""})
    with tenant(shop):
        assert Scenario.objects.get().name == "Winter cut"

    browser.post(reverse("scenario-delete", args=[shop.slug, kept.pk]))

    with tenant(shop):
        assert not Scenario.objects.exists()


def test_up_to_four_of_one_market_stand_side_by_side(shop, rival, market, kept, browser):
    other = asked_market(shop, measure="units", players=8, name="Cups")
    with tenant(shop):
        more = [
            save_scenario(market, "value", Question(FIRST, THIRD, price=-float(by)), name=f"By {by}", actor=SYSTEM)
            for by in (2, 4, 6, 8)
        ]
        strange = save_scenario(other, "units", CUT, name="Other market", actor=SYSTEM)
    rows = [kept.pk, strange.pk, *(one.pk for one in more), "x", 10**30]

    response = browser.get(reverse("scenario-compare", args=[shop.slug]), {"row": rows})

    text = text_of(response)
    assert [column["scenario"].name for column in response.context["columns"]] == ["Autumn cut", "By 2", "By 4", "By 6"]
    assert "the others were left out" in text
    assert "different forecasts" not in text
    assert "Nothing to compare" in text_of(browser.get(reverse("scenario-compare", args=[shop.slug])))


def test_a_link_shows_one_scenario_until_it_is_revoked_or_expires(shop, kept, browser, client, time_machine):
    browser.post(reverse("scenario-share", args=[shop.slug, kept.pk]), {"days": 7})
    with tenant(shop):
        link = ScenarioLink.objects.get()
    path = url_of(link).partition("//")[2].partition("/")[2]
    client.logout()

    response = client.get(f"/{path}")
    assert response.status_code == 200
    assert "Autumn cut" in text_of(response)
    assert "before Double 12" not in text_of(response)
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert client.get(f"/{path[:-2]}x/").status_code == 404
    assert client.post(f"/{path}").status_code == 405

    time_machine.shift(timedelta(days=8))
    assert client.get(f"/{path}").status_code == 404


def test_a_revoked_link_shows_nothing(shop, kept, browser, client):
    with tenant(shop):
        link = share_scenario(kept, days=30, actor=SYSTEM)
    path = url_of(link).partition("//")[2].partition("/")[2]

    browser.post(reverse("scenario-link-revoke", args=[shop.slug, link.pk]))
    browser.post(reverse("scenario-link-revoke", args=[shop.slug, link.pk]))

    response = client.get(f"/{path}")
    assert response.status_code == 404
    assert "This link shows nothing" in text_of(response)
    with tenant(shop):
        assert Activity.objects.filter(kind="scenarios.link_revoked").count() == 1


def test_another_shop_finds_neither_scenario_nor_link(shop, rival, kept, cleo, as_user):
    with tenant(shop):
        link = share_scenario(kept, days=30, actor=SYSTEM)
    client = as_user(cleo)

    for name, pk in (("scenario-detail", kept.pk), ("scenario-edit", kept.pk)):
        assert client.get(reverse(name, args=[rival.slug, pk])).status_code == 404
    for name, pk in (("scenario-adopt", kept.pk), ("scenario-delete", kept.pk), ("scenario-link-revoke", link.pk)):
        assert client.post(reverse(name, args=[rival.slug, pk])).status_code == 404
    assert "Nothing to compare" in text_of(
        client.get(reverse("scenario-compare", args=[rival.slug]), {"row": [kept.pk]})
    )
    with tenant(shop):
        assert Scenario.objects.get().is_draft
        assert ScenarioLink.objects.get().is_good


def test_adopting_keeps_a_promise_and_declares_the_plan(shop, market, kept, adopted, browser):
    with tenant(shop):
        scenario = Scenario.objects.get()
        assert not scenario.is_draft
        assert adopted.share == Answer.read(scenario.answer).mean_share.changed
        assert [week["week"] for week in adopted.weeks] == [str(FIRST + step * WEEK) for step in range(3)]
        assert {week["price"] for week in adopted.weeks} == {0.9}
        assert altered_promises() == []
        declared = list(PlannedWeek.objects.order_by("week"))
        assert [row.week for row in declared] == CUT.weeks
        assert [row.price for row in declared] == pytest.approx([0.9 * desk(market, shop).index] * 3)
        assert {row.promotion for row in declared} == {None}
    text = text_of(browser.get(scenario.get_absolute_url()))
    assert "It is held against what happens once the week of 7 Dec is counted." in text
    assert "Adopt as a plan" not in text
    for name in ("scenario-adopt", "scenario-delete"):
        assert browser.post(reverse(name, args=[shop.slug, kept.pk])).status_code == 422
    assert browser.post(reverse("scenario-edit", args=[shop.slug, kept.pk]), {"name": "Other"}).status_code == 422
    with tenant(shop):
        assert Scenario.objects.get().name == "Autumn cut"
        assert Promise.objects.count() == 1


@pytest.mark.parametrize(
    ("question", "code"),
    [(Question(FIRST, THIRD), "nothing"), (Question(LAST + WEEK, THIRD, price=-10.0), "begun")],
)
def test_what_is_no_plan_is_not_adopted(shop, market, question, code):
    with tenant(shop):
        scenario = save_scenario(market, "value", question, name="No plan", actor=SYSTEM)
        with pytest.raises(Refused) as refused:
            adopt_scenario(scenario, actor=SYSTEM)
        assert refused.value.code == code
        assert Scenario.objects.get().is_draft
        assert not Promise.objects.exists()


def test_a_promise_and_its_outcome_cannot_be_changed(shop, adopted):
    come(adopted)
    with tenant(shop):
        judge_promises(actor=SYSTEM)
        with pytest.raises(TypeError, match="append-only"):
            adopted.save()
        for model in (Promise, PromiseOutcome):
            for attempt in (lambda rows: rows.update(share=0), lambda rows: rows._raw_delete("default")):
                with pytest.raises(DatabaseError), transaction.atomic():
                    attempt(model.objects.all())
    for table in ("analytics_promise", "analytics_promiseoutcome"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")


def test_a_promise_is_held_against_what_came(shop, adopted, browser):
    with tenant(shop):
        assert judge_promises(actor=SYSTEM) == 0
    come(adopted)

    with tenant(shop):
        assert judge_promises(actor=SYSTEM) == 1
        assert judge_promises(actor=SYSTEM) == 0
        outcome = PromiseOutcome.objects.get()
        assert outcome.as_planned
        assert outcome.price_gap == pytest.approx(0, abs=1e-6)
        assert outcome.inside_share == (adopted.share[1] <= outcome.share <= adopted.share[5])
        (fact,) = Activity.objects.filter(kind="scenarios.promise_judged")
        assert fact.payload["inside"] == outcome.inside_share
    text = text_of(browser.get(adopted.scenario.get_absolute_url()))
    assert "The plan was carried out as assumed." in text


def test_a_plan_that_was_not_carried_out_is_told_apart(shop, adopted, browser):
    come(adopted, share_factor=0.5, price=1.0)

    with tenant(shop):
        judge_promises(actor=SYSTEM)
        outcome = PromiseOutcome.objects.get()
        assert not outcome.inside_share
        assert not outcome.as_planned
        assert outcome.price_gap == pytest.approx(1 / 0.9 - 1)
    text = text_of(browser.get(adopted.scenario.get_absolute_url()))
    assert "outside the promised" in text
    assert "Largest gap of the price: +11%." in text
    assert "Promise missed" in text_of(browser.get(reverse("scenario-list", args=[shop.slug])))


def test_who_may_only_look_changes_nothing(shop, kept, ben, as_user):
    client = as_user(ben)

    assert client.get(reverse("scenario-detail", args=[shop.slug, kept.pk])).status_code == 200
    for name in ("scenario-adopt", "scenario-delete", "scenario-share"):
        assert client.post(reverse(name, args=[shop.slug, kept.pk])).status_code == 403


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (0.96, ("very_likely", "up")),
        (0.9, ("likely", "up")),
        (0.7, ("probably", "up")),
        (0.5, ("either", "")),
        (0.25, ("probably", "down")),
        (0.02, ("very_likely", "down")),
    ],
)
def test_how_sure_a_difference_is(chance, words):
    assert likelihood(chance) == words


def test_weeks_that_nobody_knows_are_no_gap():
    carried = carried_out([{"price": 0.9, "promotion": None}], [{"price": None, "promotion": 0.4}])

    assert (carried.price_gap, carried.promotion_gap, carried.as_planned) == (None, None, True)
