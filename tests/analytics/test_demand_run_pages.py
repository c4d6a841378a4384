"""Runs of demand forecasts are asked for, watched, stopped and explained; terms of ordering move the outlooks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.urls import reverse

from accounts.models import Activity
from analytics.demand.actions import begin_run, give_up_chunk, make_demand, work_on_chunk
from analytics.demand.models import DemandChunk, DemandOutlook, DemandRun, DemandScore, DemandTerms
from analytics.demand.rules import cut
from analytics.demand.scoring import score_due_runs
from core.actors import SYSTEM
from core.tenancy import tenant
from ecommerce.models import Variant
from tests.analytics.demand_kit import TODAY, shop_with_past, sold, text_of, variants
from tests.queue import run_tasks


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(datetime(2026, 6, 15, 1, 0, tzinfo=UTC), tick=False)


@pytest.fixture
def browser(ann, as_user):
    return as_user(ann)


@pytest.fixture
def things(shop) -> list[Variant]:
    """Six variants with a past and a forecast, all with 40 units in stock."""
    with tenant(shop):
        made = shop_with_past(6, 120, on_hand=40)
        make_demand(actor=SYSTEM)
    return made


def test_forecast_again_shows_progress_in_words_and_then_the_list(shop, browser):
    with tenant(shop):
        shop_with_past(4, 60)
    poll = reverse("demand-progress", args=[shop.slug])

    response = browser.post(reverse("demand-run", args=[shop.slug]))
    assert response["Location"] == reverse("demand-list", args=[shop.slug])
    text = text_of(browser, "demand-list", shop.slug)
    assert "Waiting for its turn" in text
    assert "Make it now" not in text
    assert "HX-Redirect" not in browser.get(poll).headers
    with tenant(shop):
        run_tasks(1)
    assert "0 of 4 variants are worked out" in text_of(browser, "demand-progress", shop.slug)

    with tenant(shop):
        run_tasks()

    assert browser.get(poll)["HX-Redirect"] == reverse("demand-list", args=[shop.slug])
    assert text_of(browser, "demand-list", shop.slug).count('class="id"') == 4


def test_a_running_run_can_be_stopped_and_keeps_what_was_finished(shop, browser):
    with tenant(shop):
        shop_with_past(4, 60)
        run = begin_run(actor=SYSTEM)
    assert "Stop it" in text_of(browser, "demand-list", shop.slug)

    browser.post(reverse("demandrun-cancel", args=[shop.slug, run.pk]))

    with tenant(shop):
        assert DemandChunk.objects.unfinished().count() == 0
    assert "Cancelled" in text_of(browser, "demandrun-detail", shop.slug, run.pk)
    again = browser.post(reverse("demandrun-cancel", args=[shop.slug, run.pk]), follow=True)
    assert "The run was over already." in again.content.decode()


def test_who_may_not_run_has_no_button_and_moves_nothing(shop, ben, as_user, things):
    browser = as_user(ben)
    with tenant(shop):
        run = DemandRun.objects.get()

    assert "Forecast again" not in text_of(browser, "demand-list", shop.slug)
    assert browser.post(reverse("demand-run", args=[shop.slug])).status_code == 403
    assert browser.post(reverse("demandrun-cancel", args=[shop.slug, run.pk])).status_code == 403


def test_terms_of_a_variant_move_its_outlook_at_once(shop, browser, things):
    one, other = things[:2]
    address = reverse("demand-variant-terms", args=[shop.slug, one.pk])
    with tenant(shop):
        before = DemandOutlook.objects.get(variant=one)
    assert "It is ordered on the shop’s terms now." in browser.get(address).content.decode()

    response = browser.post(address, {"lead_days": "21", "review_days": "14", "level": "95"})

    assert response["Location"] == reverse("demand-detail", args=[shop.slug, one.pk])
    with tenant(shop):
        after = DemandOutlook.objects.get(variant=one)
        assert after.lead_days == 21
        assert after.order_quantity > before.order_quantity
        assert after.reorder_point > before.reorder_point
        assert DemandOutlook.objects.get(variant=other).lead_days == 10
        event = Activity.objects.get(kind="demand.terms_changed")
        assert event.changes["lead_days"] == [None, 21]
        assert event.actor_label == "Ann"

    browser.post(address, {"do": "clear"})
    with tenant(shop):
        assert not DemandTerms.objects.exists()
        assert DemandOutlook.objects.get(variant=one).order_quantity == before.order_quantity


def test_terms_of_the_shop_move_every_outlook_but_those_with_their_own(shop, browser, things):
    browser.post(
        reverse("demand-variant-terms", args=[shop.slug, things[0].pk]),
        {"lead_days": "3", "review_days": "7", "level": "80"},
    )
    browser.post(reverse("demand-terms", args=[shop.slug]), {"lead_days": "30", "review_days": "7", "level": "90"})
    with tenant(shop):
        run_tasks()
        leads = list(DemandOutlook.objects.order_by("variant_id").values_list("lead_days", flat=True))

    assert leads == [3, 30, 30, 30, 30, 30]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"lead_days": "181"}, "lead_days"),
        ({"review_days": "0"}, "review_days"),
        ({"level": "0.99"}, "level"),
        ({"level": "49.5"}, "level"),
        ({"level": "97.3"}, "level"),
        ({"level": "100"}, "level"),
        ({"level": ""}, "level"),
        ({"level_a": "99.9"}, "level_a"),
        ({"level_c": "high"}, "level_c"),
    ],
)
def test_terms_that_make_no_sense_come_back_with_the_reason(shop, browser, things, given, field):
    data = {"lead_days": "10", "review_days": "7", "level": "90"} | given

    response = browser.post(reverse("demand-terms", args=[shop.slug]), data)

    assert response.status_code == 422
    assert field in response.context["form"].errors
    with tenant(shop):
        assert not DemandTerms.objects.exists()
        assert not Activity.objects.filter(kind="demand.terms_changed").exists()


def test_a_run_says_what_it_did_and_its_sums_agree(shop, browser, things):
    with tenant(shop):
        run = DemandRun.objects.get()
        whole = sum(run.result.sums["mean"])
        categories = sum(sum(path) for path in run.result.sums["categories"].values())
        outlooks = sum(DemandOutlook.objects.values_list("mean", flat=True))

    text = text_of(browser, "demandrun-detail", shop.slug, run.pk)

    assert whole == pytest.approx(outlooks, rel=1e-4) == pytest.approx(categories, rel=1e-4)
    assert "6 with a forecast" in text
    assert "Variants, categories and shop agree" in text
    assert "It sells on most days, in amounts that are alike." in text
    assert run.result.digest in text
    assert "None of its days is over and counted yet." in text


def test_the_next_run_says_what_changed_and_why(shop, ann, browser, things, time_machine):
    with tenant(shop):
        units = np.full((6, 1), 4)
        units[0] = 60
        sold(things, units, last=TODAY)
        time_machine.shift(timedelta(days=1))
        run = make_demand(actor=SYSTEM)
    browser.force_login(ann)

    text = text_of(browser, "demandrun-detail", shop.slug, run.pk)

    assert "What changed" in text
    assert "60 sold on Mon 15 Jun, where" in text
    assert things[0].sku in text
    moved = text_of(browser, "demand-list", shop.slug, query="?tab=moved")
    assert f"{things[0].sku}</small>" in moved


def test_a_run_shows_how_its_days_turned_out_per_kind_and_days_ahead(shop, ann, browser, things, time_machine):
    with tenant(shop):
        run = DemandRun.objects.get()
        sold(things, np.random.default_rng(5).poisson(4, (6, 10)), last=TODAY + timedelta(days=9))
        time_machine.shift(timedelta(days=10))
        score_due_runs()
        assert DemandScore.objects.filter(bucket="days-1-7").exists()
    browser.force_login(ann)

    text = text_of(browser, "demandrun-detail", shop.slug, run.pk)
    overall = text_of(browser, "demandrun-list", shop.slug)

    for page in (text, overall):
        assert "Single days, 1 to 7 days ahead" in page
        assert "The first 7 days together" in page
        assert "All variants" in page


def test_an_open_run_and_a_failed_variant_are_explained(shop, browser, monkeypatch):
    monkeypatch.setattr("analytics.demand.actions.cut", lambda series: cut(series, 2))
    with tenant(shop):
        things = shop_with_past(4, 60)
        run = begin_run(actor=SYSTEM)
        text = text_of(browser, "demandrun-detail", shop.slug, run.pk)
        assert "0 running, 2 waiting" in text
        assert "Being worked on" in text
        first, second = DemandChunk.objects.filter(run=run).order_by("number")
        work_on_chunk(first.pk)
        give_up_chunk(second, "gave_up")

    text = text_of(browser, "demandrun-detail", shop.slug, run.pk)

    assert "Its part of the work was tried several times and given up." in text
    assert sum(thing.sku in text for thing in things) == 2


def test_a_refused_run_says_why(shop, browser):
    with tenant(shop):
        sold(variants(2), np.full((2, 20), 3))
        run = make_demand(actor=SYSTEM)

    assert "There are 20 days of sales so far; a forecast needs 28." in text_of(
        browser, "demandrun-detail", shop.slug, run.pk
    )
    assert "Not possible" in text_of(browser, "demandrun-list", shop.slug)
