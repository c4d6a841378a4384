"""A listing's score counts what can be known, says what is wrong and where to mend it, and follows changes."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import numpy as np
import pytest
from django.urls import reverse

from analytics.quality.actions import refresh_quality
from analytics.quality.models import ListingQuality
from analytics.quality.rules import WEIGHTS, Listed, judge, score_of
from analytics.quality.words import parts_of
from core.tenancy import tenant
from ecommerce.catalog.actions import add_image, change_product
from ecommerce.models import CategoryAttribute
from tests import factories
from tests.analytics.demand_kit import sold, text_of
from tests.queue import run_tasks

GOOD = Listed(
    title="Luming travel gaiwan set, celadon",
    brand="Luming",
    description="x" * 500,
    images=4,
    required=2,
    required_filled=2,
    price=100,
    usual_price=90,
    peers=8,
    available=20,
    cover=30,
    sold=100,
    return_rate=0.01,
    shop_return_rate=0.02,
    complaints=0,
    rating=4.8,
    reviews=20,
)


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(datetime(2026, 6, 15, 1, 0, tzinfo=UTC), tick=False)


def shares(listed):
    return {part.name: part.share for part in judge(listed)}


def test_a_good_listing_has_all_points():
    assert score_of(judge(GOOD)) == 100
    assert sum(WEIGHTS.values()) == 100


@pytest.mark.parametrize(
    ("change", "part", "code"),
    [
        ({"title": "Cup"}, "title", "title_short"),
        ({"title": "BUY THE BEST LUMING CUPS NOW!!!"}, "title", "title_shouts"),
        ({"brand": "Qingyun"}, "title", "title_no_brand"),
        ({"images": 0}, "images", "images_few"),
        ({"images_without_words": 1}, "images", "images_without_words"),
        ({"required_filled": 1}, "attributes", "attributes_required"),
        ({"description": ""}, "description", "description_none"),
        ({"description": GOOD.title}, "description", "description_title"),
        ({"price": 500}, "price", "price_high"),
        ({"price": 10}, "price", "price_low"),
        ({"available": 0}, "stock", "stock_none"),
        ({"cover": 3}, "stock", "stock_short"),
        ({"return_rate": 0.06, "top_reason": "size"}, "returns", "returns_content"),
        ({"return_rate": 0.06, "top_reason": "late"}, "returns", "returns_many"),
        ({"complaints": 3}, "complaints", "complaints_many"),
        ({"rating": 3.0}, "rating", "rating_low"),
    ],
)
def test_what_is_wrong_costs_points_and_is_named(change, part, code):
    listed = Listed(**{**GOOD.__dict__, **change})
    parts = {one.name: one for one in judge(listed)}

    assert parts[part].share < 1
    assert code in [fault["code"] for fault in parts[part].faults]
    assert 0 <= score_of(judge(listed)) < 100


def test_what_cannot_be_known_does_not_count():
    bare = Listed(title=GOOD.title, description="x" * 500, images=4)
    unknown = {name for name, share in shares(bare).items() if share is None}

    assert unknown == {"attributes", "price", "stock", "returns", "complaints", "rating"}
    assert score_of(judge(bare)) == 100


def test_a_chinese_title_says_as_much_in_half_the_signs():
    assert shares(Listed(title="便携旅行盖碗茶具"))["title"] == 1


@pytest.fixture
def gaiwan(scope):
    product = factories.ProductFactory(title="Gaiwan", brand="")
    variant = factories.VariantFactory(product=product)
    sold([variant], np.full((1, 120), 2))
    return product


def test_the_list_orders_by_what_mending_is_worth(as_user, ann, gaiwan, rival):
    other = factories.ProductFactory(title="Kettle")
    factories.VariantFactory(product=other)
    with tenant(rival):
        factories.VariantFactory(product=factories.ProductFactory(title="Foreign"))
    assert refresh_quality() == 2

    page = text_of(as_user(ann), "quality-list", "luming")
    assert page.index("Gaiwan") < page.index("Kettle")
    assert "No picture at all." in page
    assert "Foreign" not in page
    one = ListingQuality.objects.get(product=gaiwan)
    assert one.worth == pytest.approx(one.sales * (100 - one.score) / 100)

    sheet = as_user(ann).get(reverse("quality-export", args=["luming"]))
    lines = list(csv.reader(io.StringIO(b"".join(sheet.streaming_content).decode("utf-8-sig"))))
    assert lines[1][0] == "Gaiwan"
    assert len(lines[0]) == len(lines[1])


def test_every_fault_has_words_and_a_place_to_mend_it(gaiwan):
    refresh_quality()
    for part in parts_of(ListingQuality.objects.get(product=gaiwan), "luming"):
        assert all(part.faults)
        assert bool(part.url) == bool(part.faults)


def test_a_change_scores_the_listing_again(gaiwan, ann):
    CategoryAttribute.objects.create(category=gaiwan.category, code="material", name="Material", is_required=True)
    refresh_quality()
    before = ListingQuality.objects.get(product=gaiwan).score
    add_image(gaiwan, url="https://example.com/1.jpg", alt="Front", actor=ann.actor)
    change_product(gaiwan, attributes={"material": "Porcelain"}, description="x" * 500, actor=ann.actor)
    run_tasks()

    assert ListingQuality.objects.get(product=gaiwan).score > before + 20


def test_the_product_page_shows_the_score_as_a_panel(as_user, ann, ben, gaiwan):
    refresh_quality()
    page = text_of(as_user(ann), "product-quality", "luming", gaiwan.pk)
    assert "of 100" in page
    assert reverse("product-images", args=["luming", gaiwan.pk]) in page


def test_the_number_of_queries_does_not_grow(gaiwan):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        refresh_quality()
    for _number in range(10):
        factories.VariantFactory()
    with CaptureQueriesContext(connection) as many:
        refresh_quality()
    assert len(many) == len(few)
