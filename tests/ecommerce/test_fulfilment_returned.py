"""Parcels that came back: another address, off again, or back into stock with the money, and how the order ends."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Activity
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.buyers import links
from ecommerce.fulfilment.actions import (
    add_tracking_event,
    close_case,
    mark_parcel_delivered,
    readdress,
    send_again,
    ship_order,
    take_in,
)
from ecommerce.models import Order, ParcelCase, Shipment, StockMove
from ecommerce.orders.actions import refund_order
from ecommerce.returns.queries import arrived_of, returnable
from tests.api import program_of
from tests.ecommerce.orders_kit import ANN, level_of, placed, stocked
from tests.queue import run_tasks

D = Decimal


def come_back(parcel: Shipment, kind: str = "returned") -> ParcelCase:
    add_tracking_event(parcel, kind=kind, at=timezone.now(), actor=ANN)
    return ParcelCase.objects.open().get(shipment=parcel)


def returned(quantity: int = 2, **fields) -> tuple[Order, ParcelCase]:
    """A paid order that was shipped whole and came back."""
    order = placed((stocked(10, price=D("50.00")), quantity), paid=True, payment_method="alipay", **fields)
    return order, come_back(ship_order(order, carrier="SF", tracking_number="SF1", actor=ANN))


def now_of(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def track_page(client, order: Order) -> str:
    return client.get(links.path_for("buyer-track", links.TRACK, order)).content.decode()


def test_goods_that_came_back_leave_again_and_stock_is_not_taken_twice(scope, client):
    order, case = returned()
    variant = order.lines.get().variant
    assert level_of(variant) == (8, 0)
    assert "Your order came back to the shop" in track_page(client, order)

    parcel = send_again(case, carrier="SF", tracking_number="sf 2", actor=ANN)
    assert [(line.order_line_id, line.quantity) for line in parcel.lines.all()] == [(order.lines.get().pk, 2)]
    assert (parcel.tracking_number, level_of(variant), now_of(order).state) == ("SF2", (8, 0), "shipped")
    assert order.lines.get().shipped_quantity == 2
    assert not ParcelCase.objects.open().exists()
    assert "Your order is on its way" in track_page(client, order)
    fact = Activity.objects.filter(kind="fulfilment.shipped").latest("pk")
    assert fact.payload["again_for"] == case.shipment_id

    with pytest.raises(Refused):
        send_again(case, tracking_number="SF3", actor=ANN)
    add_tracking_event(case.shipment, kind="returned", at=timezone.now() + timedelta(hours=1), actor=ANN)
    assert not ParcelCase.objects.open().exists(), "a late report of the first parcel opens nothing"
    mark_parcel_delivered(parcel, actor=ANN)
    assert now_of(order).state == "delivered"


def test_goods_taken_back_end_the_order_with_its_money_and_stock(scope, client):
    order, case = returned(shipping_fee=D("12.00"))
    line, variant = case.shipment.lines.get(), order.lines.get().variant
    take_in(case, restock={line.pk: 1}, refund=True, actor=ANN)
    order = now_of(order)
    assert (order.state, order.payment_state, order.refunded_total) == ("cancelled", "refunded", D("112.00"))
    assert level_of(variant) == (9, 0)
    assert list(StockMove.objects.filter(reason="damage").values_list("quantity", flat=True)) == [-1]
    assert returnable(order) == {order.lines.get().pk: 0}
    fact = Activity.objects.get(kind="fulfilment.taken_back")
    assert (fact.payload["restocked"], fact.payload["written_off"], fact.payload["refund"]) == (1, 1, "112.00")
    page = track_page(client, order)
    assert "on its way" not in page
    assert "112.00" in page
    with pytest.raises(Refused):
        take_in(case, refund=True, actor=ANN)
    assert level_of(variant) == (9, 0)


def test_parcels_taken_in_are_read_once_to_say_what_can_come_back(scope):
    order, case = returned()
    line = case.shipment.lines.get()
    take_in(case, restock={line.pk: 1}, refund=True, actor=ANN)
    with CaptureQueriesContext(connection) as queries:
        free = arrived_of(now_of(order), timezone.now())
    assert free == {order.lines.get().pk: 0}
    assert sum("SUM(" in one["sql"] and "ecommerce_shipmentline" in one["sql"] for one in queries) == 1
    assert sum('FROM "ecommerce_orderline" WHERE' in one["sql"] for one in queries) == 1


def test_of_two_parcels_one_arrives_and_one_comes_back(scope):
    """The order waits for the decision, and only what came back is refunded."""
    order = placed((stocked(10, price=D("50.00")), 3), paid=True, payment_method="alipay")
    line = order.lines.get()
    first = ship_order(order, units={line.pk: 1}, actor=ANN)
    case = come_back(ship_order(order, actor=ANN))
    mark_parcel_delivered(first, actor=ANN)
    assert now_of(order).state == "shipped"
    take_in(case, refund=True, actor=ANN)
    order = now_of(order)
    assert (order.state, order.refunded_total, level_of(line.variant)) == ("delivered", D("100.00"), (9, 0))
    assert returnable(order) == {line.pk: 1}


def test_closing_the_case_by_hand_ends_the_order_too(scope):
    order, case = returned()
    close_case(case, actor=ANN)
    run_tasks()
    order = now_of(order)
    assert (order.state, order.refunded_total, level_of(order.lines.get().variant)) == ("cancelled", 0, (8, 0))


def test_what_a_refund_put_back_on_the_shelf_neither_leaves_nor_comes_back_again(scope):
    order, case = returned()
    line = order.lines.get()
    refund_order(order, lines={line.pk: 1}, reason="x", restock=True, actor=ANN)
    for act in (
        lambda: send_again(case, tracking_number="SF2", actor=ANN),
        lambda: take_in(case, refund=False, actor=ANN),
    ):
        with pytest.raises(Refused, match="back in stock already"):
            act()
    assert (level_of(line.variant), Shipment.objects.count()) == ((9, 0), 1)


def test_the_address_is_corrected_where_a_carrier_could_not_hand_over(scope):
    order = placed((stocked(), 1), paid=True)
    parcel = ship_order(order, tracking_number="SF1", actor=ANN)
    case = come_back(parcel, "address_problem")
    with pytest.raises(Refused):
        send_again(case, actor=ANN)  # it is with the carrier
    readdress(case, buyer={"ship_to": "Nanjing Road 2", "ship_country": "cn"}, actor=ANN)
    order = now_of(order)
    assert (order.ship_to, order.ship_country, order.state) == ("Nanjing Road 2", "CN", "shipped")
    fact = Activity.objects.get(kind="orders.edited")
    assert fact.payload["fields"] == ["ship_to", "ship_country"]
    assert "Nanjing" not in str(fact.payload), "no personal data in the log"
    with pytest.raises(Refused):
        readdress(case, buyer={"ship_to": "x" * 301}, actor=ANN)


def test_the_case_page_leads_all_the_way(scope, ann, as_user):
    order = placed((stocked(), 1), paid=True)
    parcel = ship_order(order, carrier="SF", tracking_number="SF1", actor=ANN)
    case = come_back(parcel, "address_problem")
    client, url = as_user(ann), f"/m/luming/shipments/cases/{case.pk}/"
    page = client.get(url).content.decode()
    assert "The parcel is back" in page
    assert "again-tracking_number" not in page
    assert client.post(f"{url}address/", {"ship_to": "New street 5", "ship_country": "China"}).status_code == 422
    client.post(f"{url}address/", {"ship_to": "New street 5", "ship_country": "CN"})
    client.post(f"{url}came-back/")
    case = ParcelCase.objects.open().get()
    url = f"/m/luming/shipments/cases/{case.pk}/"
    page = client.get(url).content.decode()
    assert "New street 5" in page
    assert f"restock_{parcel.lines.get().pk}" in page
    used = client.post(f"{url}again/", {"again-carrier": "SF", "again-tracking_number": "SF1"})
    assert (used.status_code, "of its own" in used.content.decode()) == (422, True)
    client.post(f"{url}again/", {"again-carrier": "SF", "again-tracking_number": "SF2"})
    again = Shipment.objects.get(tracking_number="SF2")

    assert again.get_absolute_url() in client.get(parcel.get_absolute_url()).content.decode()

    case = come_back(again)
    url = f"/m/luming/shipments/cases/{case.pk}/"
    field = f"restock_{again.lines.get().pk}"
    assert client.post(f"{url}take-back/", {field: "2", "refund": "on"}).status_code == 422
    client.post(f"{url}take-back/", {field: "1", "refund": "on"})
    assert (now_of(order).state, now_of(order).payment_state) == ("cancelled", "refunded")
    assert "Taken back" in client.get(again.get_absolute_url()).content.decode()


def test_parcels_of_another_shop_stay_where_they_are(scope, rival, cleo, as_user):
    order, case = returned()
    for step in ("address", "again", "take-back", "came-back"):
        assert as_user(cleo).post(f"/m/qingyun/shipments/cases/{case.pk}/{step}/").status_code == 404
    assert (now_of(order).state, Shipment.objects.count()) == ("shipped", 1)


def test_cases_are_exported_and_read_by_programs(scope, ann, as_user, rival, cleo):
    _order, case = returned()
    program = program_of(scope)
    with tenant(rival):
        returned()
    csv = b"".join(as_user(ann).get("/m/luming/shipments/cases/export.csv?tab=returned").streaming_content).decode()
    assert [line.split(",")[:2] for line in csv.splitlines()[1:]] == [["SF1", "Returned to sender"]]
    assert as_user(ann).get("/m/luming/shipments/cases/export.csv?as=xlsx")["Content-Disposition"].endswith('.xlsx"')
    rows = program.get("parcel-cases/?open=true&reason=returned").data["results"]
    assert [(row["id"], row["tracking_number"]) for row in rows] == [(case.pk, "SF1")]
    assert program.get("parcel-cases/?open=false").data["results"] == []


def test_parcels_that_are_likely_late_have_a_view_of_their_own(scope, ann, as_user):
    order = placed((stocked(), 3), paid=True)
    line = order.lines.get()
    for number, chance in (("LATE1", 0.7), ("FINE1", 0.2), ("NONE1", None)):
        parcel = ship_order(order, units={line.pk: 1}, tracking_number=number, actor=ANN)
        Shipment.objects.filter(pk=parcel.pk).update(late_chance=chance)
    for query in ("tab=late", "likely_late=yes"):
        page = as_user(ann).get(f"/m/luming/shipments/?{query}").content.decode()
        assert [number in page for number in ("LATE1", "FINE1", "NONE1")] == [True, False, False]
    mark_parcel_delivered(Shipment.objects.get(tracking_number="LATE1"), actor=ANN)
    assert "LATE1" not in as_user(ann).get("/m/luming/shipments/?tab=late").content.decode()
