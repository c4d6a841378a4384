"""Facts about orders, parcels and returns go to those who look after the warehouse concerned."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import Membership
from core.actors import SYSTEM
from core.tenancy import tenant
from ecommerce.fulfilment.models import Carrier, ParcelCase, Shipment
from ecommerce.inventory.actions import set_opening_stock
from ecommerce.models import Order, OrderLine, Warehouse
from ecommerce.orders.actions import cancel_order
from ecommerce.returns.actions import approve_return, receive_return
from ecommerce.returns.rules import Inspection
from notifications.inbox import watch
from notifications.inbox.about import about
from notifications.inbox.actions import tell
from notifications.inbox.models import Notification
from notifications.inbox.why import why
from notifications.routing.actions import look_after
from notifications.routing.rules import About
from tests import factories
from tests.ecommerce.orders_kit import placed
from tests.ecommerce.returns_kit import requested
from tests.notifications.test_routing_care import join

SHORT = {"units": 1, "outcome": "hold"}


@pytest.fixture(autouse=True)
def _no_mail(settings):
    settings.DEMO, settings.EMAIL_URL = True, ""


@pytest.fixture
def dora(scope):
    return join(scope, "fulfilment", "Dora")


@pytest.fixture
def main(scope):
    return factories.WarehouseFactory(name="Main", code="MAIN", is_default=True)


@pytest.fixture
def hall(scope, main):
    return factories.WarehouseFactory(name="Hall 2", code="H2", is_default=False)


def care(user, place: Warehouse) -> None:
    look_after(Membership.objects.get(user=user), "warehouse", place, actor=SYSTEM)


def told(kind: str) -> list[tuple[str, str]]:
    return sorted(Notification.objects.filter(kind=kind).values_list("user__name", "reason"))


def late_from(place: Warehouse | None) -> Order:
    """A paid order that should have left, all of it held in that warehouse; None for held nowhere."""
    order = factories.OrderFactory(ship_by=timezone.now() - timedelta(hours=1))
    order.lines.all().delete()
    held = 1 if place else 0
    OrderLine.objects.create(order=order, title="Cup", quantity=1, reserved_quantity=held, warehouse=place)
    return order


def case_from(place: Warehouse | None, carrier: Carrier | None, reason: str = "overdue") -> ParcelCase:
    parcel = Shipment.objects.create(order=factories.OrderFactory(), warehouse=place, carried_by=carrier)
    return ParcelCase.objects.create(shipment=parcel, reason=reason)


EVERYBODY_BUT_DORA = [("Ann", "role"), ("Ben", "role"), ("Dora", "place")]


def test_late_orders_of_a_warehouse_go_to_whoever_looks_after_it(scope, ann, ben, dora, hall):
    late_from(hall)
    care(dora, hall)
    watch.late_orders(scope)
    watch.orders_to_ship(scope, begin=True)
    assert told("order-late") == told("order-to-ship") == [("Dora", "place")]


def test_of_several_warehouses_those_of_each_are_told(scope, ann, ben, dora, main, hall):
    late_from(hall)
    late_from(main)
    care(dora, hall)
    care(ben, main)
    watch.late_orders(scope)
    assert told("order-late") == [("Ben", "place"), ("Dora", "place")]


def test_what_lies_where_nobody_looks_after_it_is_everybodys(scope, ann, ben, dora, main, hall):
    late_from(hall)
    care(dora, hall)
    watch.late_orders(scope)
    assert told("order-late") == [("Dora", "place")]
    late_from(main)
    watch.late_orders(scope)
    assert told("order-late") == EVERYBODY_BUT_DORA


def test_somebody_whose_role_does_not_ship_is_no_reason_to_leave_out_the_others(scope, ann, ben, hall):
    late_from(hall)
    care(join(scope, "analyst", "Eva"), hall)
    watch.late_orders(scope)
    assert told("order-late") == [("Ann", "role"), ("Ben", "role")]


def test_what_is_held_nowhere_leaves_from_the_default_warehouse(scope, ann, ben, dora, main, hall):
    late_from(None)
    care(dora, main)
    watch.late_orders(scope)
    assert told("order-late") == [("Dora", "place")]


def test_what_has_left_or_was_called_off_concerns_no_warehouse(scope, ann, main, hall):
    order = late_from(hall)
    OrderLine.objects.create(order=order, title="Pot", quantity=2, shipped_quantity=1, cancelled_quantity=1)
    assert about("order-late", {}) == About(warehouses=frozenset({hall.pk}), gathers=True)


def test_an_order_that_ran_short_concerns_where_the_sku_is_kept(scope, ann, ben, dora, main, hall):
    cup = factories.VariantFactory(sku="CUP")
    set_opening_stock(cup, 1, warehouse=hall, actor=SYSTEM)
    order = placed((cup, 3), paid=True)
    care(dora, hall)
    tell("order-short", key="1", params={"number": order.number, **SHORT})
    assert told("order-short") == [("Dora", "place")]


def test_an_order_called_off_concerns_where_it_was_held(scope, ann, main, hall):
    cup = factories.VariantFactory(sku="CUP")
    set_opening_stock(cup, 9, warehouse=main, actor=SYSTEM)
    order, place = placed((cup, 3), paid=True), main.pk
    assert about("order-held", {"number": order.number}) == About(warehouses=frozenset({place}))
    cancel_order(order, reason="-", actor=SYSTEM)
    assert about("order-cancelled", {"number": order.number}) == About(warehouses=frozenset({place}))
    assert about("order-held", {"number": placed((cup, 1)).number}) == About()


def test_parcels_concern_where_they_were_sent_from(scope, ann, ben, dora, main, hall):
    sf, yto = Carrier.objects.create(name="SF"), Carrier.objects.create(name="YTO")
    case_from(hall, sf)
    case_from(main, yto)
    case_from(main, sf, "returned")
    case_from(None, None, "problem")
    resting = case_from(main, sf)
    resting.snoozed_until = timezone.now() + timedelta(hours=1)
    resting.save()
    here, there = frozenset({hall.pk}), frozenset({main.pk})
    assert about("carrier-late", {"carrier_id": sf.pk}) == About(warehouses=here, gathers=True)
    assert about("parcel-cases", {"carrier_id": sf.pk}) == About(warehouses=here | there, gathers=True)
    others = {"carrier_id": sf.pk, "others": True}
    assert about("parcel-cases", others) == About(warehouses=there, gathers=True)
    assert about("parcel-cases", {"carrier_id": 0}) == About(warehouses=there, gathers=True)
    care(dora, hall)
    tell("carrier-late", key="1", params={
        "carrier_id": sf.pk, "carrier": "SF", "parcels": 1, "late": 1, "due": 2, "usual": 4,
    })  # fmt: skip
    assert told("carrier-late") == [("Dora", "place")]


def test_a_return_that_came_concerns_where_it_was_booked_in(scope, ann, dora, main, hall):
    case = approve_return(requested(), actor=SYSTEM)
    line = case.lines.get()
    variants = frozenset({line.order_line.variant_id})
    assert about("return-settle-due", {"number": case.number}) == About(variants=variants)
    receive_return(case, inspected={line.pk: Inspection(restock=1)}, warehouse=hall, actor=SYSTEM)
    for kind in ("return-settle-due", "return-settle-late", "return-reopened"):
        assert about(kind, {"number": case.number}) == About(variants=variants, warehouses=frozenset({hall.pk}))


@pytest.mark.parametrize("count", [1, 3])
def test_however_many_orders_are_late_asking_where_costs_the_same(scope, ann, dora, hall, count):
    for _ in range(count):
        late_from(hall)
    care(dora, hall)
    with CaptureQueriesContext(connection) as queries:
        assert about("order-late", {})
    assert len(queries) == 1


def test_orders_of_another_shop_concern_no_warehouse_here(scope, rival, ann, hall):
    with tenant(rival):
        order = late_from(factories.WarehouseFactory(code="THEIRS", is_default=True))
    assert about("order-late", {}) == About(gathers=True)
    assert about("order-held", {"number": order.number}) == About()


def test_one_is_told_that_it_is_for_the_warehouse(scope, ann, ben, dora, hall):
    late_from(hall)
    care(dora, hall)
    watch.late_orders(scope)
    row, member = Notification.objects.get(kind="order-late"), Membership.objects.get(user=dora)
    assert why(row, member) == "You look after a warehouse it is about."
    with translation.override("zh-hans"):
        assert why(row, member) == "它涉及由你负责的仓库。"
