"""Figures of stock: how evenly things sell, what they are worth, how fast they turn, and what was missed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.demand.models import DemandOutlook, DemandRun
from analytics.facts.models import VariantFact
from analytics.holdings.actions import refresh_holdings
from analytics.holdings.models import Holding, HoldingTotal
from analytics.holdings.rules import average_level, missed, turnover, variability, weekly_spread
from core.tenancy import tenant
from ecommerce.inventory.actions import save_rules
from ecommerce.inventory.models import StockClass, StockLevel, StockMove
from ecommerce.models import Product, Variant
from tests import factories
from tests.analytics.demand_kit import TODAY, sold, variants

NOW = datetime(2026, 6, 15, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(NOW, tick=False)


def moved(variant, warehouse, quantity, days_ago, reason=StockMove.Reason.RECEIPT):
    """A row of the ledger of some days ago; the level follows."""
    StockMove.objects.create(
        variant=variant, warehouse=warehouse, quantity=quantity, reason=reason, at=NOW - timedelta(days=days_ago)
    )
    level, _new = StockLevel.objects.get_or_create(variant=variant, warehouse=warehouse)
    level.on_hand += quantity
    level.save()


def test_equal_weeks_do_not_vary():
    assert weekly_spread(np.ones(140)) == (0.0, 20)
    assert variability(0.0) == "X"


@pytest.mark.parametrize(("spread", "kind"), [(None, ""), (0.5, "X"), (0.51, "Y"), (1.0, "Y"), (1.01, "Z"), (7.0, "Z")])
def test_the_class_by_variability_has_its_limits_at_a_half_and_one(spread, kind):
    assert variability(spread) == kind


def test_weeks_without_stock_are_not_weeks_of_low_demand():
    days = np.full(140, 3.0)
    out = days.copy()
    out[40:75] = np.nan
    zero = days.copy()
    zero[40:75] = 0.0

    assert weekly_spread(out)[0] == pytest.approx(0.0)
    assert weekly_spread(zero)[0] > 0.5


def test_a_week_with_two_unknown_days_stands_for_seven():
    days = np.full(70, 2.0)
    days[[3, 4]] = np.nan

    assert weekly_spread(days)[0] == pytest.approx(0.0)


def test_weeks_before_the_first_sale_do_not_count_and_eight_are_needed():
    late = np.concatenate([np.zeros(100), np.full(50, 2.0)])

    assert weekly_spread(late) == (None, 7)
    assert weekly_spread(np.zeros(140)) == (None, 0)
    assert weekly_spread(np.full(140, np.nan)) == (None, 0)


def test_what_sells_by_chance_alone_varies_as_a_poisson_process_does():
    days = np.random.default_rng(3).poisson(1.0, 364).astype(float)

    assert weekly_spread(days)[0] == pytest.approx(1 / np.sqrt(7), rel=0.25)


@given(st.lists(st.tuples(st.integers(-20, 20), st.floats(0.0, 30.0)), max_size=12), st.integers(0, 50))
def test_the_average_from_the_ledger_is_that_of_the_levels(moves, opening):
    """Held against adding the level up over each stretch between two moves."""
    level, at, area = opening, 0.0, 0.0
    for quantity, day in sorted(moves, key=lambda move: move[1]):
        area += level * (day - at)
        level, at = level + quantity, day
    area += level * (30.0 - at)
    shift = sum(quantity * day for quantity, day in moves)

    assert average_level(level, level - opening, shift, 30.0) == pytest.approx(area / 30.0, abs=1e-6)


def test_turnover_is_projected_to_a_year_and_needs_four_weeks():
    assert turnover(1200.0, 100.0, 365) == pytest.approx(12.0)
    assert turnover(100.0, 100.0, 36.5) == pytest.approx(10.0)
    assert turnover(100.0, 100.0, 27) is None
    assert turnover(100.0, 0.0, 365) is None


def test_what_was_missed_is_the_usual_day_with_a_range_that_holds():
    """Of 400 simulated pasts, the true sales of the missing days lie in the 80 % range in about four of five."""
    chance, held = np.random.default_rng(5), 0
    for _round in range(400):
        past = chance.poisson(3.0, 120).astype(float)
        truth = chance.poisson(3.0, 10).sum()
        found = missed(past, 10)
        held += found.low <= truth <= found.high

    assert 0.74 < held / 400 < 0.88
    assert missed(np.full(20, 1.0), 3) is None
    assert missed(np.full(20, 1.0), 0).units == 0


@pytest.mark.django_db
def test_a_night_works_out_value_turnover_cover_and_classes(shop):
    with tenant(shop):
        steady, jumpy = variants(2)
        Variant.objects.update(cost=Decimal("4.00"), price=Decimal("10.00"))
        place = factories.WarehouseFactory(is_default=True)
        moved(steady, place, 100, 200)
        moved(steady, place, -60, 100, StockMove.Reason.SALE)
        units = np.zeros((2, 140))
        units[0] = 2
        units[1, ::35] = 30
        sold([steady, jumpy], units)

        assert refresh_holdings() == 2

        row = Holding.objects.get(variant=steady)
        assert (row.on_hand, row.worth) == (40, Decimal("160.00"))
        # 100 units for 100 days, then 40 for 100 days
        assert row.average_worth == Decimal("280.00")
        assert row.turnover == pytest.approx(60 * 4 / 280 * 365 / 200, rel=1e-3)
        assert row.cover == pytest.approx(20.0)
        assert row.cover_low < row.cover < row.cover_high
        assert (row.xyz, Holding.objects.get(variant=jumpy).xyz) == ("X", "Z")
        assert StockClass.objects.get(variant=steady).xyz == "X"
        assert Holding.objects.get(variant=jumpy).on_hand is None


@pytest.mark.django_db
def test_days_of_cover_follow_the_demand_forecast_where_it_is_new(shop):
    with tenant(shop):
        [thing] = variants(1)
        place = factories.WarehouseFactory(is_default=True)
        moved(thing, place, 30, 10)
        run = DemandRun.objects.create(data_from=TODAY, data_to=TODAY - timedelta(days=1))
        DemandOutlook.objects.create(
            variant=thing, run=run, low=14, middle=28, high=56, mean=28, available=30, as_of=TODAY
        )

        refresh_holdings()

        row = Holding.objects.get(variant=thing)
        assert row.is_forecast
        assert (row.cover_low, row.cover, row.cover_high) == (15.0, 30.0, 60.0)


@pytest.mark.django_db
def test_dead_stock_is_what_did_not_sell_for_the_merchants_days(shop, ann):
    with tenant(shop):
        idle, unsold, fresh = variants(3)
        Variant.objects.update(cost=Decimal("5.00"))
        place = factories.WarehouseFactory(is_default=True)
        for thing, days in ((idle, 300), (unsold, 95), (fresh, 20)):
            moved(thing, place, 10, days)
        sold([idle], np.array([[3, *[0] * 99]]))

        refresh_holdings()
        assert set(Holding.objects.dead().values_list("variant", flat=True)) == {idle.pk, unsold.pk}
        whole = HoldingTotal.objects.get(warehouse=None)
        assert (whole.dead_variants, whole.dead_worth, whole.worth) == (2, Decimal("100.00"), Decimal("150.00"))

        save_rules(hold_minutes=0, dead_days=99, actor=ann.actor)
        refresh_holdings()
        assert set(Holding.objects.dead().values_list("variant", flat=True)) == {idle.pk}


@pytest.mark.django_db
def test_stock_out_days_cost_what_the_other_days_sell(shop):
    with tenant(shop):
        out, priceless, retired = variants(3)
        Variant.objects.update(cost=Decimal("6.00"), price=Decimal("10.00"))
        Variant.objects.filter(pk=priceless.pk).update(cost=None)
        Product.objects.filter(pk=retired.product_id).update(state=Product.State.RETIRED)
        place = factories.WarehouseFactory(is_default=True)
        units = np.full((3, 100), 2.0)
        units[:, 80:90] = 0
        sold([out, priceless, retired], units)
        for thing in (out, priceless, retired):
            moved(thing, place, 200, 100)
            moved(thing, place, -200, 20.5, StockMove.Reason.SALE)
            moved(thing, place, 50, 9.5)
        VariantFact.objects.update(value=20)

        refresh_holdings()

        row = Holding.objects.get(variant=out)
        assert row.out_days == 10
        assert row.missed_units == pytest.approx(20.0)
        assert row.missed_margin == pytest.approx(80.0)
        assert row.missed_margin_low < 80.0 < row.missed_margin_high
        unknown = Holding.objects.get(variant=priceless)
        assert (unknown.out_days, unknown.worth, unknown.turnover, unknown.missed_margin) == (10, None, None, None)
        assert unknown.missed_units == pytest.approx(20.0)
        assert Holding.objects.get(variant=retired).out_days == 0
        whole = HoldingTotal.objects.get(warehouse=None)
        assert (whole.without_cost, whole.missed_without_cost, whole.out_days) == (1, 1, 20)
        assert whole.missed_margin == pytest.approx(80.0)


@pytest.mark.django_db
def test_totals_stand_per_warehouse_and_a_transfer_is_no_sale(shop):
    with tenant(shop):
        [thing] = variants(1)
        Variant.objects.update(cost=Decimal("2.00"))
        near, far = factories.WarehouseFactory(is_default=True), factories.WarehouseFactory(is_default=False)
        moved(thing, near, 100, 100)
        moved(thing, near, -40, 50, StockMove.Reason.TRANSFER)
        moved(thing, far, 40, 50, StockMove.Reason.TRANSFER)
        moved(thing, far, -10, 25, StockMove.Reason.SALE)
        moved(thing, far, 4, 20, StockMove.Reason.RETURN)

        refresh_holdings()

        rows = {row.warehouse_id: row for row in HoldingTotal.objects.all()}
        assert {pk: (row.units, row.sold_cost) for pk, row in rows.items()} == {
            None: (94, Decimal("12.00")),
            near.pk: (60, Decimal("0.00")),
            far.pk: (34, Decimal("12.00")),
        }
        assert rows[near.pk].average_worth == Decimal("160.00")
        assert rows[None].average_worth == rows[near.pk].average_worth + rows[far.pk].average_worth


@pytest.mark.django_db
def test_a_second_night_changes_nothing_and_forgets_what_is_no_longer_held(shop, django_assert_max_num_queries):
    with tenant(shop):
        kept, gone = variants(2, products=2)
        place = factories.WarehouseFactory(is_default=True)
        moved(kept, place, 10, 5)
        moved(gone, place, 10, 5)
        refresh_holdings()
        with django_assert_max_num_queries(45):
            refresh_holdings()
        assert Holding.objects.count() == StockClass.objects.count() == 2

        moved(gone, place, -10, 0, StockMove.Reason.DAMAGE)
        Product.objects.filter(pk=gone.product_id).update(state=Product.State.RETIRED)
        refresh_holdings()

        assert [row.variant_id for row in Holding.objects.all()] == [kept.pk]
        assert [row.variant_id for row in StockClass.objects.all()] == [kept.pk]


@pytest.mark.django_db
def test_a_shop_without_anything_has_totals_of_nothing(shop):
    with tenant(shop):
        assert refresh_holdings() == 0
        assert HoldingTotal.objects.get().turnover is None
