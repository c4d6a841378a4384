"""Asking what would happen: the range, what it rests on, and why there is no answer where there is none."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from analytics.facts.models import VariantFact
from analytics.markets.models import WEEK, Market, Player, ShareRun, ShareState
from analytics.scenarios.desk import CannotSay
from analytics.scenarios.rules import Question
from analytics.scenarios.words import refusal
from core.tenancy import tenant
from tests import factories
from tests.analytics.markets_kit import LAST
from tests.analytics.scenarios_kit import NOW, asked_market, desk, market_of

FIRST, FOURTH = LAST + 2 * WEEK, LAST + 5 * WEEK


@pytest.fixture(autouse=True)
def _then(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def page(shop, ann, as_user):
    """`page(**parameters)` opens the simulator as Ann and gives its text."""
    client = as_user(ann)

    def open_page(status: int = 200, **query) -> str:
        response = client.get(reverse("scenario-simulator", args=[shop.slug]), query)
        assert response.status_code == status
        return re.sub(r"\s+", " ", response.content.decode())

    open_page.client = client  # type: ignore[attr-defined]
    return open_page


def answer(market, shop, **levers):
    with tenant(shop):
        return desk(market, shop).answer(Question(FIRST, FOURTH, **levers))


def test_a_question_is_answered_with_its_range_and_what_it_rests_on(shop, page):
    market = asked_market(shop)

    text = page(price=-10, first=FIRST.isoformat(), last=FOURTH.isoformat())

    made = answer(market, shop, price=-10.0)
    low, high = (f"{100 * made.share.changed[at]:.1f}%" for at in (1, 5))
    assert "Your share in the week of 14 Dec" in text
    assert f"most likely {low} to {high}" in text
    assert "Very likely higher than the baseline (at least 19 in 20)." in text
    assert "pts against the baseline" in text
    assert f"Rests on {made.moves['price']} price changes" in text
    assert "0 of 0 variants sold have a cost, too few for a profit." in text
    assert "to serve 9 in 10 outcomes" in text
    assert text.count("<h1") == 1
    assert 'hx-trigger="input delay:250ms, submit"' in text


def test_htmx_gets_the_result_alone(shop, page):
    asked_market(shop)

    headers = {"HX-Request": "true", "HX-Target": "simres"}
    response = page.client.get(reverse("scenario-simulator", args=[shop.slug]), {"price": -5}, headers=headers)

    text = response.content.decode()
    assert "most likely" in text
    assert "<html" not in text
    assert "<form" not in text


def test_another_page_gets_the_panel(shop, page):
    market = asked_market(shop)

    headers = {"HX-Request": "true", "HX-Target": "simulator"}
    response = page.client.get(reverse("scenario-simulator", args=[shop.slug]), {"market": market.pk}, headers=headers)

    text = response.content.decode()
    assert text.strip().startswith('<div id="simulator">')
    assert "What if?" in text
    assert "most likely" in text
    assert "hx-replace-url" not in text
    assert "<h1" not in text


def test_two_questions_meet_the_same_draws(shop, db):
    market = asked_market(shop)

    first, second = answer(market, shop, price=-5.0), answer(market, shop, price=-10.0)

    assert first.share.planned == second.share.planned
    assert answer(market, shop, price=-5.0) == first
    width = first.share.changed[5] - first.share.changed[1]
    assert first.share.difference[5] - first.share.difference[1] < 0.7 * width
    assert second.share.difference[3] > first.share.difference[3] > 0


def test_a_question_that_changes_nothing_makes_no_difference(shop, db):
    made = answer(asked_market(shop), shop)

    assert made.share.difference == pytest.approx([0] * 7)
    assert made.extra_stock == 0
    assert made.beyond == []


def test_levers_beyond_what_was_tried_are_told_and_widen_the_range(shop, page):
    market = asked_market(shop)

    inside, outside = answer(market, shop, price=-15.0), answer(market, shop, price=-45.0)

    assert inside.beyond == []
    assert outside.beyond[0].driver == "price"
    assert outside.beyond[0].asked == pytest.approx(-45)
    text = page(price=-45, first=FIRST.isoformat(), last=FOURTH.isoformat())
    assert "A price −45% from today’s is beyond what you tried" in text


def test_a_profit_needs_costs(shop, page):
    market = asked_market(shop)
    assert answer(market, shop, price=-10.0).profit is None
    sold = []
    with tenant(shop):
        for _ in range(2):
            product = factories.ProductFactory(category=market.category)
            variant = factories.VariantFactory(product=product)
            VariantFact.objects.create(variant=variant, day=LAST, units=10, value=Decimal(1000), orders=5)
            sold.append(variant)
        sold[0].cost = Decimal("40.00")
        sold[0].save()
    assert answer(market, shop, price=-10.0).profit is None
    assert "1 of 2 variants sold have a cost" in page(price=-10)

    with tenant(shop):
        sold[1].cost = Decimal("40.00")
        sold[1].save()

    made = answer(market, shop, price=-10.0)
    price = desk(market, shop).worth.price
    assert made.margin == pytest.approx((1 - 40 / price, 1 - 40 / (0.9 * price)), abs=1e-5)
    assert made.profit.planned[3] == pytest.approx((1 - 40 / price) * made.sales.planned[3], rel=1e-3)
    assert "Gross margin" in page(price=-10)


def test_value_and_units_agree_on_what_is_sold(shop, db):
    market = asked_market(shop)
    found = desk(market, shop)

    made = answer(market, shop)

    assert made.sales.planned[3] / made.units.planned[3] == pytest.approx(found.worth.price, rel=1e-3)


def test_a_rival_may_be_moved_without_being_named(shop, page):
    market = asked_market(shop)

    made = answer(market, shop, rival_price=-45.0)

    assert made.share.difference[3] < 0
    (past,) = made.beyond
    assert (past.is_rival, past.low, past.high) == (True, None, None)
    text = page(rival_price=-45)
    assert "The largest rival never went that far." in text
    assert "Rival 1" not in text


def test_no_rival_lever_where_none_can_be_told_apart(shop, page):
    asked_market(shop, players=6)

    text = page(rival_price=-20)

    assert "No rival can be shown apart" in text
    assert 'name="rival_price"' not in text


def test_a_discount_works_on_the_part_that_gets_it():
    asked = Question(FIRST, FOURTH, price=-10.0, promotion=50.0, discount=19.0)

    assert asked.price_factor == pytest.approx(0.9 * 0.81**0.5)
    assert Question.of(asked.as_dict()) == asked


def test_levers_that_cannot_act_say_why(shop, page):
    asked_market(shop)

    text = page()

    assert "No advertising spend of yours is on record. Enter it as an outside series; it takes 26 weeks" in text
    assert reverse("outsideseries-list", args=[shop.slug]) in text
    assert "No festival falls into the weeks that are forecast." in text
    assert 'name="advertising"' not in text
    assert 'name="sold_out"' in text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"price": "nonsense"}, "Enter a number."),
        ({"price": "-99"}, "greater than or equal to -50"),
        ({"price": "nan"}, "Enter a number."),
        ({"first": "1999-01-04"}, "not one of the available choices"),
        ({"first": FOURTH.isoformat(), "last": FIRST.isoformat()}, "Choose a week that is not before the first."),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_lever(shop, page, query, words):
    asked_market(shop)

    assert words in page(status=422, **query)


def test_another_shops_market_is_not_asked(shop, rival, cleo, page):
    market = asked_market(rival)

    text = page(market=market.pk)

    assert "Your shop is in no market yet." in text


def test_too_short_a_history_says_what_is_missing(shop, page):
    market = market_of(shop, weeks=3)
    ShareRun.objects.create(
        market=market, measure="value", last_week=LAST, first_week=LAST, refusal="too_short",
        notes=[{"code": "too_short", "field": "", "count": 3}], data_digest="x", digest="x",
    )  # fmt: skip

    text = page()

    assert "This market has 3 whole weeks of sales so far; an answer needs 4." in text
    assert "It can be asked after 1 week more." in text
    assert "<form id" not in text


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda shop: None, "Your shop is in no market yet."),
        (lambda shop: market_of(shop), "This market has not been forecast yet."),
        (lambda shop: market_of(shop, players=1), "You are the only one who sells here"),
        (lambda shop: market_of(shop, players=4), "Fewer than five other shops sell here"),
    ],
    ids=["no market", "no run", "alone", "few"],
)
def test_where_nothing_can_be_said_it_says_why(shop, page, make, words):
    make(shop)

    assert words in page()


def test_a_market_where_nothing_ever_moved_is_refused(shop, page):
    asked_market(shop)
    ShareState.objects.all().delete()

    assert "weeks on record, so there is nothing to learn from" in page()


def test_a_forecast_whose_weeks_are_over_is_not_asked(shop, db, time_machine):
    market = asked_market(shop)
    time_machine.move_to(NOW + timedelta(days=70), tick=False)

    with pytest.raises(CannotSay) as why:
        desk(market, shop)

    assert "the weeks it looks at are over" in " ".join(refusal(why.value.code, why.value.facts))


def test_who_stopped_selling_has_no_share_to_ask_about(shop, rival, db):
    market = asked_market(shop)
    Player.objects.create(market=market, merchant=rival)

    with pytest.raises(CannotSay, match="not_selling"):
        desk(market, rival)
    assert Market.objects.count() == 1


def test_an_answer_takes_milliseconds(shop, page):
    market = asked_market(shop)
    found = desk(market, shop)
    with tenant(shop):
        found.answer(Question(FIRST, FOURTH, price=-10.0))
        begun = time.process_time()
        found.answer(Question(FIRST, FOURTH, price=-10.0, promotion=50.0, rival_price=-5.0, reaction=True))
        spent = time.process_time() - begun

    assert spent < 0.5  # ten times the target, so that a busy machine does not fail it
