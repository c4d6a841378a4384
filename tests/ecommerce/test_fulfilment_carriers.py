"""Carriers, what is foretold of their parcels, parcels that need a person, and reports from files and programs."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Activity, Job
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.buyers import links
from ecommerce.fulfilment.actions import (
    add_tracking_event,
    begin_upload,
    change_tracking,
    close_case,
    foretell,
    handle_case,
    link_parcels,
    run_upload,
    save_carrier,
    ship_order,
    take_report,
    watch_parcels,
)
from ecommerce.fulfilment.queries import long_gaps, search_cases
from ecommerce.fulfilment.rules import USUAL_GAP
from ecommerce.fulfilment.scorecard import overview, scorecard
from ecommerce.models import Carrier, DeliveryPrediction, ParcelCase, Shipment, TrackingEvent, TrackingUpload
from notifications.inbox.models import Notification
from tests.ecommerce.carriers_kit import carrier, history, parcel
from tests.ecommerce.orders_kit import ANN, order_in
from tests.queue import run_tasks


def ago(days: float):
    return timezone.now() - timedelta(days=days)


# Carriers


def test_a_carrier_is_known_by_all_its_names_and_no_two_share_one(scope):
    sf = carrier(code="SF", aliases=["顺丰", "S.F. Express"])
    sent = ship_order(order_in("paid"), carrier="sf-express", tracking_number="1", actor=ANN)
    assert (sent.carried_by, sent.carrier) == (sf, "sf-express")
    sent = change_tracking(sent, carrier="顺丰", tracking_number="1", actor=ANN)
    assert sent.carried_by == sf
    assert change_tracking(sent, carrier="Somebody", tracking_number="1", actor=ANN).carried_by is None
    with pytest.raises(Refused) as refused:
        save_carrier(name="ＳＦ", actor=ANN)
    assert refused.value.code == "carrier_exists"
    with pytest.raises(Refused):
        save_carrier(name="…", actor=ANN)


def test_parcels_are_linked_by_name_and_a_frequent_name_becomes_a_carrier(scope, rival):
    order = order_in("shipped")
    for text in ["YTO Express"] * 4 + ["yto express", "Slip"]:
        parcel(sent=3, order=order, carrier=text)
    with tenant(rival):
        other = parcel(sent=3, carrier="YTO Express")
    assert link_parcels() == 5
    yto = Carrier.objects.get()
    assert (yto.name, yto.shipments.count()) == ("YTO Express", 5)
    assert link_parcels() == 0
    save_carrier(yto, name="YTO Express", aliases=["Slip"], actor=ANN)
    assert link_parcels() == 1
    with tenant(rival):
        other.refresh_from_db()
        assert other.carried_by is None


def test_a_promise_of_the_carrier_stands_where_the_order_has_none(scope):
    carrier(services=[("", "", 5), ("", "Tibet", 9)])
    order = order_in("paid")
    sent = ship_order(order, carrier="SF Express", actor=ANN)
    assert sent.promised_at == (order.promised_at or sent.shipped_at + timedelta(days=5))


# Reports


def test_reports_tell_more_than_states_and_the_same_one_is_kept_once(scope):
    sent = ship_order(order_in("paid"), carrier="SF Express", tracking_number="A1", actor=ANN)
    at = timezone.now()
    for kind in ("customs", "arrived_at"):
        _report, is_new = take_report(sent, kind=kind, at=at, actor=ANN)
        assert is_new
    report, is_new = take_report(sent, kind="customs", at=at, actor=ANN)
    assert (is_new, report.state, sent.events.count()) == (False, "in_transit", 2)
    # A row from before there were kinds is the same report too.
    old = TrackingEvent.objects.create(shipment=sent, at=at + timedelta(minutes=1), state="out_for_delivery")
    again, is_new = take_report(sent, kind="out_for_delivery", at=old.at, actor=ANN)
    assert (again, is_new) == (old, False)
    with pytest.raises(Refused):
        take_report(sent, kind="eaten", at=at, actor=ANN)


def test_a_late_copy_opens_no_case_and_delivery_closes_those_that_are_open(scope):
    sent = ship_order(order_in("paid"), tracking_number="A1", at=ago(3), actor=ANN)
    add_tracking_event(sent, kind="address_problem", at=ago(2), actor=ANN)
    case = ParcelCase.objects.get()
    assert (case.reason, case.closed_at) == ("address_problem", None)
    add_tracking_event(sent, kind="delivered", at=ago(1), actor=ANN)
    case.refresh_from_db()
    assert (case.closed_at is not None, case.closed_by) == (True, "")
    add_tracking_event(sent, kind="failed_attempt", at=ago(1.5), actor=ANN)
    assert not ParcelCase.objects.open().exists()
    sent.refresh_from_db()
    assert sent.state == "delivered"
    add_tracking_event(sent, kind="returned", at=ago(0.5), actor=ANN)
    assert ParcelCase.objects.open().get().reason == "returned"


FILE = """tracking_number,time,report,place,description
A1,2026-01-01 10:00,picked_up,Hangzhou,
A1,{now},In transit,Hangzhou,left
A1,{now},in_transit,Hangzhou,left
NONE,{now},in_transit,,
A1,yesterday,in_transit,,
A1,{now},eaten,,
,,,,
A1,{now},out for delivery,杭州,
"""


def test_good_rows_of_a_file_are_kept_and_bad_ones_given_back(scope, ann, as_user):
    sent = ship_order(order_in("paid"), carrier="SF Express", tracking_number="A1", at=ago(1), actor=ANN)
    text = FILE.format(now=timezone.localtime(ago(0.5)).strftime("%Y-%m-%d %H:%M"))
    client = as_user(ann)
    file = SimpleUploadedFile("reports.csv", text.encode(), "text/csv")
    response = client.post("/m/luming/shipments/reports/", {"file": file})
    assert response.status_code == 302
    run_tasks()
    upload = TrackingUpload.objects.get()
    assert (upload.created, upload.repeated, len(upload.bad), upload.rows) == (2, 1, 4, [])
    assert sent.events.count() == 2
    page = client.get(response["Location"]).content.decode()
    assert "No parcel has this number." in page
    rows = list(csv.reader(io.StringIO(client.get(f"{response['Location']}bad.csv").getvalue().decode("utf-8-sig"))))
    assert [row[5] for row in rows[1:]] == ["2", "5", "6", "7"]
    assert "“eaten” is no report" in rows[4][6]


def test_a_file_that_is_none_says_so(scope):
    for content, code in [
        (b"a,b\n1,2", "columns_missing"),
        (b"tracking_number,time,report\n", "rows_out_of_range"),
        (b"\xff\xff\x00", "not_a_table"),
        (b"x" * (2 * 1024 * 1024 + 1), "file_too_large"),
    ]:
        with pytest.raises(Refused) as refused:
            begin_upload(file_name="x.csv", content=content)
        assert refused.value.code == code


def test_a_file_read_twice_writes_once(scope):
    sent = ship_order(order_in("paid"), tracking_number="A1", at=ago(1), actor=ANN)
    text = f"tracking_number,time,report\nA1,{ago(0.2).isoformat()},customs\n"
    for expected in ((1, 0), (0, 1)):
        upload = run_upload(begin_upload(file_name="x.csv", content=text.encode("gb18030")))
        assert (upload.created, upload.repeated) == expected
        assert run_upload(upload).created == expected[0]
    assert sent.events.count() == 1


# Predictions


def test_what_is_foretold_is_kept_and_held_against_what_happened(scope):
    sf = carrier()
    history(sf)
    fresh, old = parcel(sf, sent=0.5), parcel(sf, sent=3.5)
    assert foretell() == 2
    fresh.refresh_from_db()
    old.refresh_from_db()
    took = (fresh.expected_at - fresh.shipped_at).total_seconds() / 86400
    assert 2.4 < took < 3.6
    assert fresh.expected_from < fresh.expected_at < fresh.expected_to
    assert fresh.late_chance < 0.3
    assert old.expected_from >= ago(0.1)
    assert foretell() == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        DeliveryPrediction.objects.filter(shipment=fresh).update(parcels=1)
    add_tracking_event(fresh, kind="delivered", at=timezone.now(), actor=ANN)
    assert scorecard(sf, timezone.now()).record.count in (0, 1)


def test_a_shop_without_a_history_is_told_nothing(scope):
    sent = parcel(carrier(), sent=1)
    assert foretell() == 0
    sent.refresh_from_db()
    assert (sent.expected_at, sent.late_chance) == (None, None)


def test_a_parcel_whose_promise_has_passed_is_late_for_certain(scope):
    sf = carrier()
    history(sf)
    late = parcel(sf, sent=3, promised=2)
    foretell()
    late.refresh_from_db()
    assert late.late_chance == 1


def test_predictions_take_as_many_queries_for_few_parcels_as_for_many(scope, django_assert_max_num_queries):
    sf = carrier()
    history(sf)
    for _ in range(30):
        parcel(sf, sent=1)
    with django_assert_max_num_queries(12):
        assert foretell() == 30


def test_shipping_has_the_arrival_foretold_soon_after(scope):
    sf = carrier()
    history(sf)
    sent = ship_order(order_in("paid"), carrier="SF Express", actor=ANN)
    run_tasks()
    job = Job.objects.get(task__endswith="foretell_parcels")
    assert job.due_at > timezone.now()
    foretell()
    sent.refresh_from_db()
    assert sent.expected_at is not None


# Cases


def test_a_failing_carrier_makes_a_case_for_each_parcel_and_one_notice(scope, ann, ben):
    sf = carrier()
    still = [parcel(sf, sent=10, promised=None) for _ in range(12)]
    parcel(sf, sent=1, promised=None)
    found = watch_parcels()
    assert (found["still"], found["told"]) == (12, 1)
    assert {case.shipment_id for case in ParcelCase.objects.all()} == {one.pk for one in still}
    assert watch_parcels() == {"still": 0, "overdue": 0, "told": 0}
    run_tasks()
    notices = Notification.objects.filter(kind="parcel-cases", user=ann)
    assert [notice.params["count"] for notice in notices] == [12]


def test_a_standstill_ends_with_a_report_and_a_closed_case_stays_closed(scope):
    sf = carrier()
    one, two = parcel(sf, sent=10, promised=None), parcel(sf, sent=10, promised=None)
    watch_parcels()
    add_tracking_event(one, kind="arrived_at", at=timezone.now(), actor=ANN)
    assert ParcelCase.objects.open().get().shipment_id == two.pk
    close_case(ParcelCase.objects.open().get(), actor=ANN)
    watch_parcels()
    assert not ParcelCase.objects.open().exists()
    with pytest.raises(Refused):
        close_case(ParcelCase.objects.get(shipment=two), actor=ANN)
    later = timezone.now() + timedelta(days=6)
    watch_parcels(later)
    assert ParcelCase.objects.open().get().shipment_id == one.pk


def test_the_promised_day_passes_once(scope):
    late = parcel(carrier(), sent=3, promised=2)
    assert watch_parcels()["overdue"] == 1
    case = ParcelCase.objects.get()
    assert (case.shipment_id, case.reason) == (late.pk, "overdue")
    assert watch_parcels()["overdue"] == 0


def test_how_long_a_carrier_may_be_silent_comes_from_its_own_reports(scope):
    slow, new = carrier("Slow Boat"), carrier("New One")
    for _ in range(8):
        sent = parcel(slow, sent=60, took=50)
        for step in range(9):
            TrackingEvent.objects.create(shipment=sent, at=ago(58 - 6 * step), kind="in_transit", state="in_transit")
    parcel(slow, sent=5)
    parcel(new, sent=5)
    gaps = long_gaps(timezone.now())
    assert gaps[slow.pk] == pytest.approx(timedelta(days=6), abs=timedelta(minutes=1))
    assert gaps[new.pk] == USUAL_GAP


def test_a_case_is_taken_up_put_to_rest_and_closed_from_its_page(scope, ann, as_user):
    parcel(carrier(), sent=3, promised=2, tracking_number="A1")
    watch_parcels()
    case, client = ParcelCase.objects.get(), as_user(ann)
    assert "A1" in client.get("/m/luming/shipments/cases/").content.decode()
    url = f"/m/luming/shipments/cases/{case.pk}/"
    form = {"step": "contact_carrier", "assigned_to": ann.pk, "rest": "3", "note": "Called them"}
    assert client.post(f"{url}handle/", form).status_code == 302
    case.refresh_from_db()
    assert (case.step, case.assigned_to, case.note) == ("contact_carrier", ann, "Called them")
    assert "A1" not in client.get("/m/luming/shipments/cases/").content.decode()
    assert "A1" in client.get("/m/luming/shipments/cases/?tab=resting").content.decode()
    assert client.post(f"{url}handle/", {**form, "step": "correct_address"}).status_code == 422
    with pytest.raises(Refused):
        handle_case(case, snoozed_until=timezone.now() + timedelta(days=60), actor=ANN)
    assert client.post(f"{url}close/").status_code == 302
    case.refresh_from_db()
    assert case.closed_by == "Ann"
    assert search_cases(ParcelCase.objects.all(), "a1").exists()


def test_cases_and_carriers_of_another_shop_are_not_found(scope, rival, cleo, as_user):
    sf = carrier()
    parcel(sf, sent=3, promised=2)
    watch_parcels()
    client, case = as_user(cleo), ParcelCase.objects.get()
    for path in (f"shipments/cases/{case.pk}/", f"carriers/{sf.pk}/", f"carriers/{sf.pk}/edit/"):
        assert client.get(f"/m/qingyun/{path}").status_code == 404
    assert client.post(f"/m/qingyun/shipments/cases/{case.pk}/close/").status_code == 404
    with tenant(rival):
        assert watch_parcels() == {"still": 0, "overdue": 0, "told": 0}


# Scorecard


def test_the_scorecard_says_how_a_carrier_does(scope, ann, as_user):
    sf, other = carrier(), carrier("Other")
    for step in range(30):
        parcel(sf, sent=20, took=3 if step < 24 else 6)
    parcel(other, sent=20, took=2)
    row = overview(timezone.now())[sf.pk]
    assert (row.parcels, row.on_time) == (30, 80)
    assert row.days == pytest.approx(3.6)
    assert overview(timezone.now())[other.pk].on_time is None
    card = scorecard(sf, timezone.now())
    assert (card.all.percent, card.all.slow) == (80, 6)
    assert [group.name for group in card.regions] == ["Zhejiang"]
    client = as_user(ann)
    page = client.get(f"/m/luming/carriers/{sf.pk}/").content.decode()
    assert "80.0%" in page
    assert "24 of 30 parcels by the promised day" in page
    lines = client.get(f"/m/luming/carriers/{sf.pk}/regions.csv").getvalue().decode("utf-8-sig").splitlines()
    assert lines[1].startswith("Zhejiang,30,4.0,30,3.0,6.0,30,-1.0,80.0,30")
    assert client.get("/m/luming/carriers/").status_code == 200


def test_a_carrier_is_added_and_changed_from_the_form(scope, ann, as_user):
    client = as_user(ann)
    form = {"name": "YTO", "aliases": "圆通\nyto express", "services": "Standard, , 5\n, Tibet, 9", "is_active": "on"}
    assert client.post("/m/luming/carriers/new/", form).status_code == 302
    yto = Carrier.objects.get()
    assert (yto.aliases, [(one.name, one.region, one.days) for one in yto.services.all()]) == (
        ["圆通", "yto express"],
        [("", "Tibet", 9), ("Standard", "", 5)],
    )
    assert client.post("/m/luming/carriers/new/", form).status_code == 422
    bad = client.post(f"/m/luming/carriers/{yto.pk}/edit/", {**form, "services": "Standard, 5"})
    assert (bad.status_code, "Line 1" in bad.content.decode()) == (422, True)


# Buyers


def test_the_buyer_sees_when_the_parcel_is_expected(scope, client):
    sf = carrier()
    history(sf)
    order = order_in("paid")
    sent = ship_order(order, carrier="SF Express", actor=ANN)
    foretell()
    sent.refresh_from_db()
    path = links.path_for("buyer-track", links.TRACK, sent.order)
    page = client.get(path).content.decode()
    assert "Most likely between" in page
    add_tracking_event(sent, kind="delivered", at=timezone.now(), actor=ANN)
    assert "Most likely between" not in client.get(path).content.decode()


def test_facts_are_written_down(scope):
    sf = carrier()
    parcel(sf, sent=3, promised=2)
    watch_parcels()
    close_case(ParcelCase.objects.get(), actor=ANN)
    kinds = set(Activity.objects.values_list("kind", flat=True))
    assert {"fulfilment.carrier_saved", "fulfilment.cases_found", "fulfilment.case_closed"} <= kinds
    assert Shipment.objects.count() == 1
