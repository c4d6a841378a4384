"""Steps that draft a plan with its simulated effect: against a fall of share, and to clear a product."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.activity.log import record
from accounts.models import Activity, Membership, Role
from analytics.facts.models import VariantFact
from analytics.markets.events import ShareFallExpected
from analytics.markets.models import WEEK, Market, ShareState
from analytics.scenarios.actions import adopt_scenario
from analytics.scenarios.answers import Answer
from analytics.scenarios.models import Promise, Scenario
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from notifications.models import Notification, Playbook, StepOutcome
from notifications.playbooks.forms import Builder, Raw
from notifications.playbooks.queries import version_of
from notifications.playbooks.saying import came, step_words
from notifications.playbooks.triggers import trigger_of
from tests import factories
from tests.analytics.markets_kit import LAST
from tests.analytics.scenarios_kit import NOW, asked_market, desk
from tests.notifications.playbooks_kit import OWNER, outcomes, playbook, replayed
from tests.notifications.test_playbooks_nightly import switched_on
from tests.notifications.test_playbooks_steps import run_on, undo, words
from tests.queue import run_tasks

PLAN = {"discount": 15, "part": 50, "days": 28}


@pytest.fixture(autouse=True)
def _then(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def market(shop) -> Market:
    """A market that can be asked, in which the shop sold two products of unlike size."""
    made = asked_market(shop)
    with tenant(shop):
        for title, value in (("Gaiwan", 900), ("Tea tray", 100)):
            variant = factories.VariantFactory(product__title=title, product__category=made.category)
            VariantFact.objects.create(variant=variant, day=NOW.date() - timedelta(days=9), units=9, value=value)
    return made


def falls(market: Market, **more) -> ShareFallExpected:
    values = {
        "run_id": 1, "market_id": market.pk, "measure": "value", "category": "Teapots", "last": 0.14, "low": 0.1,
        "middle": 0.12, "high": 0.13, "chance": 0.95,
    }  # fmt: skip
    return ShareFallExpected(**{**values, **more})


def test_a_fall_of_share_is_answered_with_a_draft_and_what_it_would_do(shop, ann, market):
    with tenant(shop):
        outcome = run_on(ann, falls(market), "plan", **PLAN)
        scenario = Scenario.objects.get()
        assert (outcome.state, scenario.state, scenario.measure) == ("done", "draft", "value")
        asked = scenario.asked
        assert (asked.first, asked.last) == (LAST + 2 * WEEK, LAST + 5 * WEEK)
        assert (asked.promotion, asked.discount) == (50.0, 15.0)
        assert scenario.name == "15% off in Teapots"
        assert "Gaiwan" in scenario.note
        assert "Tea tray" not in scenario.note  # the best seller alone makes up half of the sales
        answer = Answer.read(scenario.answer)
        assert answer == desk(market, shop).answer(asked)
        low, middle, high = (f"{100 * answer.share.changed[at]:.1f}%" for at in (1, 3, 5))
        assert f"→ {middle} (most likely {low} to {high}) in the week of 14 Dec" in words(outcome)
        assert "Very likely higher than the baseline" in words(outcome)
        assert "in discounts" in words(outcome)
        assert came(outcome, outcome.firing.version, "luming").href == scenario.get_absolute_url()
        entry = Activity.objects.get(kind="scenarios.saved")
        assert (entry.actor_id, entry.caused_by) == (ann.pk, outcome.firing.entry)
        assert not Promise.objects.exists()


def test_what_buyers_save_is_what_the_discount_takes_off_the_sales(shop, ann, market):
    with tenant(shop):
        outcome = run_on(ann, falls(market), "plan", discount=20, part=100, days=7)
        sales = Answer.read(Scenario.objects.get().answer).sales
        assert outcome.detail["cost"] == [pytest.approx(0.25 * sales.changed[at], abs=0.01) for at in (1, 3, 5)]


def test_weeks_beyond_the_forecast_are_not_asked_about(shop, ann, market):
    with tenant(shop):
        run_on(ann, falls(market), "plan", **{**PLAN, "days": 56})
        assert Scenario.objects.get().asked.last == desk(market, shop).ahead[-1]


def test_a_draft_is_taken_back_while_nobody_adopted_it(shop, ann, market):
    with tenant(shop):
        first = run_on(ann, falls(market), "plan", **PLAN)
        undo(first, ann)
        assert not Scenario.objects.exists()

        second = run_on(ann, falls(market), "plan", **PLAN)
        adopt_scenario(Scenario.objects.get(), actor=SYSTEM)
        with pytest.raises(Refused, match="stays as it is"):
            undo(second, ann)
        assert Scenario.objects.get().state == "adopted"

        third = run_on(ann, falls(market), "plan", **PLAN)
        Scenario.objects.filter(state="draft").delete()
        with pytest.raises(Refused, match="already"):
            undo(third, ann)


@pytest.mark.parametrize("measure", ["units", "value"])
def test_without_a_forecast_nothing_is_made(shop, ann, market, measure):
    with tenant(shop):
        ShareState.objects.all().delete()
        outcome = run_on(ann, falls(market, measure=measure), "plan", **PLAN)
        assert outcome.state == "failed"
        assert outcome.detail["why"]
        assert not Scenario.objects.exists()


def test_what_cannot_be_planned_is_said_and_nothing_is_made(shop, ann, market):
    with tenant(shop):
        gone = run_on(ann, falls(market, market_id=10**6), "plan", **PLAN)
        assert gone.detail["why"] == "The market of this fact is gone."
        VariantFact.objects.all().delete()
        empty = run_on(ann, falls(market), "plan", **PLAN)
        assert empty.detail["why"] == "Nothing that you sold there lately is for sale."
        assert (gone.state, empty.state) == ("failed", "failed")
        assert not Scenario.objects.exists()


def test_a_shop_that_sells_nothing_there_gets_no_plan_and_sees_none(shop, rival, ann, cleo, market):
    with tenant(rival):
        outcome = run_on(cleo, falls(market), "plan", **PLAN)
        assert outcome.detail["why"].startswith("You sold nothing in this market")
        assert not Scenario.objects.exists()
    with tenant(shop):
        run_on(ann, falls(market), "plan", **PLAN)
    with tenant(rival):
        assert not Scenario.objects.exists()


def test_an_author_who_lost_the_right_drafts_nothing(shop, ann, market):
    with tenant(shop):
        role = Role.objects.create(name="Writer", permissions=["playbooks.edit", "notifications.view"])
        playbook(ann, trigger=ShareFallExpected.kind, conditions=[], steps=[{"step": "plan", "settings": PLAN}])
        Membership.objects.filter(user=ann).update(custom_role=role)
        record(falls(market), actor=SYSTEM)
        run_tasks()
        assert "may no longer do this" in StepOutcome.objects.get().detail["why"]
        assert not Scenario.objects.exists()


def test_the_shipped_playbook_drafts_and_leads_marketing_to_the_draft(as_user, ann, shop, market):
    browser = as_user(ann)
    switched_on(browser, shop, "share-fall")
    with tenant(shop):
        record(falls(market), actor=SYSTEM)
        record(falls(market), actor=SYSTEM)  # within its pause
        run_tasks()
        assert outcomes() == [("plan", "done"), ("tell", "done")]
        told = Notification.objects.get(user=ann, kind="playbook-told")
        scenario = Scenario.objects.get()
        assert told.params["text"].startswith("Today 14%, in four weeks 12%. Draft “15% off in Teapots”: share ")
        assert (told.params["page"], told.params["args"]) == ("scenario-detail", [scenario.pk])
        page = reverse("playbook-dry-run", args=["luming", Playbook.objects.get().pk])
        dry = browser.get(page).content.decode()
        assert "Draft a scenario with its simulated effect: 15% off 50% of sales for 28 days" in dry
        version = version_of(Playbook.objects.get())
        expected, began = replayed(version, NOW + timedelta(minutes=1))
        assert expected == began == [0]


def test_where_the_draft_fails_marketing_is_told_why(as_user, ann, shop, market):
    switched_on(as_user(ann), shop, "share-fall")
    with tenant(shop):
        VariantFact.objects.all().delete()
        record(falls(market), actor=SYSTEM)
        run_tasks()
        assert outcomes() == [("plan", "failed"), ("tell", "done")]
        told = Notification.objects.get(user=ann, kind="playbook-told").params
        assert "A step before this one failed: Nothing that you sold there lately is for sale." in told["text"]
        assert told["page"] == "market-share"


def test_words_of_the_first_step_cannot_speak_of_steps_before_it(scope):
    tell = ("tell", {"who": "all", "title": "Look", "text": "{outcome}"})
    head = {"name": "x", "cool_down": 0, "limit": 1}
    trigger = trigger_of(ShareFallExpected.kind)
    first = Builder(trigger, Raw(head, [], [tell]), held=OWNER, is_bound=True)
    assert not first.is_valid()
    assert "this is the first" in str(first.steps[0].form.errors)
    assert Builder(trigger, Raw(head, [], [("plan", PLAN), tell]), held=OWNER, is_bound=True).is_valid()


def test_what_came_of_it_reads_in_both_languages(shop, ann, market):
    with tenant(shop):
        outcome = run_on(ann, falls(market), "plan", **PLAN)
        with translation.override("zh-hans"):
            said = words(outcome)
            assert said.startswith("草稿“15% off in Teapots”：")
            assert "12月14日" in said
            assert "{" not in said
            assert "%(" not in said
            assert "15%" in step_words({"step": "plan", "settings": PLAN})
        assert date.fromisoformat(outcome.detail["week"]) == LAST + 5 * WEEK
