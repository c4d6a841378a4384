"""Counting: what moved meanwhile does not distort it, two counters do not lose each other's units, approval books."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from core.errors import Refused
from core.tenancy import tenant
from ecommerce.fulfilment.actions import ship_order
from ecommerce.inventory import actions
from ecommerce.inventory.queries import broken_levels, count_result
from ecommerce.models import CountEntry, StockCount, StockLevel, StockMove, Warehouse
from tests import factories
from tests.ecommerce.orders_kit import ANN, level_of, placed, stocked
from tests.race import alone, shared_database, together


@pytest.fixture
def cup(scope):
    return stocked(10, sku="CUP", cost="2.50")


@pytest.fixture
def pot(cup):
    return stocked(3, sku="POT")


@pytest.fixture
def count(cup, pot):
    return actions.start_count(Warehouse.objects.get(), actor=ANN)


def found(count, variant, units, key="k", **how):
    return actions.count_units(count, variant, units, key=f"{key}-{variant}", actor=ANN, **how)


def test_a_difference_becomes_the_stock_once_approved(count, cup, pot):
    found(count, cup, 8)
    assert level_of(cup) == (10, 0)

    actions.approve_count(count, actor=ANN)

    assert (level_of(cup), level_of(pot)) == ((8, 0), (3, 0))
    move = StockMove.objects.get(reason="count")
    assert (move.quantity, move.reference) == (-2, count.number)
    assert not broken_levels().exists()
    with pytest.raises(Refused):
        actions.approve_count(count, actor=ANN)


def test_what_is_sold_before_and_after_the_counting_is_no_difference(count, cup):
    ship_order(placed((cup, 2), paid=True), actor=ANN)
    line = found(count, cup, 8)
    assert (line.expected, line.difference) == (10, 0)
    ship_order(placed((cup, 3), paid=True), actor=ANN)

    actions.approve_count(count, actor=ANN)

    assert level_of(cup) == (5, 0)
    assert not StockMove.objects.filter(reason="count").exists()


def test_a_loss_found_before_a_sale_is_booked_after_it(count, cup):
    found(count, cup, 9)
    ship_order(placed((cup, 3), paid=True), actor=ANN)
    actions.approve_count(count, actor=ANN)
    assert level_of(cup) == (6, 0)


def test_units_of_two_counters_add_up_and_a_repeat_counts_once(count, cup):
    found(count, cup, 4, key="ann")
    found(count, cup, 5, key="bob")
    found(count, cup, 5, key="bob")
    assert count.lines.get(variant=cup).counted == 9
    assert CountEntry.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        CountEntry.objects.update(units=1)


def test_a_new_total_does_not_overwrite_what_another_counted(count, cup):
    found(count, cup, 4, key="ann")
    with pytest.raises(Refused) as refusal:
        found(count, cup, 7, key="bob", adds=False, seen=None)
    assert refusal.value.code == "counted_meanwhile"
    found(count, cup, 7, key="bob2", adds=False, seen=4)
    assert count.lines.get(variant=cup).counted == 7


def test_counting_on_after_the_stock_moved_is_flagged(count, cup):
    found(count, cup, 4, key="a")
    ship_order(placed((cup, 1), paid=True), actor=ANN)
    assert found(count, cup, 5, key="b").moved


def test_what_is_to_be_counted_again_holds_the_approval_and_begins_at_nothing(count, cup):
    line = found(count, cup, 4)
    actions.recount_line(count, line, actor=ANN)
    with pytest.raises(Refused) as refusal:
        actions.approve_count(count, actor=ANN)
    assert refusal.value.code == "count_again"
    assert found(count, cup, 10, key="again").counted == 10
    actions.approve_count(count, actor=ANN)
    assert level_of(cup) == (10, 0)


def test_what_is_promised_is_not_counted_away(count, cup):
    placed((cup, 9), paid=True)
    found(count, cup, 5)
    with pytest.raises(Refused) as refusal:
        actions.approve_count(count, actor=ANN)
    assert "CUP" in refusal.value.message
    assert (level_of(cup), StockCount.objects.get().state) == ((10, 9), "open")


def test_what_nobody_expected_there_gets_a_line(count):
    gift = factories.VariantFactory(sku="GIFT")
    assert found(count, gift, 2).expected == 0
    actions.approve_count(count, actor=ANN)
    assert level_of(gift) == (2, 0)
    assert not broken_levels().exists()


def test_the_result_says_what_it_is_worth(count, cup, pot):
    found(count, cup, 8)
    found(count, pot, 4)
    result = count_result(count)
    assert (result["found"], result["missing"], result["differing"]) == (1, -2, 2)
    assert (result["missing_worth"], result["without_cost"]) == (Decimal("-5.00"), 1)


def test_a_count_that_was_given_up_takes_nothing_any_more(count, cup):
    actions.cancel_count(count, actor=ANN)
    with pytest.raises(Refused):
        found(count, cup, 1)
    assert level_of(cup) == (10, 0)


def test_nothing_to_count_is_refused(cup):
    with pytest.raises(Refused) as refusal:
        actions.start_count(Warehouse.objects.get(), words="nowhere", actor=ANN)
    assert refusal.value.code == "nothing_to_count"


def test_counters_at_one_moment_lose_nothing(transactional_db, count, cup, tmp_path):
    merchant = count.merchant

    def counter(n):
        def count_one():
            with tenant(merchant):
                for scan in range(5):
                    actions.count_units(count, cup, 1, key=f"{n}-{scan}", actor=ANN)

        return count_one

    def counted():
        with tenant(merchant):
            return count.lines.get(variant=cup).counted

    with shared_database(tmp_path):
        outcome = together(*(counter(n) for n in range(4)))
        assert outcome == [None] * 4
        assert alone(counted) == 20
    assert StockLevel.objects.get(variant=cup).on_hand == 10
