"""Beside every price stands what was sold while it held."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from analytics import frames
from analytics.pricing.queries import held_prices, price_by_day
from ecommerce.catalog.actions import set_parts
from ecommerce.models import PriceChange
from tests import factories
from tests.analytics.demand_kit import TODAY, YESTERDAY, sold, text_of


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(datetime(2026, 6, 15, 1, 0, tzinfo=UTC), tick=False)


@pytest.fixture
def variant(scope):
    made = factories.VariantFactory(sku="TG-1", price=Decimal(80))
    now = datetime(2026, 6, 15, 1, 0, tzinfo=UTC)
    for days, price in ((60, 100), (10, 80)):
        PriceChange.objects.create(variant=made, price=Decimal(price), at=now - timedelta(days=days))
    units = np.full((1, 60), 2)
    units[0, -10:] = 5
    sold([made], units)
    return made


def test_units_are_counted_by_the_price_they_went_at(variant, shop):
    held = held_prices(shop, variant.product, most=10)

    assert [(one.price, one.units) for one in held] == [(80, 50), (100, 100)]
    assert [(one.first, one.last) for one in held] == [
        (TODAY - timedelta(days=10), TODAY),
        (TODAY - timedelta(days=60), TODAY - timedelta(days=11)),
    ]
    days, prices, units = price_by_day(shop, variant)
    assert (prices[0], prices[-1], units[-2]) == (None, 80.0, 5.0)
    assert len(days) == len(prices) == len(units) == 180


def test_the_panel_shows_both(as_user, ann, variant):
    page = text_of(as_user(ann), "product-prices", "luming", variant.product_id)
    assert "Prices and what was sold at each" in page
    assert "TG-1" in page


def test_what_is_sold_in_bundles_is_asked_of_the_parts(variant, ann):
    bundle = factories.VariantFactory(sku="SET")
    sold([bundle], np.full((1, 5), 3))
    set_parts(bundle, {variant.pk: 2}, actor=ann.actor)

    first = YESTERDAY - timedelta(days=4)
    panel = frames.variant_units([variant.pk, bundle.pk], first, YESTERDAY)
    assert panel.tolist() == [[11.0] * 5, [3.0] * 5]
