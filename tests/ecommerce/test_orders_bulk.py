"""Steps for many orders at once: over the whole filter, in the background, with a result for each, and back again."""

from __future__ import annotations

import csv

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.utils import timezone

from accounts.batches.actions import RowIn, retry_batch, start_batch, stop_batch, undo_batch, work
from accounts.batches.kinds import kind_at
from accounts.batches.tasks import queue, run_batch
from accounts.jobs.runner import run, sweep
from accounts.models import Activity, Batch, BatchRow, Job
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.models import Order, OrderTag, Shipment
from ecommerce.orders.actions import pack_order, tag_order
from ecommerce.orders.queries import order_detail, timeline
from tests import factories
from tests.ecommerce.orders_kit import ANN, level_of, order_in, stocked
from tests.queue import run_tasks

URL = "/m/luming/orders/"
LANGUAGE = "en"


def many(count: int, **fields) -> list[Order]:
    return [factories.OrderFactory(**{"state": "paid", **fields}) for _ in range(count)]


def begun(kind: str, orders: list[Order], *, key: str = "k", **params) -> Batch:
    rows = [RowIn(order.pk, order.number) for order in orders]
    return start_batch(kind, rows, key=key, actor=ANN, params=params)[0]


def worked(batch: Batch) -> Batch:
    assert work(batch.pk, go_on=lambda batch: True)
    batch.refresh_from_db()
    return batch


def states() -> set[str]:
    return set(Order.objects.values_list("state", flat=True))


def test_all_that_the_filter_finds_is_packed_in_the_background_and_taken_back(scope, ann, as_user):
    """More than a page, more than may be done in a request."""
    many(130, channel="tmall")
    other = many(1, channel="jd")[0]
    client = as_user(ann)
    view = f"{URL}pack/?tab=to_ship&channel=tmall"
    asked = client.post(view, {"all": "1", "batch": "one"}).content.decode()
    assert "up to 130 orders" in asked
    page = client.post(view, {"all": "1", "sure": "1", "batch": "one", "next": f"{URL}?channel=tmall"}, follow=True)

    batch = Batch.objects.get()
    text = page.content.decode()
    assert (batch.total, batch.done, states()) == (130, 0, {"paid"})
    assert "0 of 130 rows" in text
    assert f'hx-get="/m/luming/batches/{batch.pk}/"' in text
    run_tasks()
    batch.refresh_from_db()
    assert (batch.done, batch.is_over) == (130, True)
    assert Order.objects.filter(state="packed").count() == 130
    assert Order.objects.get(pk=other.pk).state == "paid"
    part = client.get(f"/m/luming/batches/{batch.pk}/", headers={"HX-Request": "true", "HX-Target": "batch"})
    assert "130 orders marked as packed." in part.content.decode()
    assert "<html" not in part.content.decode()
    assert "hx-trigger" not in part.content.decode()

    client.post(f"/m/luming/batches/{batch.pk}/undo/")
    client.post(f"/m/luming/batches/{batch.pk}/undo/")
    run_tasks()
    assert states() == {"paid"}
    assert Batch.objects.count() == 2
    facts = [fact.payload["count"] for fact in Activity.objects.filter(kind="orders.unpacked_together")]
    assert sum(facts) == 130


def test_the_filter_is_frozen_when_it_starts(scope):
    orders = many(3)
    batch = begun("orders.tag", orders[:2], tag="gift")
    many(1)
    worked(batch)
    assert OrderTag.objects.count() == 2


def test_few_are_done_at_once_with_a_word_that_can_be_undone(scope, ann, as_user):
    order = order_in("paid")
    client = as_user(ann)
    page = client.post(f"{URL}pack/", {"row": [order.pk], "next": URL}, follow=True).content.decode()
    batch = Batch.objects.get()
    assert "1 order marked as packed." in page
    assert f'action="/m/luming/batches/{batch.pk}/undo/"' in page
    client.post(f"/m/luming/batches/{batch.pk}/undo/")
    assert states() == {"paid"}
    moments = [moment.kind for moment in timeline(order_detail().get())]
    assert moments[:2] == ["orders.unpacked", "orders.packed"]
    run_tasks()


def test_the_same_form_posted_twice_is_one_batch_and_a_changed_one_another(scope, ann, as_user):
    orders = [order_in("paid") for _ in range(3)]
    client = as_user(ann)
    form = {"row": [orders[0].pk, orders[1].pk], "batch": "form", "sure": "1", "tag": "gift", "way": "on"}
    client.post(f"{URL}tag/", form)
    client.post(f"{URL}tag/", form)
    assert Batch.objects.count() == 1
    assert Activity.objects.filter(kind="orders.tagged_together").count() == 1
    client.post(f"{URL}tag/", {**form, "row": [orders[2].pk]})
    assert (Batch.objects.count(), OrderTag.objects.count()) == (2, 3)


