"""Stock changes in one way only: conditionally, with a ledger row, and never below what was promised."""

from __future__ import annotations

import pytest

from accounts.activity.log import record
from accounts.merchants.events import MerchantApproved
from accounts.models import Activity
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.inventory import actions
from ecommerce.models import StockLevel, StockMove, Warehouse
from tests import factories
from tests.queue import run_tasks


@pytest.fixture
def variant(scope):
    return factories.VariantFactory(sku="TG-CEL-01")


def level_of(variant):
    return StockLevel.objects.values_list("on_hand", "reserved").get(variant=variant)


def ledger():
    return list(StockMove.objects.order_by("pk").values_list("quantity", "reason", "reference"))


def test_default_warehouse_is_made_once(scope):
    first = actions.default_warehouse()

    assert actions.default_warehouse() == first
    assert Warehouse.objects.count() == 1


def test_an_existing_warehouse_becomes_the_default(scope):
    hangzhou = factories.WarehouseFactory()

    assert actions.default_warehouse() == hangzhou


def test_reserve_gives_what_is_there_and_no_more(variant):
    actions.set_opening_stock(variant, 5, actor=SYSTEM)

    assert actions.reserve(variant, 3, reference="10001", actor=SYSTEM) == 3
    assert actions.reserve(variant, 3, reference="10002", actor=SYSTEM) == 2
    assert actions.reserve(variant, 3, reference="10003", actor=SYSTEM) == 0
    assert level_of(variant) == (5, 5)


def test_release_gives_back_no_more_than_was_promised(variant):
    actions.set_opening_stock(variant, 5, actor=SYSTEM)
    actions.reserve(variant, 3, reference="10001", actor=SYSTEM)

    assert actions.release(variant, 2, reference="10001", actor=SYSTEM) == 2
    assert actions.release(variant, 9, reference="10001", actor=SYSTEM) == 1
    assert level_of(variant) == (5, 0)


def test_ship_takes_the_promised_units(variant):
    actions.set_opening_stock(variant, 5, actor=SYSTEM)
    actions.reserve(variant, 3, reference="10001", actor=SYSTEM)

    actions.ship(variant, 3, reserved=3, reference="10001", actor=SYSTEM)

    assert level_of(variant) == (2, 0)
    assert ledger() == [(5, "opening", ""), (-3, "sale", "10001")]


def test_ship_does_not_take_what_was_promised_to_others(variant):
    actions.set_opening_stock(variant, 5, actor=SYSTEM)
    actions.reserve(variant, 4, reference="10001", actor=SYSTEM)
    before = Activity.objects.count()

    with pytest.raises(Refused) as refusal:
        actions.ship(variant, 2, reserved=0, reference="10002", actor=SYSTEM)

    assert refusal.value.code == "not_enough_stock"
    assert "only 1 unit is free" in refusal.value.message
    assert level_of(variant) == (5, 4)
    assert ledger() == [(5, "opening", "")]
    assert Activity.objects.count() == before


def test_ship_fills_up_a_partly_reserved_line_from_free_stock(variant):
    actions.set_opening_stock(variant, 2, actor=SYSTEM)
    actions.reserve(variant, 3, reference="10001", actor=SYSTEM)
    actions.receive(variant, actions.default_warehouse(), 5, actor=SYSTEM)

    actions.ship(variant, 3, reserved=2, reference="10001", actor=SYSTEM)

    assert level_of(variant) == (4, 0)


def test_ship_from_another_warehouse_frees_the_promise_in_the_default_one(variant):
    actions.set_opening_stock(variant, 5, actor=SYSTEM)
    actions.reserve(variant, 2, reference="10001", actor=SYSTEM)
    ningbo = factories.WarehouseFactory(name="Ningbo")
    actions.adjust_stock(variant, ningbo, counted=9, actor=SYSTEM)

    actions.ship(variant, 2, reserved=2, reference="10001", actor=SYSTEM, warehouse=ningbo)

    assert list(StockLevel.objects.order_by("pk").values_list("on_hand", "reserved")) == [(5, 0), (7, 0)]


def test_promises_stay_with_the_warehouse_when_the_default_changes(variant):
    actions.set_opening_stock(variant, 5, actor=SYSTEM)
    actions.reserve(variant, 2, reference="10001", actor=SYSTEM)
    ningbo = factories.WarehouseFactory(name="Ningbo")
    actions.adjust_stock(variant, ningbo, counted=9, actor=SYSTEM)
    ningbo.is_default = True
    actions.save_warehouse(ningbo, actor=SYSTEM)

    actions.ship(variant, 2, reserved=2, reference="10001", actor=SYSTEM)

    assert list(StockLevel.objects.order_by("pk").values_list("on_hand", "reserved")) == [(5, 0), (7, 0)]


def test_a_variant_that_was_never_counted_ships_without_stock(variant):
    assert actions.reserve(variant, 3, reference="10001", actor=SYSTEM) == 0

    actions.ship(variant, 3, reserved=0, reference="10001", actor=SYSTEM)

    assert ledger() == []
    assert not StockLevel.objects.exists()


def test_a_variant_counted_as_none_does_not_ship(variant):
    actions.set_opening_stock(variant, 0, actor=SYSTEM)

    with pytest.raises(Refused, match="only 0 units are free"):
        actions.ship(variant, 1, reserved=0, reference="10001", actor=SYSTEM)


