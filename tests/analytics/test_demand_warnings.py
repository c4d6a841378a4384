"""Warnings that stock runs out rest on the demand forecast where there is one, and many at once flood nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from accounts.models import Activity
from analytics.demand.actions import make_demand, refresh_outlooks
from analytics.demand.models import DemandOutlook
from analytics.demand.tasks import nightly_demand
from analytics.restock.actions import check_stock
from analytics.restock.models import StockWarning
from analytics.restock.queries import stock_outlooks
from core.actors import SYSTEM, Actor
from ecommerce.inventory.actions import adjust_stock
from ecommerce.models import StockLevel, Warehouse
from notifications.models import Notification
from tests.analytics.demand_kit import TODAY, shop_with_past, sold, variants
from tests.queue import run_tasks

ANN = Actor("user", 1, "Ann")


@pytest.fixture(autouse=True)
def _night(time_machine):
    time_machine.move_to(datetime(2026, 6, 14, 18, 40, tzinfo=UTC), tick=False)


def test_the_date_is_that_of_the_forecast_and_told_once(scope):
    things = shop_with_past(4, rate=4.0, on_hand=400)
    StockLevel.objects.filter(variant=things[0]).update(on_hand=20)
    make_demand(actor=SYSTEM)
    outlook = DemandOutlook.objects.get(variant=things[0])

    assert check_stock() == 1
    assert check_stock() == 0

    warning = StockWarning.objects.get()
    assert (warning.variant, warning.available) == (things[0], 20)
    assert (warning.out_low, warning.out_middle, warning.out_high) == (
        outlook.out_low, outlook.out_middle, outlook.out_high,
    )  # fmt: skip
    assert warning.per_day == pytest.approx(outlook.mean / 28)


def test_a_festival_ahead_that_the_last_weeks_do_not_know_counts(scope):
    """The recent pace says a month; the same weeks of earlier years say that half the stock goes in a week."""
    thing, *others = variants(5)
    days = 3 * 364
    chance = np.random.default_rng(4)
    units = chance.poisson(6.0, (5, days)).astype(float)
    for year in (1, 2):
        units[:, days - 364 * year : days - 364 * year + 7] *= 6
    sold([thing, *others], units)
    place = Warehouse.objects.create(name="Main", code="MAIN", is_default=True)
    StockLevel.objects.create(warehouse=place, variant=thing, on_hand=110)
    (by_pace,) = stock_outlooks(TODAY)

    make_demand(actor=SYSTEM)
    (by_forecast,) = stock_outlooks(TODAY)

    assert by_forecast.lasts.middle < 0.75 * by_pace.lasts.middle


def test_without_a_new_forecast_recent_sales_decide(scope, time_machine):
    things = shop_with_past(2, rate=4.0, on_hand=60)
    make_demand(actor=SYSTEM)
    with_forecast = {one.variant_id: one.lasts for one in stock_outlooks(TODAY)}

    DemandOutlook.objects.filter(variant=things[0]).update(has_forecast=False, reason="failed")
    one_failed = {one.variant_id: one.lasts for one in stock_outlooks(TODAY)}
    later = TODAY + timedelta(days=12)
    by_pace = stock_outlooks(later)

    assert one_failed[things[1].pk] == with_forecast[things[1].pk]
    assert one_failed[things[0].pk] != with_forecast[things[0].pk]
    assert one_failed[things[0].pk].middle == pytest.approx(15, rel=0.3)
    assert {one.variant_id for one in by_pace} == {thing.pk for thing in things}


def test_when_the_stock_changes_the_outlook_follows(scope):
    thing, other = shop_with_past(2, rate=4.0, on_hand=200)
    make_demand(actor=SYSTEM)
    run_tasks()
    before = DemandOutlook.objects.get(variant=other)

    adjust_stock(thing, Warehouse.objects.get(), counted=16, actor=ANN)
    run_tasks()

    outlook = DemandOutlook.objects.get(variant=thing)
    assert (outlook.available, outlook.runs_out, outlook.to_order) == (16, True, True)
    assert 3 <= outlook.lasts <= 5
    assert StockWarning.objects.open().get().variant == thing
    assert DemandOutlook.objects.get(variant=other).updated_at == before.updated_at
    assert refresh_outlooks() == 0


def test_as_days_go_by_the_same_stock_lasts_shorter(scope, time_machine):
    thing, _ = shop_with_past(2, rate=4.0, on_hand=80)
    make_demand(actor=SYSTEM)
    fresh = {one.variant_id: one for one in stock_outlooks(TODAY)}[thing.pk]

    three_days_on = {one.variant_id: one for one in stock_outlooks(TODAY + timedelta(days=3))}[thing.pk]

    assert three_days_on.lasts.middle == pytest.approx(fresh.lasts.middle - 3)
    assert three_days_on.out_middle == fresh.out_middle


def test_a_night_that_finds_many_says_so_in_a_few_lines(scope, ann):
    things = shop_with_past(40, rate=4.0, on_hand=8)

    nightly_demand()
    run_tasks()

    assert StockWarning.objects.open().count() == len(things)
    told = Activity.objects.filter(kind__startswith="restock.")
    assert list(told.values_list("kind", "payload__count")) == [("restock.stock_outs_expected", 40)]
    assert sorted(Notification.objects.filter(user=ann).values_list("kind", flat=True)) == [
        "stock-low", "stock-low", "stock-low", "stock-low-many",
    ]  # fmt: skip
    many = Notification.objects.get(kind="stock-low-many", user=ann)
    assert many.params["count"] == 40


def test_the_next_night_tells_nothing_again(scope, ann, time_machine):
    shop_with_past(10, rate=4.0, on_hand=8)
    nightly_demand()
    run_tasks()

    time_machine.move_to(datetime(2026, 6, 15, 18, 40, tzinfo=UTC), tick=False)
    nightly_demand()
    run_tasks()

    assert Activity.objects.filter(kind__startswith="restock.").count() == 1
    assert Notification.objects.filter(user=ann).count() == 4
