"""What will be sold out is told once per episode, with dates that follow from sales and stock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Activity
from analytics.facts.models import DailyFact, VariantFact
from analytics.restock.actions import check_stock
from analytics.restock.models import StockWarning
from analytics.restock.queries import stock_outlooks
from analytics.restock.rules import cover
from core.tenancy import tenant
from ecommerce.models import StockLevel, Variant
from tests.ecommerce.orders_kit import placed, stocked
from tests.queue import run_tasks

TODAY = date(2026, 6, 15)


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to(datetime(2026, 6, 15, 4, 0, tzinfo=UTC), tick=False)


def sold(variant: Variant, per_day: int, days: int = 28) -> None:
    for back in range(1, days + 1):
        day = TODAY - timedelta(days=back)
        VariantFact.objects.create(variant=variant, day=day, units=per_day, orders=per_day, value=1)
        DailyFact.objects.get_or_create(day=day, defaults={"orders": 1})


@given(st.integers(0, 5000), st.integers(0, 900), st.integers(1, 28))
def test_a_range_holds_its_middle(available, units, days):
    lasts = cover(available, units, units * units // days + units, days)

    if units == 0:
        assert lasts is None
    else:
        assert 0 <= lasts.low <= lasts.middle <= lasts.high


def test_steady_sales_give_the_plain_answer_and_a_narrow_range():
    lasts = cover(280, 280, 2800, 28)

    assert lasts.middle == 28
    assert 23 < lasts.low < 26 < 30 < lasts.high < 34


def test_few_sales_name_no_end():
    assert cover(50, 1, 1, 28).high == inf


def test_the_range_holds_eight_of_ten():
    chance = np.random.default_rng(0)
    inside = 0
    for _ in range(400):
        past = chance.poisson(3.0, 28)
        lasts = cover(60, int(past.sum()), int((past**2).sum()), 28)
        gone = int(np.argmax(np.cumsum(chance.poisson(3.0, 400)) >= 60))
        inside += lasts.low <= gone + 0.5 <= lasts.high
    assert 0.72 <= inside / 400 <= 0.92


def test_a_variant_that_runs_out_is_told_once_until_it_was_filled_up(scope):
    variant, other = stocked(20), stocked(500)
    sold(variant, 4)
    sold(other, 4)

    assert check_stock() == 1
    assert check_stock() == 0

    warning = StockWarning.objects.get()
    assert (warning.variant, warning.out_middle) == (variant, TODAY + timedelta(days=5))
    assert warning.out_low <= warning.out_middle <= warning.out_high
    told = Activity.objects.filter(kind="restock.stock_out_expected").values_list("payload", flat=True).get()
    assert (told["sku"], told["available"], told["per_day"]) == (variant.sku, 20, 4.0)

    StockLevel.objects.filter(variant=variant).update(on_hand=34)  # 8.5 days: not yet clearly above 7
    check_stock()
    assert StockWarning.objects.open().count() == 1
    StockLevel.objects.filter(variant=variant).update(on_hand=300)
    check_stock()
    assert StockWarning.objects.open().count() == 0
    StockLevel.objects.filter(variant=variant).update(on_hand=10)

    assert check_stock() == 1
    assert Activity.objects.filter(kind="restock.stock_out_expected").count() == 2


def test_what_is_reserved_does_not_count_as_there(scope):
    variant = stocked(100)
    sold(variant, 4)
    StockLevel.objects.update(reserved=90)

    assert [(one.available, round(one.lasts.middle, 1)) for one in stock_outlooks(TODAY)] == [(10, 2.5)]


def test_an_order_that_takes_the_stock_leads_to_the_notice(scope):
    variant = stocked(100)
    sold(variant, 4)
    run_tasks()
    assert StockWarning.objects.count() == 0

    placed((variant, 80), paid=True)
    run_tasks()

    assert StockWarning.objects.values_list("variant_id", "available").get() == (variant.pk, 20)


def test_shops_without_sales_or_without_counted_stock_get_none(scope, rival):
    sold(Variant.objects.get(pk=stocked(5).pk), 0)
    assert check_stock() == 0
    with tenant(rival):
        assert check_stock() == 0
