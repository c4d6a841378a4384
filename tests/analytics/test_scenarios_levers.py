"""Levers beside prices: advertising, stock, festivals; where each gets its effect from, and what is missing."""

from __future__ import annotations

import re

import numpy as np
import pytest
from django.urls import reverse

from accounts.activity.models import Activity
from analytics.engine.scenario.shift import Shift, within
from analytics.markets.festive import Coming
from analytics.markets.models import WEEK, PlannedWeek, PlayerWeek, ShareState
from analytics.scenarios.actions import adopt_scenario, ask_again, save_scenario
from analytics.scenarios.levers import advertising_by, stockout_learnt
from analytics.scenarios.models import Scenario
from analytics.scenarios.rules import Question
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.inventory.models import StockLevel
from tests import factories
from tests.analytics.markets_kit import LAST
from tests.analytics.scenarios_kit import NOW, asked_market, desk
from tests.api import program_of

FIRST, FOURTH = LAST + 2 * WEEK, LAST + 5 * WEEK
MIDDLE = 3


@pytest.fixture(autouse=True)
def _then(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def driven(shop):
    """A market whose shop advertises and sells out now and then."""
    return asked_market(shop, driven=True, weeks=60)


def answer(market, shop, **levers):
    with tenant(shop):
        return desk(market, shop).answer(Question(FIRST, FOURTH, **levers))


def page(shop, browser, status: int = 200, **query) -> str:
    asked = {"first": FIRST.isoformat(), "last": FOURTH.isoformat(), **query}
    response = browser.get(reverse("scenario-simulator", args=[shop.slug]), asked)
    assert response.status_code == status
    return re.sub(r"\s+", " ", response.content.decode())


def test_advertising_acts_as_the_market_learnt_it(driven, shop, ann, as_user):
    found = desk(driven, shop)

    more = answer(driven, shop, advertising=50.0)
    same = answer(driven, shop, advertising_amount=1.5 * found.spend.lately)
    less = answer(driven, shop, advertising=-100.0)

    assert advertising_by(found) == "market"
    assert more.share.difference[MIDDLE] > 0 > less.share.difference[MIDDLE]
    assert same.share == more.share
    assert more.share.planned == less.share.planned
    assert more.moves["advertising"] >= 4
    text = page(shop, as_user(ann), advertising=50)
    assert "Advertising acts as it did on shares in this market." in text
    assert f"And on {more.moves['advertising']} changes of advertising." in text


def test_spend_beyond_what_was_tried_widens_the_range_and_says_so(driven, shop, ann, as_user):
    text = page(shop, as_user(ann), advertising_amount=20_000)

    assert re.search(r"Advertising at [\d,]+% is beyond what you tried \(0% to \d+%\)", text)
    assert answer(driven, shop, advertising=50.0).beyond == []


def test_without_a_driver_in_the_market_the_own_regression_answers(shop, ann, as_user, db):
    market = asked_market(shop)
    spend = np.resize([0, 0, 800, 800, 1600], 40)
    for row, amount in zip(PlayerWeek.objects.filter(player__merchant=shop).order_by("week"), spend, strict=True):
        PlayerWeek.objects.filter(pk=row.pk).update(advertising=float(amount))

    made = answer(market, shop, advertising=100.0)

    assert advertising_by(desk(market, shop)) == "own"
    assert made.acts == ["advertising_own"]
    assert made.evidence is None
    assert made.share.difference[1] < made.share.difference[5]
    assert "Advertising acts as it did on your own sales" in page(shop, as_user(ann), advertising=100)


def test_a_program_that_asks_for_a_lever_without_data_is_told_what_is_missing(shop, ann):
    market = asked_market(shop)
    asked = {"market": market.pk, "first": FIRST.isoformat(), "last": FOURTH.isoformat()}

    ads = program_of(shop).post("scenarios/simulate/", {**asked, "advertising": 20})
    fair = program_of(shop).post("scenarios/simulate/", {**asked, "festival": "double_12"})

    assert (ads.status_code, fair.status_code) == (422, 422)
    assert "it takes 26 weeks with sales" in str(ads.data)
    assert "does not fall into the weeks you chose" in str(fair.data)


def test_sold_out_days_sell_nothing_where_nothing_was_learnt(shop, db):
    market = asked_market(shop)

    half = answer(market, shop, sold_out=3.5)
    week = answer(market, shop, sold_out_from=FOURTH)
    all_of_it = answer(market, shop, sold_out=7.0)

    assert half.acts == ["stock_identity"]
    assert half.units.changed == pytest.approx([value / 2 for value in half.units.planned], rel=1e-3)
    assert week.weeks[-1].share == pytest.approx([0] * 7)
    assert week.weeks[0].share == week.weeks[0].planned
    assert all_of_it.sales.changed == pytest.approx([0] * 7)


def test_sold_out_days_act_as_they_did_where_that_was_learnt(driven, shop):
    found = desk(driven, shop)
    assert stockout_learnt(found)

    made = answer(driven, shop, sold_out=2.0)
    beyond = answer(driven, shop, sold_out=6.0)

    assert made.acts == ["stock_learnt"]
    assert made.share.difference[5] < 0
    (past,) = beyond.beyond
    assert (past.driver, past.asked) == ("stockout", pytest.approx(6.0, abs=0.01))
    assert made.beyond == []


def test_no_more_is_sold_than_the_stock_that_is_allowed(shop, ann, as_user, db):
    market = asked_market(shop)
    free = answer(market, shop, price=-10.0)
    limit = round(free.units.changed[MIDDLE])

    made = answer(market, shop, price=-10.0, stock=limit)

    assert max(made.units.changed) <= limit + 1e-3
    assert made.units.changed[0] == pytest.approx(free.units.changed[0])
    assert made.stock == free.stock
    assert 0.3 < made.limited < 0.7
    assert "The stock you allow runs out in" in page(shop, as_user(ann), price=-10, stock=limit)


def test_what_must_be_ordered_is_what_the_shelf_lacks(shop, ann, as_user, db):
    market = asked_market(shop)
    assert "Your stock was never counted." in page(shop, as_user(ann))
    with tenant(shop):
        variant = factories.VariantFactory(product=factories.ProductFactory(category=market.category))
        warehouse = factories.WarehouseFactory()
        StockLevel.objects.create(warehouse=warehouse, variant=variant, on_hand=120, reserved=20)

    made = answer(market, shop)

    assert made.on_shelf == 100
    assert made.to_order == pytest.approx(max(0, made.units.planned[5] - 100))
    assert "100 on the shelf now" in page(shop, as_user(ann))


@pytest.fixture
def festive(shop, db):
    """Double 12 in the second week of the question, half as much again as in an ordinary one; Christmas unknown."""
    market = asked_market(shop)
    week = (FIRST + WEEK).isoformat()
    coming = [Coming("double_12", {week: [1.5, 0.1]}, 2, True), Coming("christmas", {week: [1.0, 0.0]}, 0, False)]
    ShareState.objects.update(festivals=[vars(one) for one in coming])
    return market


def test_a_festival_is_left_out_or_moved_by_what_it_did(festive, shop, ann, as_user):
    # factors are drawn with a spread of 0.1 in logarithms, so medians follow the middle one only so closely
    plain = answer(festive, shop)

    out = answer(festive, shop, festival="double_12")
    moved = answer(festive, shop, festival="double_12", festival_week=FOURTH)

    assert out.weeks[1].units[MIDDLE] == pytest.approx(plain.weeks[1].units[MIDDLE] / 1.5, rel=0.04)
    assert out.weeks[0].units == plain.weeks[0].units
    assert moved.weeks[3].units[MIDDLE] == pytest.approx(1.5 * plain.weeks[3].units[MIDDLE], rel=0.04)
    assert out.sales.difference[5] < 0
    text = page(shop, as_user(ann), festival="double_12", festival_week=FOURTH.isoformat())
    assert "It was never held there, so the range is wider for it." in text
    assert "Christmas has not been seen in this market yet" in text


def test_a_festival_that_was_not_learnt_is_refused(festive, shop):
    with pytest.raises(Refused, match="has not been seen in this market yet"):
        answer(festive, shop, festival="christmas")
    with pytest.raises(Refused, match="between the first and the last"):
        answer(festive, shop, festival="double_12", festival_week=LAST + 8 * WEEK)


def test_a_draft_is_asked_again_from_the_newest_forecast(driven, shop, ann, as_user):
    with tenant(shop):
        kept = save_scenario(driven, "value", Question(FIRST, FOURTH, price=-10.0), name="Cut", actor=SYSTEM)
        Scenario.objects.update(answer={})

    browser = as_user(ann)
    response = browser.post(reverse("scenario-ask-again", args=[shop.slug, kept.pk]), follow=True)

    assert "Asked again, from the newest forecast." in response.content.decode()
    with tenant(shop):
        assert Scenario.objects.get().answer["weeks"]
        assert Activity.objects.filter(kind="scenarios.asked_again").count() == 1
        adopt_scenario(kept, actor=SYSTEM)
        with pytest.raises(Refused):
            ask_again(kept, actor=SYSTEM)


def test_an_adopted_plan_declares_its_spend_and_its_sold_out_days(driven, shop):
    with tenant(shop):
        asked = Question(FIRST, FOURTH, advertising_amount=900.0, sold_out=1.4, sold_out_from=FOURTH)
        adopt_scenario(save_scenario(driven, "value", asked, name="Ads", actor=SYSTEM), actor=SYSTEM)

        rows = list(PlannedWeek.objects.order_by("week"))

    assert [row.advertising for row in rows] == [900.0] * 4
    assert [row.stockout for row in rows] == pytest.approx([0.2, 0.2, 0.2, 1.0])


def test_a_question_reads_back_as_it_was_written():
    asked = Question(FIRST, FOURTH, sold_out_from=FOURTH, festival="double_12", festival_week=FIRST, stock=5)

    assert Question.of(asked.as_dict()) == asked


def test_stock_is_used_up_week_by_week():
    units = np.array([[40.0, 10.0], [40.0, 10.0], [40.0, 10.0]])

    assert (units * within(units, 60.0)).tolist() == [[40.0, 10.0], [20.0, 10.0], [0.0, 10.0]]
    assert Shift.none(3, 2).changes_nothing
