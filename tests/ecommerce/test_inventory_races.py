"""Many buyers at one moment never get more than there is, on both databases."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from accounts.models import Merchant
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.inventory import actions
from ecommerce.inventory.bundles import hold_levels
from ecommerce.inventory.queries import serving_places
from ecommerce.models import Lot, StockLevel, StockMove, Variant
from tests import factories
from tests.ecommerce.lots_kit import cream, delivered, on_shelf
from tests.race import alone, shared_database, together

pytestmark = pytest.mark.django_db(transaction=True)
BUYERS = 8
STOCK = 5


@pytest.fixture
def variant_pk(scope):
    variant = factories.VariantFactory()
    actions.set_opening_stock(variant, STOCK, actor=SYSTEM)
    return variant.pk


def level_and_ledger(merchant):
    def read():
        with tenant(merchant):
            level = StockLevel.objects.get()
            return level.on_hand, level.reserved, sum(StockMove.objects.values_list("quantity", flat=True))

    return alone(read)


def in_shop(merchant, function):
    def call():
        with tenant(merchant):
            return function()

    return call


def test_reserving_at_once_never_promises_more_than_there_is(shop, variant_pk, tmp_path):
    def buy():
        return actions.reserve(Variant.objects.get(pk=variant_pk), 2, reference="x", actor=SYSTEM)

    with shared_database(tmp_path):
        got = together(*[in_shop(shop, buy)] * BUYERS)
        assert sorted(got, reverse=True) == [2, 2, 1] + [0] * (BUYERS - 3)
        assert level_and_ledger(shop) == (STOCK, STOCK, STOCK)


def test_orders_at_once_for_two_warehouses_never_promise_more_than_there_is(shop, variant_pk, tmp_path):
    with tenant(shop):
        hall = factories.WarehouseFactory(code="H2", is_default=False, serve_rank=1)
        actions.adjust_stock(Variant.objects.get(pk=variant_pk), hall, counted=3, actor=SYSTEM)

    def buy():
        with transaction.atomic():
            line = (Variant.objects.get(pk=variant_pk), 2)
            places = serving_places()
            hold_levels([line[0]], several=True)
            [[place]] = actions.choose_places([[line]], places)
            return place, actions.reserve(*line, reference="x", actor=SYSTEM, place=place)

    with shared_database(tmp_path):
        got = together(*[in_shop(shop, buy)] * BUYERS)
        by_place = {place: sum(units for where, units in got if where == place) for place, _units in got}
        assert by_place.pop(hall.pk) == 3
        assert sum(by_place.values()) == STOCK

        def levels():
            with tenant(shop):
                return sorted(StockLevel.objects.values_list("on_hand", "reserved"))

        assert alone(levels) == [(3, 3), (STOCK, STOCK)]


def test_shipping_at_once_never_ships_more_than_there_is(shop, variant_pk, tmp_path):
    def take():
        try:
            actions.ship(Variant.objects.get(pk=variant_pk), 1, reserved=0, reference="x", actor=SYSTEM)
        except Refused as refusal:
            return refusal.code
        return "shipped"

    with shared_database(tmp_path):
        got = together(*[in_shop(shop, take)] * BUYERS)
        assert sorted(got) == ["not_enough_stock"] * (BUYERS - STOCK) + ["shipped"] * STOCK
        assert level_and_ledger(shop) == (0, 0, 0)


def test_shipping_lots_at_once_takes_each_unit_of_each_lot_once(shop, tmp_path):
    with tenant(shop):
        variant = cream()
        delivered(variant, 3, "LATER", days=60)
        delivered(variant, 2, "SOON", days=9)
        delivered(variant, 1)

    def take():
        try:
            return actions.ship(Variant.objects.get(pk=variant.pk), 1, reserved=0, reference="x", actor=SYSTEM)
        except Refused as refusal:
            return refusal.code

    def shelf():
        with tenant(shop):
            return on_shelf(variant), dict(Lot.objects.values_list("code", "pk"))

    with shared_database(tmp_path):
        got = together(*[in_shop(shop, take)] * BUYERS)
        left, lots = alone(shelf)
        assert left == {}
        assert got.count("not_enough_stock") == BUYERS - 6
        assert [got.count({lots[code]: 1}) for code in ("SOON", "LATER")] == [2, 3]
        assert got.count({}) == 1


def test_the_default_warehouse_is_made_once(shop, tmp_path):
    with shared_database(tmp_path):
        got = together(*[in_shop(shop, lambda: actions.default_warehouse().pk)] * 4)

    assert len(set(got)) == 1, got


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
def test_without_the_condition_the_race_is_lost(variant_pk):
    """The control: read, check, write oversells in this very harness, so the tests above mean something."""
    merchant = Merchant.objects.get()

    def take():
        with transaction.atomic():
            level = StockLevel.objects.get(variant_id=variant_pk)
            if level.on_hand < 1:
                return 0
            StockMove.objects.create(
                warehouse_id=level.warehouse_id, variant_id=variant_pk, quantity=-1, reason=StockMove.Reason.SALE
            )
            level.on_hand -= 1
            level.save()
            return 1

    sold = sum(together(*[in_shop(merchant, take)] * BUYERS))

    assert level_and_ledger(merchant)[0] != STOCK - sold
