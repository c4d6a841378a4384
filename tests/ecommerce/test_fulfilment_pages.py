"""Sending parcels from the page, the list of parcels, and what carriers report of them."""

from __future__ import annotations

import csv
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Activity, Job
from core.tenancy import tenant
from ecommerce.fulfilment.actions import add_tracking_event, change_tracking, ship_order
from ecommerce.fulfilment.rules import follow_link, state_of_parcel
from ecommerce.inventory.actions import adjust_stock
from ecommerce.models import Order, Shipment
from ecommerce.orders.rules import BuyerIn
from tests import factories
from tests.ecommerce.orders_kit import ANN, level_of, order_in, placed, snapshot, stocked


def ship_url(order: Order) -> str:
    return f"/m/luming/orders/{order.number}/ship/"


def rows(response) -> list[str]:
    return re.findall(r'class="id tn" href="[^"]*">([^<]+)</a>', response.content.decode())


def test_an_order_is_shipped_from_its_page(scope, ben, as_user):
    variant = stocked(10)
    order = placed((variant, 2), paid=True)
    line, client = order.lines.get(), as_user(ben)
    assert f'name="units_{line.pk}" value="2"' in client.get(ship_url(order)).content.decode()

    form = {f"units_{line.pk}": "1", "carrier": "SF Express", "tracking_number": " sf 1389 "}
    response = client.post(ship_url(order), form)
    parcel = Shipment.objects.get()
    order.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, order.get_absolute_url())
    assert (parcel.tracking_number, parcel.carrier, order.state) == ("SF1389", "SF Express", "partly_shipped")
    assert level_of(variant) == (9, 1)
    assert 'value="SF Express"' in client.get(ship_url(order)).content.decode()

    done = client.post(ship_url(order), form, headers={"HX-Request": "true", "HX-Target": "step-ship"})
    assert (done.status_code, done["HX-Redirect"]) == (204, order.get_absolute_url())
    order.refresh_from_db()
    assert (order.state, Shipment.objects.count()) == ("shipped", 2)


@pytest.mark.parametrize(
    ("units", "words"),
    [
        ("3", "less than or equal to 2"),
        ("-1", "greater than or equal to 0"),
        ("0", "Choose what is in the parcel."),
        ("x", "whole number"),
    ],
)
def test_a_parcel_that_cannot_be_comes_back_with_a_sentence(scope, ann, as_user, units, words):
    order = order_in("paid")
    before, facts, jobs = snapshot(order), Activity.objects.count(), Job.objects.count()
    headers = {"HX-Request": "true", "HX-Target": "step-ship"}
    response = as_user(ann).post(ship_url(order), {f"units_{order.lines.get().pk}": units}, headers=headers)
    page = response.content.decode()
    assert (response.status_code, words in page, "<html" in page) == (422, True, False)
    assert (snapshot(order), Activity.objects.count(), Job.objects.count()) == (before, facts, jobs)


def test_stock_that_is_not_there_is_said(scope, ann, as_user):
    variant = stocked(1)
    order = placed((variant, 2), paid=True)
    form = {f"units_{order.lines.get().pk}": "2"}
    response = as_user(ann).post(ship_url(order), form)
    assert (response.status_code, "only 1 unit is free" in response.content.decode()) == (422, True)
    assert level_of(variant) == (1, 1)


def test_a_parcel_leaves_the_warehouse_that_is_chosen(scope, ann, as_user):
    variant = stocked(1)
    second = factories.WarehouseFactory(name="Shenzhen")
    adjust_stock(variant, second, counted=5, actor=ANN)
    order = placed((variant, 3), paid=True)
    assert level_of_default(variant) == (1, 1)

    form = {f"units_{order.lines.get().pk}": "3", "warehouse": second.pk}
    assert as_user(ann).post(ship_url(order), form).status_code == 302
    assert Shipment.objects.get().warehouse == second
    assert level_of_default(variant) == (1, 0)
    assert variant.stock_levels.get(warehouse=second).on_hand == 2


