"""Forecasts held against stock: what was not there to be sold is unknown, and the stock lasts as the quantiles say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from analytics import frames
from analytics.demand.actions import make_demand
from analytics.demand.models import DemandOutlook, DemandTerms
from core.actors import SYSTEM
from ecommerce.models import StockLevel, StockMove
from tests import factories
from tests.analytics.demand_kit import TODAY, YESTERDAY, shop_with_past, sold, variants


@pytest.fixture(autouse=True)
def _night(time_machine):
    """02:40 in Shanghai on TODAY."""
    time_machine.move_to(datetime(2026, 6, 14, 18, 40, tzinfo=UTC), tick=False)


def test_days_without_stock_are_unknown_not_zero(scope):
    steady, gone = variants(2)
    units = np.full((2, 120), 5)
    units[1, 60:90] = 0
    units[1, 118:] = 0
    sold([steady, gone], units)
    place = factories.WarehouseFactory(is_default=True)

    def move(quantity: int, days_ago: int) -> None:
        StockMove.objects.create(
            warehouse=place, variant=gone, quantity=quantity, reason="adjustment",
            at=datetime(2026, 6, 15, 4, tzinfo=UTC) - timedelta(days=days_ago),
        )  # fmt: skip

    move(300, 121)
    move(-300, 61)
    move(150, 30)
    move(-150, 3)
    StockLevel.objects.create(warehouse=place, variant=gone, on_hand=0)

    out = frames.sold_out_days([steady.pk, gone.pk], YESTERDAY - timedelta(days=119), YESTERDAY, scope)
    run = make_demand(actor=SYSTEM)

    assert not out[0].any()
    assert np.flatnonzero(out[1]).tolist() == [*range(60, 90), 118, 119]
    means = dict(DemandOutlook.objects.values_list("variant_id", "mean"))
    assert means[gone.pk] == pytest.approx(140, rel=0.05)
    assert run.result.policies["gaps"] == 1


def test_what_has_been_without_stock_for_a_quarter_is_no_longer_offered(scope):
    other, gone = variants(2)
    units = np.full((2, 300), 5)
    units[1, 180:] = 0
    sold([other, gone], units)
    place = factories.WarehouseFactory(is_default=True)
    for quantity, ago in ((900, 301), (-900, 121)):
        at = datetime(2026, 6, 15, 4, tzinfo=UTC) - timedelta(days=ago)
        StockMove.objects.create(warehouse=place, variant=gone, quantity=quantity, reason="adjustment", at=at)

    make_demand(actor=SYSTEM)

    outlook = DemandOutlook.objects.get(variant=gone)
    assert (outlook.has_forecast, outlook.reason, outlook.mean) == (False, "dormant", 0)


def test_stock_lasts_until_the_quantiles_of_demand_have_used_it_up(scope):
    thing, *_ = shop_with_past(6, rate=4.0, on_hand=40)
    StockLevel.objects.filter(variant=thing).update(reserved=8)
    DemandTerms.objects.create(lead_days=10, review_days=7, level=0.9)

    make_demand(actor=SYSTEM)

    outlook = DemandOutlook.objects.get(variant=thing)
    assert outlook.available == 32
    assert 7 <= outlook.lasts <= 9
    assert outlook.lasts_low < outlook.lasts < outlook.lasts_high
    assert outlook.out_middle == TODAY + timedelta(days=int(outlook.lasts))
    assert outlook.out_low <= outlook.out_middle <= outlook.out_high
    assert 40 <= outlook.reorder_point <= 65
    assert outlook.order_quantity + 32 >= 17 * 4
    assert (outlook.to_order, outlook.order_by) == (True, TODAY)


def test_a_variant_that_was_never_counted_has_no_date(scope):
    thing, *_ = shop_with_past(2)
    StockLevel.objects.filter(variant=thing).delete()

    make_demand(actor=SYSTEM)

    outlook = DemandOutlook.objects.get(variant=thing)
    assert (outlook.available, outlook.out_middle, outlook.to_order, outlook.order_quantity) == (None, None, False, 0)
    assert outlook.has_forecast


def test_the_next_day_says_what_changed_and_the_same_day_again_does_not_forget(scope, time_machine):
    thing, *_ = shop_with_past(3)
    make_demand(actor=SYSTEM)
    before = DemandOutlook.objects.get(variant=thing)
    assert (before.before, before.moved) == (None, 0)

    time_machine.move_to(datetime(2026, 6, 15, 18, 40, tzinfo=UTC), tick=False)
    sold([thing], np.array([[40]]), last=TODAY)
    make_demand(actor=SYSTEM)
    after = DemandOutlook.objects.get(variant=thing)
    make_demand(actor=SYSTEM)
    again = DemandOutlook.objects.get(variant=thing)

    assert after.before == before.mean
    assert after.moved == abs(after.mean - before.mean) > 0
    assert (again.before, again.moved) == (after.before, after.moved)


def test_old_orders_of_another_place_are_forecast_from_their_own_end(scope):
    shop_with_past(3, last=date(2018, 8, 20))

    run = make_demand(actor=SYSTEM)

    assert run.data_to == date(2018, 8, 20)
    assert DemandOutlook.objects.filter(out_middle=None, to_order=False, runs_out=False).count() == 3
