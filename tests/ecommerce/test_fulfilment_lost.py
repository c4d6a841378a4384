"""Parcels that were lost: the same goods leave stock once more, exactly once, and nothing is paid or counted twice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Activity
from core.errors import Refused
from ecommerce.fulfilment.actions import (
    add_tracking_event,
    mark_parcel_delivered,
    replace_lost,
    send_again,
    ship_order,
    take_in,
    watch_parcels,
)
from ecommerce.inventory.queries import broken_levels
from ecommerce.models import Order, ParcelCase, Shipment, StockMove, Warehouse
from ecommerce.orders.actions import refund_order
from ecommerce.orders.queries import order_detail, timeline
from ecommerce.returns.actions import request_return
from ecommerce.returns.queries import returnable
from tests import factories
from tests.api import program_of, same_shape
from tests.ecommerce.lots_kit import cream, delivered, on_shelf, sent_lots
from tests.ecommerce.orders_kit import ANN, level_of, placed, stocked
from tests.ecommerce.returns_kit import wanted

D = Decimal


def troubled(parcel: Shipment) -> ParcelCase:
    add_tracking_event(parcel, kind="problem", at=timezone.now(), description="Lost in the depot", actor=ANN)
    return ParcelCase.objects.open().get(shipment=parcel)


def lost(quantity: int = 2, variant=None, **fields) -> tuple[Order, ParcelCase]:
    """A paid order that was shipped whole and of whose parcel the carrier knows nothing any more."""
    variant = variant or stocked(10, price=D("50.00"))
    order = placed((variant, quantity), paid=True, payment_method="alipay", **fields)
    return order, troubled(ship_order(order, carrier="SF", tracking_number="SF1", actor=ANN))


def now_of(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def moves(variant) -> list[tuple[str, int]]:
    return list(StockMove.objects.filter(variant=variant).order_by("pk").values_list("reason", "quantity"))[1:]


def test_a_lost_parcel_is_sent_again_from_stock_exactly_once(scope):
    order, case = lost()
    line = order.lines.get()

    parcel = replace_lost(case, carrier="SF", tracking_number="sf 2", actor=ANN)

    assert [(one.order_line_id, one.quantity) for one in parcel.lines.all()] == [(line.pk, 2)]
    assert (parcel.tracking_number, level_of(line.variant)) == ("SF2", (6, 0))
    assert moves(line.variant) == [("sale", -2), ("return", 2), ("damage", -2), ("sale", -2)]
    assert not broken_levels().exists()
    old = Shipment.objects.get(tracking_number="SF1")
    assert (old.sent_again_as, old.state, old.lost_at is not None) == (parcel, "exception", True)
    assert order.lines.get().shipped_quantity == 2
    assert (now_of(order).state, ParcelCase.objects.open().exists()) == ("shipped", False)

    for act in (replace_lost, send_again):
        with pytest.raises(Refused):
            act(case, tracking_number="SF3", actor=ANN)
    assert (level_of(line.variant), Shipment.objects.count()) == ((6, 0), 2)
    mark_parcel_delivered(parcel, actor=ANN)
    assert now_of(order).state == "delivered"
    assert returnable(now_of(order)) == {line.pk: 2}


def test_the_timeline_tells_it(scope):
    order, case = lost()
    parcel = replace_lost(case, carrier="SF", tracking_number="SF2", actor=ANN)

    told = timeline(order_detail().get(pk=order.pk))

    assert [moment.kind for moment in told][:2] == ["fulfilment.shipped", "fulfilment.case_closed"]
    assert ("fulfilment.lost", "Ann", "Parcel SF1 was given up as lost (items: 2)") in [
        (moment.kind, moment.who, moment.sentence) for moment in told
    ]
    fact = Activity.objects.filter(kind="fulfilment.shipped").latest("pk")
    assert (fact.payload["again_for"], fact.payload["shipment_id"]) == (case.shipment_id, parcel.pk)


def test_what_is_not_in_stock_is_not_sent_and_nothing_is_changed(scope):
    order, case = lost(8)
    variant = order.lines.get().variant
    with pytest.raises(Refused) as refusal:
        replace_lost(case, tracking_number="SF2", actor=ANN)
    assert refusal.value.code == "not_enough_stock"
    assert (level_of(variant), moves(variant), Shipment.objects.count()) == ((2, 0), [("sale", -8)], 1)
    assert ParcelCase.objects.open().get() == case


def test_units_promised_to_other_orders_stay_with_them(scope):
    order, case = lost()
    variant = order.lines.get().variant
    placed((variant, 7), paid=True)
    with pytest.raises(Refused, match="1 unit is free"):
        replace_lost(case, actor=ANN)
    assert level_of(variant) == (8, 7)


def test_it_can_leave_from_another_warehouse(scope):
    order, case = lost()
    variant, hall = order.lines.get().variant, factories.WarehouseFactory(code="H2")
    delivered(variant, 5, place=hall)

    parcel = replace_lost(case, warehouse=hall, actor=ANN)

    assert parcel.warehouse == hall
    levels = dict(variant.stock_levels.values_list("warehouse__code", "on_hand"))
    assert levels == {Warehouse.objects.get(is_default=True).code: 8, "H2": 3}


def test_each_lot_leaves_as_itself(scope):
    variant = cream(price=D("9.00"))
    delivered(variant, 2, "SOON", 10)
    delivered(variant, 3, "LATE", 200)
    order, case = lost(2, variant)
    assert sent_lots(order) == {"SOON": 2}

    replace_lost(case, actor=ANN)

    assert on_shelf(variant) == {"LATE": 1}
    assert sent_lots(order) == {"SOON": 2, "LATE": 2}
    kept = order.lines.get().lots.values_list("lot__code", "returned")
    assert dict(kept) == {"SOON": 2, "LATE": 0}, "the first ones are with nobody"


def refund_all(order, case):
    refund_order(order, amount=now_of(order).refundable, reason="x", actor=ANN)


def refund_one(order, case):
    refund_order(order, lines={order.lines.get().pk: 1}, reason="x", actor=ANN)


def arrives(order, case):
    mark_parcel_delivered(Shipment.objects.get(), actor=ANN)


def hold(order, case):
    Order.objects.filter(pk=order.pk).update(state="on_hold", state_before_hold="shipped")


def comes_back(order, case):
    add_tracking_event(case.shipment, kind="returned", at=timezone.now(), actor=ANN)


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (refund_all, "order_refunded"),
        (refund_one, "units_refunded"),
        (arrives, "parcel_not_lost"),
        (hold, "order_not_to_send"),
        (comes_back, "parcel_not_lost"),
    ],
)
def test_what_was_paid_back_arrived_or_waits_is_not_sent_again(scope, happens, code):
    order, case = lost()
    variant = order.lines.get().variant
    happens(order, case)
    with pytest.raises(Refused) as refusal:
        replace_lost(case, actor=ANN)
    assert refusal.value.code == code
    assert (level_of(variant), Shipment.objects.count()) == ((8, 0), 1)


def test_goods_in_a_return_are_not_sent_again(scope):
    order, case = lost()
    request_return(order, lines=wanted(order), actor=ANN)
    with pytest.raises(Refused, match="in a return"):
        replace_lost(case, actor=ANN)
    assert level_of(order.lines.get().variant) == (8, 0)


def test_nobody_is_told_of_a_lost_parcel_again(scope):
    _order, case = lost()
    replace_lost(case, actor=ANN)
    Shipment.objects.update(promised_at=timezone.now() - timedelta(days=1))
    watch_parcels()
    assert [one.shipment.lost_at for one in ParcelCase.objects.open().select_related("shipment")] == [None]
    assert [one.lost_at for one in Shipment.objects.overdue(now=timezone.now())] == [None]


def test_a_lost_parcel_that_comes_back_is_taken_into_stock_and_nothing_else(scope):
    order, case = lost()
    line = order.lines.get()
    parcel = replace_lost(case, tracking_number="SF2", actor=ANN)
    old = Shipment.objects.get(tracking_number="SF1")

    add_tracking_event(old, kind="returned", at=timezone.now() + timedelta(hours=1), actor=ANN)

    back = ParcelCase.objects.open().get()
    assert (back.reason, back.may_be_settled, back.may_be_sent_again) == ("returned", True, False)
    with pytest.raises(Refused):
        send_again(back, tracking_number="SF3", actor=ANN)
    take_in(back, restock={old.lines.get().pk: 1}, refund=True, actor=ANN)
    assert (level_of(line.variant), now_of(order).refunded_total, now_of(order).state) == ((7, 0), 0, "shipped")
    with pytest.raises(Refused):
        take_in(back, refund=False, actor=ANN)
    mark_parcel_delivered(parcel, actor=ANN)
    assert now_of(order).state == "delivered"
    assert returnable(now_of(order)) == {line.pk: 2}


def test_the_case_page_sends_it_again(scope, ann, as_user):
    order, case = lost()
    client, url = as_user(ann), f"/m/luming/shipments/cases/{case.pk}/"
    page = client.get(url).text
    assert "the same goods leave stock once more" in page
    assert "again-warehouse" not in page
    factories.WarehouseFactory(code="H2", name="Hall 2")
    assert "again-warehouse" in client.get(url).text
    empty = {"again-carrier": "SF", "again-tracking_number": "SF2"}
    refused = client.post(f"{url}again/", {**empty, "again-warehouse": Warehouse.objects.get(code="H2").pk})
    assert (refused.status_code, "cannot leave Hall 2" in refused.text) == (422, True)

    main = Warehouse.objects.get(is_default=True)
    client.post(f"{url}again/", {**empty, "again-warehouse": main.pk})
    again = client.post(f"{url}again/", {**empty, "again-warehouse": main.pk})

    assert again.status_code != 302
    parcel = Shipment.objects.get(tracking_number="SF2")
    assert (level_of(order.lines.get().variant), Shipment.objects.count()) == ((6, 0), 2)
    assert "Lost, and sent once more" in client.get(case.shipment.get_absolute_url()).text
    shown = client.get(order.get_absolute_url()).text
    assert "2 items sent again with SF" in shown
    assert "Parcel SF1 was given up as lost" in shown
    assert parcel.tracking_number in shown
    assert "again-tracking_number" not in client.get(url).text


def test_who_may_not_ship_does_not_send_it_again(scope, shop, ann, as_user, rival, cleo):
    order, case = lost()
    assert as_user(cleo).post(f"/m/qingyun/shipments/cases/{case.pk}/again/").status_code == 404
    assert (level_of(order.lines.get().variant), Shipment.objects.count()) == ((8, 0), 1)


def test_a_program_sends_a_lost_parcel_again_and_closes_a_case(scope, shop, ann):
    order, case = lost()
    factories.WarehouseFactory(code="H2", name="Hall 2")
    program, url = program_of(shop), f"parcel-cases/{case.pk}/send-again/"
    unknown = program.post(url, {"warehouse": "H9"})
    assert (unknown.status_code, same_shape(unknown), list(unknown.data["error"]["fields"])) == (
        400,
        True,
        ["warehouse"],
    )
    empty = program.post(url, {"tracking_number": "SF2", "warehouse": "H2"})
    assert (empty.status_code, "Hall 2" in empty.data["error"]["message"]) == (422, True)

    made = program.post(url, {"carrier": "SF", "tracking_number": "SF2"})

    assert (made.status_code, made.data["tracking_number"], made.data["order"]) == (201, "SF2", order.number)
    first = program.get(f"shipments/{case.shipment_id}/").data
    assert (first["sent_again_as"], first["lost_at"] is not None) == (made.data["id"], True)
    assert program.post(url, {"tracking_number": "SF3"}).status_code == 409
    assert (level_of(order.lines.get().variant), Shipment.objects.count()) == ((6, 0), 2)

    other = troubled(Shipment.objects.get(tracking_number="SF2"))
    closed = program.post(f"parcel-cases/{other.pk}/close/")
    assert (closed.status_code, closed.data["closed_at"] is not None) == (200, True)
    reader = program_of(shop, ["shipments.view"])
    assert reader.post(url).status_code == reader.post(f"parcel-cases/{other.pk}/close/").status_code == 403


def test_a_program_sends_what_came_back_from_where_it_is(scope, shop, ann):
    order, _case = lost()
    add_tracking_event(Shipment.objects.get(), kind="returned", at=timezone.now(), actor=ANN)
    back = ParcelCase.objects.get(reason="returned")
    program, url = program_of(shop), f"parcel-cases/{back.pk}/send-again/"
    main = Warehouse.objects.get(is_default=True)
    refused = program.post(url, {"tracking_number": "SF2", "warehouse": main.code})
    assert list(refused.data["error"]["fields"]) == ["warehouse"]
    made = program.post(url, {"tracking_number": "SF2"})
    assert (made.status_code, level_of(order.lines.get().variant)) == (201, (8, 0))
