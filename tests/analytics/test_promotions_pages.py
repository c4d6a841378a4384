"""The pages and the API of promotions: past ones with what they did, plans with what they take."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from analytics.promotions.actions import find_past_promotions
from analytics.promotions.models import Promotion
from core.tenancy import tenant
from tests.analytics.promo_shop import TODAY, promoted_shop
from tests.api import program_of


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to(datetime(2026, 6, 15, 4, 0, tzinfo=UTC), tick=False)


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def fields(sku: str, **given) -> dict[str, object]:
    first = TODAY + timedelta(days=14)
    values = {"title": "Summer sale", "skus": sku, "depth": 25, "per_person": 10}
    return {**values, "first_day": first.isoformat(), "last_day": (first + timedelta(days=6)).isoformat(), **given}


def test_an_empty_list_says_what_will_be_there(shop, ann, as_user):
    text = text_of(as_user(ann).get(reverse("promotion-list", args=[shop.slug])))
    assert "No promotions yet" in text
    assert "Plan a promotion" in text


def test_a_past_promotion_has_a_page(shop, ann, as_user):
    with tenant(shop):
        things, _ = promoted_shop()
        find_past_promotions()
        found = Promotion.objects.get()
    client = as_user(ann)

    listed = text_of(client.get(reverse("promotion-list", args=[shop.slug])))
    assert found.get_absolute_url() in listed
    text = text_of(client.get(found.get_absolute_url()))

    assert "units that would not have been sold without it" in text
    assert things[0].sku in text
    assert "Show as table" in text
    assert found.digest in text
    assert text.count("<h1") == 1


def test_a_plan_is_made_with_the_form(shop, ann, as_user):
    with tenant(shop):
        things, _ = promoted_shop()
    client = as_user(ann)
    address = reverse("promotion-plan", args=[shop.slug])
    assert "Parcels a person packs" in text_of(client.get(address))

    response = client.post(address, fields(things[0].sku))

    with tenant(shop):
        made = Promotion.objects.get()
        assert response.headers["Location"] == made.get_absolute_url()
    text = text_of(client.get(response.headers["Location"]))
    assert "Stock it takes" in text
    assert "Order by" in text
    assert "What it did" not in text


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"skus": "nobody"}, "Nothing for sale has the SKU nobody."),
        ({"first_day": "2026-06-01"}, "A promotion is planned at least one day ahead."),
        ({"depth": 95}, "80"),
        ({"skus": ""}, "Choose a category, or name the products by their SKU."),
    ],
)
def test_what_cannot_be_planned_comes_back_with_the_reason(shop, ann, as_user, given, sentence):
    with tenant(shop):
        things, _ = promoted_shop(days=200)
    response = as_user(ann).post(reverse("promotion-plan", args=[shop.slug]), fields(things[0].sku, **given))
    assert response.status_code == 422
    assert sentence in text_of(response)
    with tenant(shop):
        assert not Promotion.objects.exists()


def test_programs_read_and_plan(shop, ann):
    with tenant(shop):
        things, _ = promoted_shop()
        find_past_promotions()
        found = Promotion.objects.get()
    program = program_of(shop)
    given = fields(things[0].sku)
    given["skus"] = [things[0].sku]

    made = program.post("promotions/", given)

    assert made.status_code == 201
    assert made.data["kind"] == "planned"
    assert len(made.data["promise"]["units"]) == 3
    assert made.data["report"] is None
    assert {one["id"] for one in program.get("promotions/").data["results"]} == {found.pk, made.data["id"]}
    assert program.get(f"promotions/{found.pk}/").data["report"]["extra_low"] > 0
    refused = program.post("promotions/", {**given, "skus": ["nobody"]})
    assert (refused.status_code, refused.data["error"]["code"]) == (422, "unknown_sku")
    assert program_of(shop, {"promotions.view"}).post("promotions/", given).status_code == 403