def test_each_row_says_why_it_was_left(scope, ann, as_user):
    good, unpaid = order_in("paid"), order_in("placed")
    done = pack_order(order_in("paid"), actor=ANN)
    client = as_user(ann)
    page = client.post(f"{URL}pack/", {"row": [good.pk, unpaid.pk, done.pk]}, follow=True).content.decode()
    batch = Batch.objects.get()
    assert (batch.done, batch.skipped, batch.refused) == (1, 1, 1)
    assert f"Order {unpaid.number} is not paid yet." in page
    response = client.get(f"/m/luming/batches/{batch.pk}/results.csv?show=not_done")
    rows = list(csv.reader(b"".join(response.streaming_content).decode("utf-8-sig").splitlines()))
    assert rows == [
        ["Order", "State", "Reason"],
        [unpaid.number, "Refused", f"Order {unpaid.number} is not paid yet."],
        [done.number, "Skipped", f"Order {done.number} is packed already."],
    ]

    Order.objects.filter(pk=unpaid.pk).update(state="paid")
    client.post(f"/m/luming/batches/{batch.pk}/retry/")
    client.post(f"/m/luming/batches/{batch.pk}/retry/")
    again = Batch.objects.get(retry_of=batch)
    assert (again.total, again.done) == (1, 1)
    assert states() == {"packed"}


def test_undo_leaves_what_went_on_meanwhile(scope):
    orders = [order_in("paid"), order_in("paid")]
    batch = worked(begun("orders.pack", orders))
    Order.objects.filter(pk=orders[0].pk).update(state="shipped")
    back = worked(undo_batch(batch, actor=ANN, language=LANGUAGE))
    assert (back.done, back.refused) == (1, 1)
    assert states() == {"shipped", "paid"}


def test_undoing_a_tag_takes_it_only_off_orders_that_got_it(scope):
    had, got = many(2)
    tag_order(had, "gift", actor=ANN)
    batch = worked(begun("orders.tag", [had, got], tag="gift"))
    assert (batch.done, batch.skipped) == (1, 1)
    worked(undo_batch(batch, actor=ANN, language=LANGUAGE))
    assert list(OrderTag.objects.values_list("order_id", flat=True)) == [had.pk]


def test_confirmations_are_taken_back(scope):
    order = order_in("paid")
    batch = worked(begun("orders.confirm", [order]))
    assert Order.objects.get().confirmed_at is not None
    worked(undo_batch(batch, actor=ANN, language=LANGUAGE))
    assert Order.objects.get().confirmed_at is None


def test_what_cannot_be_taken_back_says_so(scope):
    variant = stocked(10)
    batch = worked(begun("orders.cancel", [order_in("paid", variant)], reason="stock"))
    assert (batch.done, level_of(variant)) == (1, (10, 0))
    with pytest.raises(Refused, match="stay cancelled"):
        undo_batch(batch, actor=ANN, language=LANGUAGE)
    for key in ("orders.ship", "orders.cancel", "orders.print_slips"):
        assert kind_at(key).no_undo


def test_a_worker_that_dies_in_the_middle_is_taken_over_and_changes_nothing_twice(scope):
    """Two chunks are done, the process is gone, the lease runs out: the next attempt does the rest."""
    orders = many(450)
    batch = begun("orders.pack", orders)
    queue(batch.pk)
    job = Job.objects.get()
    stretches = iter([True, False])
    work(batch.pk, go_on=lambda batch: next(stretches))
    Job.objects.update(state="running", attempts=1, lease_until=timezone.now() - timezone.timedelta(seconds=1))
    assert BatchRow.objects.filter(state="done").count() == 200
    Job.objects.update(sent_at=timezone.now() - timezone.timedelta(hours=1))

    sweep()
    run(job.pk)
    batch.refresh_from_db()
    assert (batch.done, batch.is_over) == (450, True)
    packed = [pk for fact in Activity.objects.filter(kind="orders.packed_together") for pk in fact.payload["order_ids"]]
    assert (len(packed), len(set(packed))) == (450, 450)
    run_batch(batch.pk)
    assert Activity.objects.filter(kind="orders.packed_together").count() == 5


def test_a_chunk_that_fails_leaves_neither_changes_nor_results(scope):
    """The database refuses the last write of the chunk, when the orders were written already."""
    batch = begun("orders.pack", many(3))
    Batch.objects.update(total=0)
    with pytest.raises(IntegrityError):
        work(batch.pk, go_on=lambda batch: True)
    assert states() == {"paid"}
    assert set(BatchRow.objects.values_list("state", flat=True)) == {"waiting"}