@pytest.mark.parametrize("quantity", [0, -1, 10_000_001])
def test_reserve_refuses_what_is_no_number_of_units(variant, quantity):
    actions.set_opening_stock(variant, 5, actor=SYSTEM)

    with pytest.raises(Refused) as refusal:
        actions.reserve(variant, quantity, reference="10001", actor=SYSTEM)

    assert refusal.value.code == "bad_quantity"
    assert level_of(variant) == (5, 0)


def test_adjust_by_count_writes_the_difference_and_tells(variant, ann):
    actions.set_opening_stock(variant, 5, actor=SYSTEM)

    level = actions.adjust_stock(
        variant, actions.default_warehouse(), counted=3, reason="damage", note="Broken in shelf", actor=ann.actor
    )

    assert (level.on_hand, level.reserved) == (3, 0)
    move = StockMove.objects.first()
    assert (move.quantity, move.reason, move.note, move.actor_label) == (-2, "damage", "Broken in shelf", "Ann")
    fact = Activity.objects.get(kind="inventory.stock_adjusted")
    assert fact.payload == {
        "variant_id": variant.pk,
        "warehouse_id": level.warehouse_id,
        "change": -2,
        "on_hand": 3,
        "reason": "damage",
    }
    assert fact.changes == {"on_hand": [5, 3]}


def test_adjust_does_not_go_below_what_is_promised(variant):
    actions.set_opening_stock(variant, 5, actor=SYSTEM)
    actions.reserve(variant, 4, reference="10001", actor=SYSTEM)

    with pytest.raises(Refused) as refusal:
        actions.adjust_stock(variant, actions.default_warehouse(), counted=3, actor=SYSTEM)

    assert refusal.value.code == "reserved"
    assert level_of(variant) == (5, 4)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"change": -6}, "not_enough_stock"),
        ({"counted": -1}, "bad_quantity"),
        ({"counted": 10_000_001}, "bad_quantity"),
        ({"change": 10_000_000}, "bad_quantity"),
        ({"change": 0}, "no_change"),
        ({"counted": 5}, "no_change"),
        ({}, "bad_quantity"),
        ({"change": 1, "counted": 1}, "bad_quantity"),
    ],
)
def test_adjust_refuses(variant, wanted, code):
    actions.set_opening_stock(variant, 5, actor=SYSTEM)
    before = Activity.objects.count()

    with pytest.raises(Refused) as refusal:
        actions.adjust_stock(variant, actions.default_warehouse(), actor=SYSTEM, **wanted)

    assert refusal.value.code == code
    assert level_of(variant) == (5, 0)
    assert Activity.objects.count() == before


def test_take_back_puts_units_on_the_shelf_again(variant):
    actions.set_opening_stock(variant, 5, actor=SYSTEM)
    actions.ship(variant, 2, reserved=0, reference="10001", actor=SYSTEM)

    actions.take_back(variant, 1, reference="10001", actor=SYSTEM)

    assert level_of(variant) == (4, 0)
    assert ledger()[-1] == (1, "return", "10001")


def test_opening_stock_of_many_is_set_once(scope):
    variants = factories.VariantFactory.create_batch(3)
    quantities = {variants[0].pk: 4, variants[1].pk: 0, variants[2].pk: 7}

    assert actions.open_stock(quantities, actor=SYSTEM) == 3
    assert actions.open_stock(quantities, actor=SYSTEM) == 0
    assert list(StockLevel.objects.order_by("variant").values_list("on_hand", flat=True)) == [4, 0, 7]
    assert ledger() == [(4, "opening", ""), (7, "opening", "")]
    assert Activity.objects.get().payload["units"] == 11


def test_a_history_of_moves_is_loaded_with_its_sums(variant):
    place = actions.default_warehouse()
    moves = [
        StockMove(warehouse=place, variant=variant, quantity=9, reason="opening"),
        StockMove(warehouse=place, variant=variant, quantity=-4, reason="sale"),
    ]

    actions.load_moves(moves, reserved={variant.pk: 2})

    assert level_of(variant) == (5, 2)


def test_stock_of_another_merchant_is_out_of_reach(variant, rival):
    actions.set_opening_stock(variant, 5, actor=SYSTEM)

    with tenant(rival):
        assert actions.reserve(variant, 3, reference="1", actor=SYSTEM) == 0
        assert actions.release(variant, 3, reference="1", actor=SYSTEM) == 0
        actions.ship(variant, 3, reserved=0, reference="1", actor=SYSTEM)
    assert level_of(variant) == (5, 0)
    assert ledger() == [(5, "opening", "")]


def test_a_shop_keeps_a_default_warehouse(scope):
    place = actions.default_warehouse()
    place.is_default = False

    with pytest.raises(Refused) as refusal:
        actions.save_warehouse(place, actor=SYSTEM)

    assert refusal.value.code == "no_default"
    assert Warehouse.objects.get(pk=place.pk).is_default
    assert run_tasks() == 0


def test_an_approved_shop_gets_its_warehouse(scope):
    record(MerchantApproved(merchant_id=scope.pk), actor=SYSTEM, subject=scope)

    run_tasks()
    run_tasks()

    assert list(Warehouse.objects.values_list("code", "is_default")) == [("MAIN", True)]