def level_of_default(variant):
    level = variant.stock_levels.get(warehouse__is_default=True)
    return level.on_hand, level.reserved


def test_without_the_right_nothing_is_shipped(scope, shop, as_user):
    from tests.conftest import _member

    order = order_in("paid")
    parcel = ship_order(order_in("paid"), actor=ANN)
    sue = as_user(_member(shop, "support", "Sue"))
    before, facts = snapshot(order), Activity.objects.count()
    assert sue.post(ship_url(order), {f"units_{order.lines.get().pk}": "1"}).status_code == 403
    for step in ("tracking", "report", "deliver"):
        assert sue.post(f"/m/luming/shipments/{parcel.pk}/{step}/", {}).status_code == 403
    assert (snapshot(order), Activity.objects.count()) == (before, facts)
    assert sue.get(f"/m/luming/shipments/{parcel.pk}/").status_code == 200


def test_parcels_of_another_shop_are_not_found(scope, rival, cleo, as_user):
    parcel = ship_order(order_in("paid"), actor=ANN)
    client = as_user(cleo)
    assert client.get(f"/m/luming/shipments/{parcel.pk}/").status_code == 404
    assert client.get(f"/m/qingyun/shipments/{parcel.pk}/").status_code == 404
    for step in ("tracking", "report", "deliver"):
        assert client.post(f"/m/qingyun/shipments/{parcel.pk}/{step}/", {}).status_code == 404
    with tenant(rival):
        assert Shipment.objects.count() == 0
    parcel.refresh_from_db()
    assert (parcel.state, parcel.events.count()) == ("in_transit", 0)


def test_each_view_shows_its_parcels(scope, ann, as_user):
    now = timezone.now()
    late = ship_order(order_in("paid"), tracking_number="LATE", promised_at=now - timedelta(hours=3), actor=ANN)
    ship_order(order_in("paid"), tracking_number="SOON", promised_at=now + timedelta(days=3), actor=ANN)
    lost = ship_order(order_in("paid"), tracking_number="LOST", actor=ANN)
    add_tracking_event(lost, state="exception", at=now, actor=ANN)
    here = ship_order(order_in("paid"), tracking_number="HERE", promised_at=now - timedelta(days=1), actor=ANN)
    add_tracking_event(here, state="delivered", at=now, actor=ANN)
    client = as_user(ann)
    url = "/m/luming/shipments/"
    seen = {
        tab: sorted(rows(client.get(url, {"tab": tab})))
        for tab in ("all", "under_way", "overdue", "problem", "delivered")
    }
    assert seen == {
        "all": ["HERE", "LATE", "LOST", "SOON"],
        "under_way": ["LATE", "SOON"],
        "overdue": ["LATE"],
        "problem": ["LOST"],
        "delivered": ["HERE"],
    }
    assert "Late by 3 h" in client.get(url, {"tab": "overdue"}).content.decode()
    assert rows(client.get(url, {"q": late.order.number})) == ["LATE"]
    assert rows(client.get(url, {"q": "so on"})) == ["SOON"]
    assert rows(client.get(url, {"state": "exception"})) == ["LOST"]


def test_the_list_costs_the_same_for_1_and_30_parcels(scope, ann, as_user, django_assert_num_queries):
    variant = stocked(1000)
    client = as_user(ann)
    ship_order(placed((variant, 1), paid=True), actor=ANN)
    client.get("/m/luming/shipments/")
    costs = []
    for count in (0, 29):
        for _ in range(count):
            ship_order(placed((variant, 1), paid=True), actor=ANN)
        with django_assert_num_queries(COST, exact=False) as queries:
            client.get("/m/luming/shipments/", {"size": 100})
        costs.append(len(queries))
    assert costs == [COST, COST]


COST = 5  # session, person, where they work, rows, all counts with the warehouses to choose from