def test_stopping_leaves_the_rest_alone(scope):
    batch = begun("orders.pack", many(250))
    work(batch.pk, go_on=lambda batch: False)
    batch = stop_batch(batch, actor=ANN)
    assert (batch.done, batch.skipped, batch.is_over) == (100, 150, True)
    work(batch.pk, go_on=lambda batch: True)
    assert Order.objects.filter(state="packed").count() == 100
    again = retry_batch(batch, actor=ANN, language=LANGUAGE)
    assert again.total == 150


def test_an_order_that_is_gone_is_told(scope):
    order = many(1)[0]
    batch = start_batch("orders.pack", [RowIn(order.pk, "1"), RowIn(987654, "2")], key="x", actor=ANN)[0]
    worked(batch)
    assert (batch.done, batch.refused) == (1, 1)


def test_orders_and_batches_of_another_shop_are_not_there(scope, rival, ann, cleo, as_user):
    with tenant(rival):
        theirs = factories.OrderFactory(state="paid")
        hidden = begun("orders.pack", [theirs])
    mine = order_in("paid")
    client = as_user(ann)
    client.post(f"{URL}tag/", {"row": [theirs.pk, mine.pk], "sure": "1", "tag": "x", "way": "on"})
    assert OrderTag.objects.get().order_id == mine.pk
    for path in ("", "undo/", "retry/", "stop/", "go-on/", "results.csv"):
        url = f"/m/luming/batches/{hidden.pk}/{path}"
        assert (client.get if path in ("", "results.csv") else client.post)(url).status_code == 404
    smuggled = start_batch("orders.pack", [RowIn(theirs.pk, "x")], key="s", actor=ANN)[0]
    assert worked(smuggled).refused == 1
    with tenant(rival):
        assert Order.objects.get().state == "paid"


def test_who_may_not_take_a_step_sees_nothing_of_its_batches(scope, ann, ben, as_user):
    batch = worked(begun("orders.cancel", [order_in("paid")], reason="stock"))
    client = as_user(ben)
    assert client.get(f"/m/luming/batches/{batch.pk}/").status_code == 404
    assert client.post(f"/m/luming/batches/{batch.pk}/retry/").status_code == 404
    assert client.post(f"{URL}cancel/", {"row": [1], "sure": "1", "reason": "stock"}).status_code == 403
    assert "Cancel orders" not in client.get("/m/luming/batches/").content.decode()


def test_orders_are_shipped_from_a_file_and_bad_lines_told(scope, ann, as_user):
    variant = stocked(20)
    good, second, unpaid = order_in("paid", variant), order_in("packed", variant), order_in("placed", variant)
    lines = [
        "tracking number,order,carrier",
        f"SF 100,#{good.number},SF Express",
        f",{second.number},SF Express",
        "SF102,NONE-1,",
        f"SF103,{unpaid.number},",
        f"SF104,{good.number},",
        f"{'x' * 81},{second.number},",
        f"SF106,{second.number},",
    ]
    file = SimpleUploadedFile("tracking.csv", "\n".join(lines).encode(), "text/csv")
    client = as_user(ann)
    page = client.post(f"{URL}ship/", {"sure": "1", "file": file, "carrier": "YTO"}, follow=True).content.decode()

    parcels = {parcel.order_id: (parcel.carrier, parcel.tracking_number) for parcel in Shipment.objects.all()}
    assert parcels == {good.pk: ("SF Express", "SF100"), second.pk: ("YTO", "SF106")}
    batch = Batch.objects.get()
    assert (batch.total, batch.done, batch.refused) == (7, 2, 5)
    for sentence in (
        "Line 3, tracking number: it is missing.",
        "Line 4, order: no order has this number.",
        f"Order {unpaid.number} is not paid yet, so it cannot be shipped.",
        "Line 6, order: it stands in an earlier line already.",
        "Line 7, tracking number: it has at most 80 characters.",
    ):
        assert sentence in page, sentence
    response = client.get(f"/m/luming/batches/{batch.pk}/results.csv?show=not_done")
    bad = list(csv.DictReader(b"".join(response.streaming_content).decode("utf-8-sig").splitlines()))
    assert [row["Tracking number"] for row in bad[:3]] == ["", "SF102", "SF103"]
    assert set(bad[0]) == {"Order", "Tracking number", "Carrier", "State", "Reason"}


