"""A stage follows from figures clear of chance, does not flicker, and a suggestion says what it rests on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import IntegrityError
from django.urls import reverse

from analytics.lifecycle import actions
from analytics.lifecycle.models import LifecycleDecision, LifecycleOutcome, ProductStage
from analytics.lifecycle.rules import Held, effect_of, noise, stage_of, step, suggestion_of
from analytics.product_figures import read_figures
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.models import Product
from tests import factories
from tests.analytics.demand_kit import TODAY, sold, text_of, variants

PLAIN = {
    "age": 400,
    "idle": 0,
    "units": 300,
    "units_before": 300,
    "against_shop": 0.0,
    "margin": 0.5,
    "available": 50,
    "cover": 15.0,
    "return_times": 1.0,
    "rating": 4.5,
    "forecast_change": 0.0,
}


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(datetime(2026, 6, 15, 1, 0, tzinfo=UTC), tick=False)


@pytest.mark.parametrize(
    ("figures", "current", "stage"),
    [
        ({}, "", "mature"),
        ({"age": 20}, "", "new"),
        ({"against_shop": 0.3, "units": 390}, "", "growing"),
        ({"against_shop": 0.15, "units": 345}, "", "mature"),  # entered at 20 %
        ({"against_shop": 0.15, "units": 345}, "growing", "growing"),  # left at 10 %
        ({"against_shop": 0.05, "units": 315}, "growing", "mature"),
        ({"against_shop": -0.3, "units": 210}, "", "declining"),
        ({"against_shop": 0.3, "units": 26, "units_before": 20}, "", "mature"),  # not clear of chance
        ({"units": 10, "units_before": 8}, "", "unknown"),
        ({"against_shop": None}, "", "unknown"),
        ({"idle": 70}, "", "end"),
    ],
)
def test_a_stage_follows_from_the_figures(figures, current, stage):
    assert stage_of(PLAIN | figures, current).name == stage


@pytest.mark.parametrize(
    ("stage", "figures", "suggestion"),
    [
        ("growing", {}, "grow"),
        ("growing", {"margin": 0.1}, "keep"),
        ("growing", {"margin": None}, "keep"),
        ("growing", {"rating": None, "return_times": None, "forecast_change": None}, "grow"),
        ("growing", {"forecast_change": -0.5}, "keep"),
        ("mature", {}, "keep"),
        ("declining", {"cover": 200}, "clear"),
        ("declining", {"cover": 30}, "keep"),
        ("end", {"available": 5}, "clear"),
        ("end", {"available": 0}, "retire"),
        ("end", {"available": None}, "retire"),
        ("new", {}, "none"),
        ("unknown", {}, "none"),
    ],
)
def test_what_is_suggested(stage, figures, suggestion):
    assert suggestion_of(stage, PLAIN | figures).name == suggestion


def test_a_suggestion_says_what_it_rests_on():
    reasons = suggestion_of("growing", PLAIN | {"margin": 0.1}).reasons
    assert {"figure": "margin", "sign": ">=", "limit": 0.25, "value": 0.1, "holds": False} in reasons


def test_a_new_stage_must_hold_for_three_days():
    held = Held("mature", "keep")
    for _night in range(2):
        held = step(held, "growing", "grow", new_day=True)
        assert (held.stage, held.pending_stage) == ("mature", "growing")
    again = step(held, "growing", "grow", new_day=False)
    assert again == held  # a second look on the same day does not count
    assert step(held, "mature", "keep", new_day=True) == Held("mature", "keep")
    assert step(held, "growing", "grow", new_day=True) == Held("growing", "grow")


def test_the_effect_takes_out_what_met_all_alike():
    low, middle, high = effect_of(100, 200, 400, 800)
    assert middle == pytest.approx(0)
    assert low < 0 < high
    assert effect_of(100, 200, 400, 400)[1] == pytest.approx(1)
    assert effect_of(0, 5, 10, 10) is None
    assert noise(100, 100) == pytest.approx(0.1414, abs=1e-4)


@pytest.fixture
def shop_of_four(scope):
    """180 days of four products: one that doubles, one that stopped 70 days ago, and two that go on."""
    things = variants(4, products=4)
    units = np.full((4, 180), 4)
    units[0, 90:] = 9
    units[1, 110:] = 0
    sold(things, units)
    place = factories.WarehouseFactory(is_default=True)
    for thing in things:
        thing.stock_levels.create(warehouse=place, on_hand=40)
        type(thing).objects.filter(pk=thing.pk).update(cost=40)
    Product.objects.update(created_at=datetime(2025, 1, 1, tzinfo=UTC))
    return things


def rows():
    return {one.product_id: one for one in ProductStage.objects.all()}


def test_a_night_looks_at_every_product_for_sale(shop_of_four, django_assert_max_num_queries):
    with django_assert_max_num_queries(24):
        assert actions.refresh_stages() == 4
    found = rows()
    told = [(found[one.product_id].stage, found[one.product_id].suggestion) for one in shop_of_four]
    assert told == [("growing", "grow"), ("end", "clear"), ("mature", "keep"), ("mature", "keep")]

    actions.refresh_stages()
    assert rows().keys() == found.keys()


def test_the_number_of_queries_does_not_grow_with_the_products(shop_of_four, django_assert_num_queries, scope, shop):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        read_figures(shop)
    sold(variants(10, products=10), np.full((10, 30), 2))
    with CaptureQueriesContext(connection) as many:
        read_figures(shop)
    assert len(many) == len(few)


def test_accepting_a_clearance_ages_the_product_and_opens_a_filled_in_plan(as_user, ann, shop_of_four):
    actions.refresh_stages()
    row = rows()[shop_of_four[1].product_id]
    browser = as_user(ann)
    answer = browser.post(reverse("lifecycle-accept", args=["luming", row.pk]))

    assert Product.objects.get(pk=row.product_id).state == "ageing"
    assert answer["Location"].startswith(reverse("promotion-plan", args=["luming"]))
    plan = browser.get(answer["Location"])
    assert plan.context["form"]["skus"].value() == shop_of_four[1].sku
    with pytest.raises(Refused) as refusal:
        actions.accept_suggestion(row, actor=ann.actor)
    assert refusal.value.code == "answered"


def test_a_dismissal_needs_a_reason_and_holds(as_user, ann, shop_of_four):
    actions.refresh_stages()
    row = rows()[shop_of_four[0].product_id]
    address = reverse("lifecycle-dismiss", args=["luming", row.pk])
    browser = as_user(ann)
    assert browser.post(address, {"reason": " "}).status_code == 422
    browser.post(address, {"reason": "The maker stops in autumn"})

    decision = LifecycleDecision.objects.get()
    assert (decision.answer, decision.reason) == ("dismissed", "The maker stops in autumn")
    with pytest.raises((IntegrityError, TypeError)):
        decision.delete()
    actions.refresh_stages()
    assert rows()[row.product_id].answered == decision
    assert shop_of_four[0].product.title not in text_of(browser, "lifecycle-list", "luming")


def test_what_came_of_it_is_measured_against_its_like(shop_of_four, ann, time_machine):
    actions.refresh_stages()
    actions.accept_suggestion(rows()[shop_of_four[0].product_id], actor=ann.actor)
    assert actions.measure_decisions() == 0

    later = np.full((4, 61), 4)
    later[0] = 18
    sold(shop_of_four, later, last=TODAY + timedelta(days=60))
    time_machine.move_to(datetime(2026, 8, 20, 1, 0, tzinfo=UTC), tick=False)
    assert actions.measure_decisions() == 1
    assert actions.measure_decisions() == 0

    outcome = LifecycleOutcome.objects.get()
    assert (outcome.before, outcome.after, outcome.peers) == (540, 1080, 3)
    assert outcome.low < outcome.effect < outcome.high


def test_the_pages_show_reasons_and_hide_other_shops(as_user, ann, ben, cleo, shop_of_four):
    actions.refresh_stages()
    row = rows()[shop_of_four[0].product_id]
    page = text_of(as_user(ann), "lifecycle-detail", "luming", row.pk)
    assert "Change against the rest of the shop" in page
    assert "Suggestion: Grow" in page
    assert as_user(cleo).get(reverse("lifecycle-detail", args=["luming", row.pk])).status_code == 404
    assert as_user(ben).post(reverse("lifecycle-accept", args=["luming", row.pk])).status_code == 403


def test_the_page_of_a_product_shows_what_is_suggested_with_the_way_to_the_reasons(as_user, ann, cleo, shop_of_four):
    product = shop_of_four[0].product_id
    panel = reverse("product-life-cycle", args=["luming", product])
    client = as_user(ann)
    assert panel in text_of(client, "product-detail", "luming", product)
    assert "looked at every night" in client.get(panel).text
    actions.refresh_stages()
    shown = client.get(panel, headers={"HX-Request": "true", "HX-Target": "product-life-cycle"}).text
    assert "Suggestion: Grow" in shown
    assert reverse("lifecycle-detail", args=["luming", rows()[product].pk]) in shown
    assert "<html" not in shown
    assert as_user(cleo).get(panel).status_code == 404


def test_a_shop_that_never_sold_has_nothing_to_look_at(scope, rival):
    with tenant(rival):
        assert actions.refresh_stages() == 0