def test_the_export_is_safe_to_open(scope, ann, as_user):
    order = placed((stocked(), 2), paid=True, buyer=BuyerIn(name="+cmd|' /C calc'!A0", city="Shanghai"))
    ship_order(order, carrier="=SF", tracking_number="@1", actor=ANN)
    response = as_user(ann).get("/m/luming/shipments/export.csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    row = next(csv.DictReader(text.splitlines()))
    assert (row["Tracking number"], row["Carrier"], row["Buyer"]) == ("'@1", "'=SF", "'+cmd|' /C calc'!A0")
    assert (row["Items"], row["City"], row["Order"]) == ("2", "Shanghai", order.number)


def test_a_parcel_is_corrected_reported_and_delivered(scope, ben, as_user):
    order = order_in("paid")
    parcel = ship_order(order, carrier="SF", tracking_number="A1", actor=ANN)
    url, client = f"/m/luming/shipments/{parcel.pk}/", as_user(ben)
    assert order.number in client.get(url).content.decode()

    client.post(f"{url}tracking/", {"tracking-carrier": "YTO", "tracking-tracking_number": "yt 22"})
    at = timezone.localtime(parcel.shipped_at, order.merchant.zone).replace(second=0, microsecond=0) + timedelta(
        minutes=1
    )
    form = {"report-kind": "out_for_delivery", "report-at": f"{at:%Y-%m-%dT%H:%M}", "report-location": "Shanghai"}
    client.post(f"{url}report/", form)
    parcel.refresh_from_db()
    assert (parcel.carrier, parcel.tracking_number, parcel.state) == ("YTO", "YT22", "out_for_delivery")
    assert parcel.events.get().at == at
    change = Activity.objects.get(kind="fulfilment.tracking_changed").changes
    assert change == {"carrier": ["SF", "YTO"], "tracking_number": ["A1", "YT22"]}

    client.post(f"{url}deliver/")
    order.refresh_from_db()
    assert order.state == "delivered"
    again = client.post(f"{url}deliver/")
    assert (again.status_code, "arrived already" in again.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"report-at": "2999-01-01T00:00"}, "between the sending of the parcel and now"),
        ({"report-at": "yesterday"}, "Enter a valid date/time."),
        ({"report-kind": "eaten"}, "Select a valid choice"),
    ],
)
def test_a_report_that_cannot_be_is_refused(scope, ann, as_user, fields, words):
    parcel = ship_order(order_in("paid"), actor=ANN)
    form = {"report-kind": "delivered", "report-at": f"{timezone.localtime():%Y-%m-%dT%H:%M}", **fields}
    response = as_user(ann).post(f"/m/luming/shipments/{parcel.pk}/report/", form)
    assert (response.status_code, words in response.content.decode(), parcel.events.count()) == (422, True, 0)


def test_the_same_number_again_is_no_change(scope):
    parcel = ship_order(order_in("paid"), carrier="SF", tracking_number="A1", actor=ANN)
    facts = Activity.objects.count()
    change_tracking(parcel, carrier=" SF ", tracking_number="a1", actor=ANN)
    assert Activity.objects.count() == facts


@pytest.mark.parametrize(
    ("reports", "state"),
    [
        ([], "in_transit"),
        ([(2, "delivered"), (1, "out_for_delivery")], "delivered"),
        ([(1, "delivered"), (2, "in_transit")], "delivered"),
        ([(1, "delivered"), (2, "returned")], "returned"),
        ([(3, "in_transit"), (2, "exception")], "in_transit"),
    ],
)
def test_the_latest_report_counts_but_arrived_is_arrived(reports, state):
    now = timezone.now()
    assert state_of_parcel([(now + timedelta(hours=h), s) for h, s in reports], "in_transit") == state


@pytest.mark.parametrize(
    ("carrier", "number", "start"),
    [
        ("SF Express", "SF1", "https://www.sf-express.com/"),
        ("顺丰速运", "SF1", "https://www.sf-express.com/"),
        ("DHL", "a/b?c", "https://www.dhl.com/global-en/home/tracking.html?tracking-id=a%2Fb%3Fc"),
        ("Selfmade couriers", "1", ""),
        ("DHL", "", ""),
    ],
)
def test_where_a_parcel_can_be_followed(carrier, number, start):
    link = follow_link(carrier, number)
    assert link.startswith(start) if start else link == ""