def test_ticked_orders_wait_for_their_numbers_and_leave_without_where_that_is_wanted(scope, ann, as_user):
    orders = [order_in("packed"), order_in("packed")]
    client = as_user(ann)
    asked = client.post(f"{URL}ship/?tab=all", {"row": [order.pk for order in orders], "batch": "b"}).content.decode()
    for order in orders:
        assert f"{order.number},\n" in asked
    lines = f"{orders[0].number},SF1,SF\n{orders[1].number},\n"
    form = {"sure": "1", "lines": lines, "batch": "b", "next": URL, "bare": "on"}
    client.post(f"{URL}ship/", form)
    client.post(f"{URL}ship/", form)
    assert states() == {"shipped"}
    assert sorted(Shipment.objects.values_list("tracking_number", flat=True)) == ["", "SF1"]


def test_all_of_a_long_view_is_shipped_by_a_file_and_what_is_left_out_is_said(scope, ann, as_user, monkeypatch):
    monkeypatch.setattr("ecommerce.fulfilment.ship_many.TYPED", 2)
    variant = stocked(20)
    orders = [order_in("paid", variant) for _ in range(4)]
    shipped = order_in("shipped", variant)
    client = as_user(ann)
    asked = client.post(f"{URL}ship/?tab=all", {"all": "1"}).content.decode()
    assert asked.count(",\n") == 2
    assert "You chose 5 orders; the first 2 are filled in below and 3 are left out." in asked
    assert 'href="/m/luming/orders/ship/lines.csv?tab=all"' in asked
    few = client.post(f"{URL}ship/?tab=all", {"row": [orders[0].pk]}).content.decode()
    assert "are filled in below" not in few

    text = b"".join(client.get(f"{URL}ship/lines.csv?tab=all").streaming_content).decode()
    lines = text.splitlines()
    assert {line.split(",")[0] for line in lines[1:]} == {order.number for order in orders}
    assert shipped.number not in text
    filled = [lines[0], *(line.replace(",,", f",SF{place},SF") for place, line in enumerate(lines[1:]))]
    file = SimpleUploadedFile("tracking.csv", "\n".join(filled).encode(), "text/csv")
    client.post(f"{URL}ship/", {"sure": "1", "file": file})
    assert (Shipment.objects.count(), states()) == (4, {"shipped"})


@pytest.mark.parametrize("content", [b"", b"\0\1\2\3", b"order,tracking number\n", b"\xff\xfe" + b"\x80" * 5])
def test_a_file_that_is_no_table_is_refused(scope, ann, as_user, content):
    file = SimpleUploadedFile("x.csv", content or b" ", "text/csv")
    response = as_user(ann).post(f"{URL}ship/", {"sure": "1", "file": file})
    assert response.status_code == 422
    assert Batch.objects.count() == 0


def test_a_file_of_a_chinese_spreadsheet_is_read(scope, ann, as_user):
    order = order_in("paid")
    text = f"订单号;运单号;快递公司\n{order.number};SF9;顺丰\n"
    file = SimpleUploadedFile("x.csv", text.encode("gb18030"), "text/csv")
    as_user(ann).post(f"{URL}ship/", {"sure": "1", "file": file})
    assert Shipment.objects.get().carrier == "顺丰"


def test_tags_on_the_page_the_filter_and_the_api(scope, ann, as_user):
    first, _second = order_in("paid"), order_in("paid")
    client = as_user(ann)
    url = first.get_absolute_url()
    client.post(f"{url}tag/", {"tag": "  gift   wrap "})
    assert "gift wrap" in client.get(url).content.decode()
    assert client.post(f"{url}tag/", {"tag": "a,b"}).status_code == 422
    page = client.get(URL, {"tag": "gift wrap"}).content.decode()
    assert page.count('class="id tn"') == 1
    client.post(f"{url}untag/", {"tag": "gift wrap"})
    assert OrderTag.objects.count() == 0
    kinds = [fact.kind for fact in Activity.objects.about("ecommerce.order", first.pk)][-2:]
    assert kinds == ["orders.tagged", "orders.untagged"]


def test_papers_are_made_in_files_of_two_hundred(scope, ann, as_user):
    orders = [order_in("paid") for _ in range(3)]
    client = as_user(ann)
    page = client.post(f"{URL}packing-slips/", {"row": [order.pk for order in orders]}, follow=True)
    batch = Batch.objects.get()
    file = batch.files.get()
    assert file.name in page.content.decode()
    content = client.get(f"/m/luming/batches/{batch.pk}/files/{file.pk}/")
    assert content.content.startswith(b"%PDF")


def test_a_batch_takes_the_same_queries_however_many_orders(scope, django_assert_max_num_queries):
    batch = begun("orders.pack", many(100))
    with django_assert_max_num_queries(14):
        work(batch.pk, go_on=lambda batch: False)
