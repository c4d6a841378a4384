"""The price history says who set a price, how and why; the lowest earlier price follows the EU directive."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.apps import apps

from core.actors import Actor
from core.tenancy import tenant
from ecommerce.catalog import actions
from ecommerce.catalog.rules import ending_in, prior_price
from ecommerce.models import PriceChange
from tests import factories
from tests.api import program_of

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


def history(*rows):
    return [(NOW - timedelta(days=days), Decimal(price)) for days, price in rows]


@pytest.mark.parametrize(
    ("rows", "lowest", "is_reduced", "is_whole"),
    [
        ([(100, 200)], 200, False, True),  # one price all the time
        ([(10, 200)], 200, False, False),  # younger than the window
        ([(100, 200), (5, 150)], 200, True, True),  # reduced: the present price does not count
        ([(100, 200), (20, 120), (15, 200), (5, 150)], 120, True, True),  # a lower one shortly before does
        ([(100, 90), (30, 200), (5, 150)], 90, True, True),  # it held into the window
        ([(100, 90), (60, 200), (5, 150)], 200, True, True),  # and here it did not
        ([(100, 200), (20, 180), (5, 150)], 180, True, True),  # lowered in steps: the last step
        ([(100, 150), (5, 200)], 150, False, True),  # raised: the last 30 days
    ],
)
def test_the_lowest_price_of_the_thirty_days_before(rows, lowest, is_reduced, is_whole):
    prior = prior_price(history(*rows), NOW)

    assert prior.lowest == lowest
    assert (prior.is_reduced, prior.is_whole) == (is_reduced, is_whole)


def test_nothing_is_said_without_a_history_and_the_future_does_not_count():
    assert prior_price([], NOW) is None
    assert prior_price(history((-3, 1)), NOW) is None
    assert ending_in(Decimal("0.20"), Decimal("0.99")) == Decimal("0.99")


def test_every_way_to_a_price_leaves_its_source(scope, ann, shop):
    variant = factories.VariantFactory(price=Decimal(168))
    actions.change_price(variant, price=Decimal(160), reason="Spring", actor=ann.actor)
    actions.change_variant(variant, price=Decimal(150), actor=Actor("token", 1, "Till"))
    actions.save_cells({f"v{variant.pk}.price": ("150.00", "140")}, actor=ann.actor)

    rows = list(PriceChange.objects.order_by("pk").values_list("price", "old", "source", "actor_label", "reason"))
    assert rows == [
        (160, 168, "page", ann.actor.label, "Spring"),
        (150, 160, "api", "Till", ""),
        (140, 150, "grid", ann.actor.label, ""),
    ]


def test_the_page_names_the_lowest_price(as_user, ann, scope):
    variant = factories.VariantFactory(price=Decimal(168))
    PriceChange.objects.create(variant=variant, price=Decimal(168), at=datetime.now(UTC) - timedelta(days=90))
    actions.change_price(variant, price=Decimal(100), actor=ann.actor)
    page = as_user(ann).get(f"/m/luming/products/{variant.product_id}/").content.decode()

    assert "lowest of the 30 days before the reduction" in page
    assert "By hand" in page


def test_the_migration_gives_a_first_row_to_those_without_one_only(scope, rival):
    bare, known = factories.VariantFactory(price=Decimal(10)), factories.VariantFactory(price=Decimal(20))
    PriceChange.objects.create(variant=known, price=Decimal(20))
    with tenant(rival):
        foreign = factories.VariantFactory(price=Decimal(30))
    migration = importlib.import_module("ecommerce.migrations.0015_products_append_only")
    migration.first_prices(apps, None)
    migration.first_prices(apps, None)

    row = PriceChange.objects.get(variant=bare)
    assert (row.price, row.source, row.at) == (10, "start", bare.created_at)
    assert PriceChange.objects.filter(variant=known).count() == 1
    with tenant(rival):
        assert PriceChange.objects.get(variant=foreign).merchant_id == rival.pk


def test_every_price_is_listed_exported_and_read_by_programs(shop, scope, rival, ann, as_user):
    """Also those that the product's own page has no room for."""
    variant, other = factories.VariantFactory(sku="POT"), factories.VariantFactory(sku="CUP")
    who = Actor("user", 1, "Ann")
    for price in range(30):
        actions.change_price(variant, price=Decimal(100 + price), reason=f"step {price}", actor=who)
    actions.change_price(other, price=Decimal(7), actor=who)
    with tenant(rival):
        theirs = factories.VariantFactory(sku="POT")
        actions.change_price(theirs, price=Decimal(666), actor=who)

    client, url = as_user(ann), "/m/luming/products/prices/"
    shown = client.get(f"{url}?product={variant.product_id}&size=50").context["page"].rows
    assert {change.variant_id for change in shown} == {variant.pk}
    assert [change.reason for change in shown][:2] == ["step 29", "step 28"]
    assert len(shown) >= 30
    assert f"{url}?product={variant.product_id}" in client.get(variant.product.get_absolute_url()).content.decode()
    assert [change.reason for change in client.get(f"{url}?q=step 11").context["page"].rows] == ["step 11"]

    response = client.get(f"{url}export.csv?product={variant.product_id}")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert len(text.splitlines()) == len(shown) + 1
    assert "666" not in text
    assert "CUP" not in text

    rows = program_of(shop).get(f"price-changes/?variant={variant.pk}&page_size=5").data["results"]
    assert [(row["sku"], row["price"], row["by"], row["source"]) for row in rows[:1]] == [
        ("POT", "129.00", "Ann", "page")
    ]
    assert len(rows) == 5
    assert program_of(shop).get(f"price-changes/?variant={theirs.pk}").data["results"] == []
