"""The pages, the export and the API of the figures of stock, and the classes in the stock list."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from analytics.holdings.models import Holding, HoldingTotal
from core.tenancy import tenant
from ecommerce.inventory.actions import set_classes
from ecommerce.inventory.models import StockLevel, StockRules
from tests import factories
from tests.analytics.demand_kit import variants
from tests.api import program_of

DAY = date(2026, 6, 15)


def address(shop, name, **query: str) -> str:
    return reverse(name, args=[shop.slug], query=query or None)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def held(variant, **given: Any) -> Holding:
    usual: dict[str, Any] = {"as_of": DAY, "abc": "A", "xyz": "X", "on_hand": 10, "available": 9, "worth": Decimal(50)}
    return Holding.objects.create(variant=variant, **usual | given)


@pytest.fixture
def figures(shop):
    with tenant(shop):
        things = variants(4, products=4)
        held(things[0], worth=Decimal("1234.50"), cover=12.0, cover_low=9.0, cover_high=20.0, turnover=6.5, sales=80)
        held(things[1], abc="B", xyz="Z", is_dead=True, idle_days=120, worth=Decimal("300.00"), sales=15)
        held(things[2], abc="C", xyz="", worth=None, out_days=4, missed_units=8.0, sales=5)
        held(things[3], abc="C", xyz="Z", on_hand=None, available=None, worth=None)
        HoldingTotal.objects.create(
            as_of=DAY, variants=3, worth=Decimal("1534.50"), without_cost=1, dead_variants=1,
            dead_worth=Decimal("300.00"), days=200, turnover=5.31, out_days=4, missed_without_cost=1,
        )  # fmt: skip
        for place in (factories.WarehouseFactory(is_default=True), factories.WarehouseFactory(name="Far shed")):
            HoldingTotal.objects.create(as_of=DAY, warehouse=place, worth=Decimal("767.25"))
        return things


def test_the_page_has_totals_places_and_a_row_for_each_counted_variant(shop, ann, as_user, figures):
    text = text_of(as_user(ann).get(address(shop, "holding-list")))

    for words in ("1,234.50", "cost unknown", "Dead stock", "5.3", "Far shed", "767.25", "1 variant, no sale for 90"):
        assert words in text, words
    assert figures[0].sku in text
    assert figures[3].sku not in text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"tab": "dead"}, {1}),
        ({"tab": "out"}, {2}),
        ({"tab": "unpriced"}, {2}),
        ({"abc": "A"}, {0}),
        ({"xyz": "none"}, {2}),
        ({"abc": "B", "xyz": "Z"}, {1}),
    ],
)
def test_the_list_and_its_export_can_be_narrowed(shop, ann, as_user, figures, query, shown):
    browser = as_user(ann)
    for name in ("holding-list", "holding-export"):
        answer = browser.get(address(shop, name, **query))
        text = b"".join(answer).decode() if answer.streaming else answer.content.decode()
        assert {place for place in range(4) if figures[place].sku in text} == shown


@pytest.mark.parametrize("sort", ["worth", "sku", "cover", "turnover", "idle", "out", "missed"])
def test_every_sort_pages_through_all_rows_once(shop, ann, as_user, figures, sort):
    with tenant(shop):
        for thing in variants(30):
            held(thing, worth=None)
    browser, seen = as_user(ann), []
    query = {"sort": sort, "size": "25"}
    page = browser.get(address(shop, "holding-list", **query)).context["page"]
    seen += [row.pk for row in page.rows]
    following = browser.get(f"{address(shop, 'holding-list')}{page.next_query}").context["page"]
    seen += [row.pk for row in following.rows]

    assert len(seen) == len(set(seen)) == 33


def test_the_pages_cost_few_queries(shop, ann, as_user, figures, django_assert_max_num_queries):
    browser = as_user(ann)
    browser.get(address(shop, "holding-list"))
    with django_assert_max_num_queries(7):  # who, where, totals, counts, rows; the last is the choices of categories
        browser.get(address(shop, "holding-list"))
    with django_assert_max_num_queries(6):
        browser.get(address(shop, "holding-classes"))


def test_the_matrix_counts_and_links_to_the_stock_list(shop, ann, as_user, figures):
    browser = as_user(ann)
    text = browser.get(address(shop, "holding-classes")).content.decode()

    link = f"{address(shop, 'stock-list')}?abc=B&amp;xyz=Z"
    assert link in text
    assert "15.0% of sales" in text
    assert "Order on demand only" in text

    with tenant(shop):
        place = factories.WarehouseFactory(code="AGAIN")
        for thing in figures:
            StockLevel.objects.create(warehouse=place, variant=thing, on_hand=3)
        set_classes({figures[0].pk: ("A", "X"), figures[1].pk: ("B", "Z"), figures[2].pk: ("C", "")})
    listed = browser.get(address(shop, "stock-list", abc="B", xyz="Z"))
    assert [row.sku for row in listed.context["page"].rows] == [figures[1].sku]
    assert "BZ" in text_of(listed)
    unsorted = browser.get(address(shop, "stock-list", xyz="none"))
    assert {row.sku for row in unsorted.context["page"].rows} == {figures[2].sku, figures[3].sku}
    exported = b"".join(browser.get(address(shop, "stock-export", abc="A"))).decode()
    assert figures[0].sku in exported
    assert "A,X" in exported
    assert figures[1].sku not in exported


def test_before_the_first_night_the_pages_say_so(shop, ann, as_user):
    assert "No figures yet" in text_of(as_user(ann).get(address(shop, "holding-list")))
    assert "No figures yet" in text_of(as_user(ann).get(address(shop, "holding-classes")))


def test_the_rules_page_keeps_the_days_after_which_stock_is_dead(shop, ann, as_user):
    browser = as_user(ann)
    browser.post(address(shop, "stock-rules"), {"hold_minutes": 5, "dead_days": 60})
    with tenant(shop):
        assert StockRules.objects.get().dead_days == 60
    answer = browser.post(address(shop, "stock-rules"), {"hold_minutes": 5, "dead_days": 0})
    assert answer.status_code == 422
    with tenant(shop):
        assert StockRules.objects.get().dead_days == 60


def test_programs_read_figures_and_classes(shop, ann, figures):
    program = program_of(shop)
    rows = {row["sku"]: row for row in program.get("stock-figures/").data["results"]}

    assert set(rows) == {figures[place].sku for place in range(3)}
    assert (rows[figures[0].sku]["worth"], rows[figures[0].sku]["cover_high"]) == ("1234.50", 20.0)
    assert (rows[figures[1].sku]["cover"], rows[figures[2].sku]["worth"]) == (None, None)
    assert [row["sku"] for row in program.get("stock-figures/?is_dead=true").data["results"]] == [figures[1].sku]

    with tenant(shop):
        place = factories.WarehouseFactory(code="AGAIN")
        for thing in figures:
            StockLevel.objects.create(warehouse=place, variant=thing, on_hand=3)
        set_classes({figures[0].pk: ("A", "X"), figures[1].pk: ("B", "")})
    levels = {row["sku"]: (row["abc"], row["xyz"]) for row in program.get("stock/").data["results"]}
    assert [levels[thing.sku] for thing in figures] == [("A", "X"), ("B", ""), (None, None), (None, None)]
    assert [row["sku"] for row in program.get("stock/?xyz=X").data["results"]] == [figures[0].sku]
