"""Units of expired lots are off the sale: held back as far as nobody was promised them, and free again when it was a
mistake.
"""

from __future__ import annotations

import pytest

from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.inventory import actions
from ecommerce.inventory.actions import hold_back_expired
from ecommerce.models import Lot, Reservation, StockLevel, Warehouse
from ecommerce.orders.actions import cancel_order
from tests import factories
from tests.ecommerce.lots_kit import cream, delivered, in_days, on_shelf, shop_day
from tests.ecommerce.orders_kit import ANN, placed


@pytest.fixture
def variant(scope):
    return cream()


def night(days: int, time_machine) -> None:
    """So many days go by, and the job of the new day runs."""
    time_machine.shift(86_400 * days)
    hold_back_expired(shop_day())


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to("2026-06-15T04:00:00Z", tick=False)


def stock(variant) -> tuple[int, int, int]:
    """On hand, reserved, available."""
    level = StockLevel.objects.get(variant=variant)
    on_shelf(variant)
    return level.on_hand, level.reserved, level.available


def test_what_expired_over_night_cannot_be_bought(variant, time_machine):
    delivered(variant, 4, "A", 0)
    delivered(variant, 3, "B", 5)
    assert stock(variant) == (7, 0, 7), "it may be sold on its last day"
    night(1, time_machine)
    assert stock(variant) == (7, 4, 3)
    order = placed((variant, 5), paid=True)
    assert order.lines.get().reserved_quantity == 3
    night(1, time_machine)
    assert stock(variant) == (7, 7, 0)


def test_what_is_promised_stays_promised_and_is_held_back_when_the_order_is_called_off(variant, time_machine):
    delivered(variant, 4, "A", 0)
    delivered(variant, 3, "B", 5)
    order = placed((variant, 5), paid=True)
    night(1, time_machine)
    assert stock(variant) == (7, 7, 0)
    assert Reservation.objects.get().units == 2
    cancel_order(order, reason="x", actor=ANN)
    assert stock(variant) == (7, 4, 3)


def test_expired_units_are_written_off_though_they_are_held_back(variant, time_machine):
    delivered(variant, 4, "A", 0)
    delivered(variant, 3, "B", 5)
    night(1, time_machine)
    place = Warehouse.objects.get()
    actions.adjust_stock(variant, place, change=-1, reason="damage", actor=SYSTEM)
    assert stock(variant) == (6, 3, 3)
    actions.adjust_stock(variant, place, change=-3, reason="damage", lot=Lot.objects.get(code="A"), actor=SYSTEM)
    assert stock(variant) == (3, 0, 3)
    assert not Reservation.objects.exists()


def test_units_that_may_be_sold_do_not_leave_from_under_a_promise(variant, time_machine):
    """Three are good and promised, four have expired: to take a good one would leave an expired one for the buyer."""
    delivered(variant, 4, "A", 0)
    delivered(variant, 3, "B", 5)
    placed((variant, 3), paid=True)
    night(1, time_machine)
    good = Lot.objects.get(code="B")
    with pytest.raises(Refused) as refusal:
        actions.adjust_stock(variant, Warehouse.objects.get(), change=-1, reason="adjustment", lot=good, actor=SYSTEM)
    assert refusal.value.code == "reserved"
    assert stock(variant) == (7, 7, 0)


def test_a_corrected_date_frees_them_and_a_wrong_one_holds_them_back(variant, time_machine):
    delivered(variant, 4, "A", 0)
    night(1, time_machine)
    lot = Lot.objects.get()
    actions.change_lot(lot, expires_on=in_days(9), actor=ANN)
    assert stock(variant) == (4, 0, 4)
    actions.change_lot(lot, expires_on=in_days(-1), actor=ANN)
    assert stock(variant) == (4, 4, 0)


def test_what_comes_into_an_expired_lot_is_held_back_at_once(variant):
    delivered(variant, 2, "A", -3)
    delivered(variant, 5)
    assert stock(variant) == (7, 2, 5)
    actions.fill_lot(variant, Warehouse.objects.get(), actions.LotIn("A"), 3, actor=ANN)
    assert stock(variant) == (7, 5, 2)


def test_a_transfer_takes_what_is_held_back_along(variant, time_machine):
    delivered(variant, 4, "A", 0)
    delivered(variant, 1, "B", 5)
    night(1, time_machine)
    source, target = Warehouse.objects.get(), factories.WarehouseFactory(name="Hall", code="H")
    transfer = actions.draft_transfer(source, target, {variant.sku: 5}, actor=ANN)
    actions.send_transfer(transfer, actor=ANN)
    assert stock(variant) == (0, 0, 0)
    actions.receive_transfer(transfer, actor=ANN)
    there = StockLevel.objects.get(warehouse=target)
    assert (there.on_hand, there.reserved) == (5, 4)


def test_the_night_touches_nothing_of_another_shop(variant, rival, time_machine):
    delivered(variant, 4, "A", 0)
    time_machine.shift(86_400)
    with tenant(rival):
        assert hold_back_expired(shop_day()) == 0
    assert stock(variant) == (4, 0, 4)
    assert hold_back_expired(shop_day()) == 1
    assert hold_back_expired(shop_day()) == 1
    assert stock(variant) == (4, 4, 0)


def test_the_stock_page_says_what_is_held_back(variant, as_user, ann, time_machine):
    delivered(variant, 4, "A", 0)
    night(1, time_machine)
    page = as_user(ann).get(f"/m/luming/inventory/{variant.pk}/").text
    assert "4 units of expired lots are held back" in page
