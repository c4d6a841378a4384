"""Lots: what expires first goes out first, what has expired is not sold, and all together are part of the stock."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given as given_values
from hypothesis import strategies as st

from accounts.models import Activity
from core.actors import SYSTEM
from core.errors import Refused
from ecommerce.catalog.actions import set_parts
from ecommerce.inventory import actions
from ecommerce.inventory.rules import DAMAGED, MOVED, SOLD, OnShelf, picked
from ecommerce.models import LineLot, Lot, LotMove, StockLevel, StockMove
from ecommerce.orders.actions import refund_order
from tests import factories
from tests.ecommerce.lots_kit import cream, delivered, in_days, on_shelf, sent_lots
from tests.ecommerce.orders_kit import order_in
from tests.ecommerce.returns_kit import arrived, received

TODAY = date(2026, 6, 1)
SHELF = [
    OnShelf(1, 2, date(2026, 5, 31)),  # expired yesterday
    OnShelf(2, 3, TODAY),  # may be sold today
    OnShelf(3, 4, date(2026, 7, 1)),
    OnShelf(4, 5, None),
]


@pytest.fixture
def variant(scope):
    return cream()


def shipped(variant, units):
    return actions.ship(variant, units, reserved=0, reference="10001", actor=SYSTEM)


@pytest.mark.parametrize(
    ("why", "wanted", "lots", "loose"),
    [
        (SOLD, 4, {2: 3, 3: 1}, 0),
        (SOLD, 13, {2: 3, 3: 4, 4: 5}, 1),
        (SOLD, 30, {2: 3, 3: 4, 4: 5}, 6),  # the expired ones stay, though they are wanted
        (MOVED, 19, {1: 1, 2: 3, 3: 4, 4: 5}, 6),
        (DAMAGED, 3, {1: 2, 2: 1}, 0),
        (DAMAGED, 20, {1: 2, 2: 3, 3: 4, 4: 5}, 6),
        ("count", 5, {}, 5),
        ("adjustment", 9, {1: 2, 2: 1}, 6),
    ],
)
def test_the_reason_says_which_lots_units_are_taken_from(why, wanted, lots, loose):
    assert picked(wanted, SHELF, 6, why=why, today=TODAY) == (lots, loose)


@given_values(
    wanted=st.integers(1, 60),
    shelf=st.lists(
        st.tuples(st.integers(1, 9), st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31))), max_size=6
    ),
    loose=st.integers(0, 9),
    why=st.sampled_from([SOLD, MOVED, DAMAGED, "count"]),
)
def test_never_more_is_taken_than_wanted_or_there(wanted, shelf, loose, why):
    rows = [OnShelf(number, units, day) for number, (units, day) in enumerate(shelf)]
    lots, without = picked(wanted, rows, loose, why=why, today=TODAY)
    there = {row.lot: row.units for row in rows}

    assert all(0 < units <= there[lot] for lot, units in lots.items())
    assert without <= loose
    taken, all_there = sum(lots.values()) + without, sum(there.values()) + loose
    assert taken <= wanted
    if why != SOLD:
        assert taken == min(wanted, all_there)


def test_what_expires_first_is_shipped_first_and_what_has_no_lot_last(variant):
    delivered(variant, 2, "LATE", 90)
    delivered(variant, 2, "EVER")
    delivered(variant, 2, "SOON", 10)
    delivered(variant, 2)

    first = shipped(variant, 3)
    after_first = on_shelf(variant)
    shipped(variant, 4)

    assert {Lot.objects.get(pk=pk).code: units for pk, units in first.items()} == {"SOON": 2, "LATE": 1}
    assert after_first == {"LATE": 1, "EVER": 2, "": 2}
    assert on_shelf(variant) == {"": 1}


def test_expired_units_stay_and_the_activity_says_so(variant):
    delivered(variant, 5, "OLD", -1)
    delivered(variant, 2)

    assert shipped(variant, 2) == {}

    assert on_shelf(variant) == {"OLD": 5}
    told = Activity.objects.get(kind="inventory.expired_lots_left")
    assert (told.payload["expired"], told.payload["without_lot"], told.payload["reference"]) == (5, 2, "10001")


def test_a_lot_is_sold_on_its_expiry_date(variant):
    delivered(variant, 1, "TODAY", 0)
    shipped(variant, 1)
    assert on_shelf(variant) == {}


def test_only_expired_units_are_refused_with_what_to_do(variant):
    delivered(variant, 5, "OLD", -1)
    before = Activity.objects.count()

    with pytest.raises(Refused) as refusal:
        shipped(variant, 1)

    assert refusal.value.code == "lots_expired"
    assert "Write them off" in refusal.value.message
    assert on_shelf(variant) == {"OLD": 5}
    assert Activity.objects.count() == before


def test_an_order_names_its_lots_and_what_comes_back_goes_back_to_them(variant):
    delivered(variant, 1, "SOON", 10)
    delivered(variant, 3, "LATE", 90)
    order = arrived(2, variant)
    at_the_buyer = sent_lots(order)

    received(order, 2, restock=1, write_off=1)

    assert at_the_buyer == {"SOON": 1, "LATE": 1}
    assert on_shelf(variant) == {"SOON": 1, "LATE": 2}
    assert [row.returned for row in LineLot.objects.order_by("pk")] == [1, 1]
    written_off = LotMove.objects.filter(move__reason="damage").values_list("lot__code", "quantity")
    assert list(written_off) == [("LATE", -1)], "what is written off is of the lot that came back"


def test_a_refund_that_restocks_puts_units_back_into_their_lot_once(variant):
    delivered(variant, 2, "SOON", 10)
    order = order_in("shipped", variant)
    line = order.lines.get().pk

    refund_order(order, lines={line: 1}, reason="x", restock=True, actor=SYSTEM)
    refund_order(order, lines={line: 1}, reason="x", restock=True, actor=SYSTEM)

    assert on_shelf(variant) == {"SOON": 2}
    assert LineLot.objects.get().returned == 2


def test_the_part_of_a_bundle_takes_its_lots(variant):
    delivered(variant, 6, "SOON", 10)
    gift = factories.VariantFactory(sku="SET")
    gift = set_parts(gift, {variant.pk: 2}, actor=SYSTEM)
    order = arrived(2, gift)

    received(order, 1, restock=1)

    assert sent_lots(order) == {"SOON": 4}
    assert on_shelf(variant) == {"SOON": 4}


def test_what_is_damaged_is_of_the_named_lot_else_of_what_expires_first(variant):
    delivered(variant, 3, "SOON", 10)
    delivered(variant, 3, "LATE", 90)
    place = actions.default_warehouse()
    late = Lot.objects.get(code="LATE")

    actions.adjust_stock(variant, place, change=-1, reason="damage", actor=SYSTEM)
    actions.adjust_stock(variant, place, change=-2, reason="damage", lot=late, actor=SYSTEM)

    assert on_shelf(variant) == {"SOON": 2, "LATE": 1}
    with pytest.raises(Refused) as refusal:
        actions.adjust_stock(variant, place, change=-2, reason="damage", lot=late, actor=SYSTEM)
    assert refusal.value.code == "lot_short"


def test_a_correction_takes_what_has_no_lot_first_and_puts_what_is_found_there(variant):
    delivered(variant, 3, "SOON", 10)
    delivered(variant, 2)
    place = actions.default_warehouse()

    for counted, left in ((4, {"SOON": 3, "": 1}), (2, {"SOON": 2}), (5, {"SOON": 2, "": 3})):
        actions.adjust_stock(variant, place, counted=counted, actor=SYSTEM)
        assert on_shelf(variant) == left


def moved(variant, units):
    target = factories.WarehouseFactory(name="Hall 2")
    transfer = actions.draft_transfer(actions.default_warehouse(), target, {variant.sku: units}, actor=SYSTEM)
    return actions.send_transfer(transfer, actor=SYSTEM)


def lots_in(place):
    rows = place.levels.get().lots.filter(units__gt=0).order_by("pk")
    return dict(rows.values_list("lot__code", "units"))


def test_lots_go_along_with_a_transfer_and_what_is_lost_is_of_them(variant):
    delivered(variant, 2, "SOON", 10)
    delivered(variant, 4, "LATE", 90)
    delivered(variant, 1)
    transfer = moved(variant, 4)
    travelling = on_shelf(variant)

    line = transfer.lines.get()
    actions.receive_transfer(transfer, came={line.pk: 3}, reason="One broke", actor=SYSTEM)

    assert travelling == {"LATE": 2, "": 1}
    assert lots_in(transfer.target) == {"SOON": 1, "LATE": 2}
    assert on_shelf(variant) == {"SOON": 1, "LATE": 4, "": 1}


def test_a_transfer_that_is_turned_back_brings_its_lots_back(variant):
    delivered(variant, 2, "SOON", 10)
    delivered(variant, 2)
    transfer = moved(variant, 3)

    actions.cancel_transfer(transfer, actor=SYSTEM)

    assert on_shelf(variant) == {"SOON": 2, "": 2}


def test_units_on_the_shelf_are_put_into_a_lot(variant):
    delivered(variant, 5)
    place = actions.default_warehouse()

    lot = actions.fill_lot(variant, place, actions.LotIn(" B-7 ", in_days(30)), 3, actor=SYSTEM)

    assert (lot.code, on_shelf(variant)) == ("B-7", {"B-7": 3, "": 2})
    assert StockMove.objects.count() == 1, "the stock is what it was"
    with pytest.raises(Refused) as refusal:
        actions.fill_lot(variant, place, actions.LotIn("B-8"), 3, actor=SYSTEM)
    assert (refusal.value.code, Lot.objects.count()) == ("lot_too_much", 1)


def test_a_lot_has_one_expiry_date_until_somebody_corrects_it(variant):
    delivered(variant, 1, "B-7", 30)
    delivered(variant, 1, "B-7")
    delivered(variant, 1, "C-1")
    delivered(variant, 1, "C-1", 60)
    with pytest.raises(Refused) as refusal:
        delivered(variant, 1, "B-7", 31)

    assert refusal.value.code == "lot_differs"
    assert on_shelf(variant) == {"B-7": 2, "C-1": 2}
    assert Lot.objects.get(code="C-1").expires_on == in_days(60)
    lot = actions.change_lot(Lot.objects.get(code="B-7"), expires_on=in_days(31), actor=SYSTEM)
    assert lot.expires_on == in_days(31)
    assert Activity.objects.get(kind="inventory.lot_changed").changes == {
        "expires_on": [in_days(30).isoformat(), in_days(31).isoformat()]
    }


def test_the_database_keeps_lots_within_the_stock_and_moves_as_they_are(variant):
    delivered(variant, 2, "B-7", 30)

    for change in (
        lambda: StockLevel.objects.update(in_lots=3),
        lambda: StockLevel.objects.update(on_hand=1),
        lambda: LotMove.objects.update(quantity=5),
        lambda: LotMove.objects.all()._raw_delete("default"),
        lambda: Lot.objects.create(variant=variant, code="B-7", received_on=TODAY),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_without_lots_shipping_asks_the_database_nothing_more(scope):
    plain = factories.VariantFactory(sku="PLAIN")
    actions.set_opening_stock(plain, 5, actor=SYSTEM)

    with CaptureQueriesContext(connection) as queries:
        shipped(plain, 1)

    asked = [query["sql"] for query in queries if "_lot" in query["sql"].replace("in_lots", "")]
    assert not asked
