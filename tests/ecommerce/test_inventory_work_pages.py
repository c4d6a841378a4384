"""The pages and addresses of transfers, counts, holds and channel buffers."""

from __future__ import annotations

import pytest

from core.actors import SYSTEM
from core.tenancy import tenant
from ecommerce.inventory import actions
from ecommerce.models import ChannelBuffer, StockCount, StockLevel, StockRules, Transfer, Warehouse
from tests import factories
from tests.api import program_of
from tests.ecommerce.orders_kit import stocked

SHOP = "/m/luming/inventory/"


@pytest.fixture
def cup(scope):
    return stocked(10, sku="CUP BLUE", barcode="690123")


@pytest.fixture
def hall(cup):
    return factories.WarehouseFactory(name="Hall 2", code="H2")


def levels(variant):
    return {level.warehouse.code: level.on_hand for level in StockLevel.objects.filter(variant=variant)}


def test_a_transfer_goes_from_draft_to_receipt_on_its_pages(as_user, ann, cup, hall):
    client = as_user(ann)
    main = Warehouse.objects.get(is_default=True)
    form = {"source": main.pk, "target": hall.pk, "lines": "CUP BLUE 3\n\nCUP BLUE 1", "note": "For the fair"}

    answer = client.post(f"{SHOP}transfers/new/", form)

    transfer = Transfer.objects.get()
    assert answer["Location"].endswith(f"/transfers/{transfer.pk}/")
    client.post(f"{SHOP}transfers/{transfer.pk}/send/")
    assert b"in transit from" in client.get(f"{SHOP}{cup.pk}/").content
    line = transfer.lines.get()
    short = client.post(f"{SHOP}transfers/{transfer.pk}/receive/", {f"came_{line.pk}": "3", "reason": ""})
    assert short.status_code == 422
    client.post(f"{SHOP}transfers/{transfer.pk}/receive/", {f"came_{line.pk}": "3", "reason": "One broke"})
    assert levels(cup) == {main.code: 6, "H2": 3}
    assert "One broke" in client.get(f"{SHOP}transfers/{transfer.pk}/").text
    assert "CUP BLUE" in b"".join(client.get(f"{SHOP}transfers/export.csv").streaming_content).decode()


@pytest.mark.parametrize("lines", ["", "CUP", "CUP BLUE", "NONE 3", "CUP BLUE 1.5", "CUP BLUE ٣"])
def test_lines_that_cannot_be_read_are_shown_at_their_field(as_user, ann, cup, hall, lines):
    main = Warehouse.objects.get(is_default=True)
    answer = as_user(ann).post(
        f"{SHOP}transfers/new/", {"source": main.pk, "target": hall.pk, "lines": lines, "note": ""}
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors["lines"]
    assert not Transfer.objects.exists()


def entered(client, count, **fields):
    form = {"key": "k1", "code": "690123", "units": "4", "how": "add", "seen": "", **fields}
    return client.post(f"{SHOP}counts/{count.pk}/enter/", form)


def test_a_count_goes_from_opening_to_approval_on_its_pages(as_user, ann, cup):
    client = as_user(ann)
    main = Warehouse.objects.get()
    client.post(f"{SHOP}counts/new/", {"warehouse": main.pk, "category": "", "words": ""})
    count = StockCount.objects.get()

    entered(client, count)
    entered(client, count)
    entered(client, count, key="k2", code="cup blue")

    assert count.lines.get().counted == 8
    shown = client.get(f"{SHOP}counts/{count.pk}/?tab=differing")
    assert "-2" in shown.text or "−2" in shown.text
    assert b"CUP BLUE" in b"".join(client.get(f"{SHOP}counts/{count.pk}/export.csv?tab=all").streaming_content)
    client.post(f"{SHOP}counts/{count.pk}/approve/")
    assert levels(cup) == {main.code: 8}
    assert entered(client, count, key="k3").status_code == 422


def test_a_total_over_another_counters_number_is_asked_about_first(as_user, ann, cup):
    client = as_user(ann)
    count = actions.start_count(Warehouse.objects.get(), actor=SYSTEM)
    actions.count_units(count, cup, 4, key="bob", actor=SYSTEM)

    asked = entered(client, count, how="total", units="9")

    assert asked.status_code == 422
    form = asked.context["form"]
    assert form["seen"].value() == "4"
    entered(client, count, how="total", units="9", seen=form["seen"].value(), key=form["key"].value())
    assert count.lines.get().counted == 9


def test_an_unknown_code_is_shown_at_its_field(as_user, ann, cup):
    count = actions.start_count(Warehouse.objects.get(), actor=SYSTEM)
    answer = entered(as_user(ann), count, code="nothing")
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["code"])


def test_counters_of_a_blind_count_do_not_see_what_is_expected(as_user, ben, cup):
    count = actions.start_count(Warehouse.objects.get(), is_blind=True, actor=SYSTEM)
    actions.count_units(count, cup, 4, key="bob", actor=SYSTEM)
    client = as_user(ben)
    for address in ("?tab=all", "?tab=differing", "enter/?sku=CUP BLUE"):
        shown = client.get(f"{SHOP}counts/{count.pk}/{address}")
        assert shown.status_code == 200
        assert "xpected" not in shown.text
    assert client.post(f"{SHOP}counts/{count.pk}/approve/").status_code == 403


def test_the_stock_rules_page_keeps_minutes_and_buffers(as_user, ann, cup):
    client = as_user(ann)
    client.post(f"{SHOP}rules/", {"hold_minutes": "30"})
    client.post(f"{SHOP}rules/buffers/new/", {"channel": "tmall", "sku": "CUP BLUE", "units": "2", "percent": "10"})
    assert StockRules.objects.get().hold_minutes == 30
    buffer = ChannelBuffer.objects.get()
    assert "Tmall" in client.get(f"{SHOP}rules/").text
    client.post(f"{SHOP}rules/buffers/{buffer.pk}/remove/")
    assert not ChannelBuffer.objects.exists()
    assert client.post(f"{SHOP}rules/", {"hold_minutes": "-1"}).status_code == 422


def test_a_buffer_is_of_a_channel_that_orders_come_from(as_user, ann, cup):
    given = {"channel": "t-mall", "sku": "", "units": "2", "percent": "0"}
    refused = as_user(ann).post(f"{SHOP}rules/buffers/new/", given)
    assert (refused.status_code, ChannelBuffer.objects.count()) == (422, 0)


def test_the_page_of_a_variant_says_what_each_channel_is_offered(as_user, ann, ben, cup, rival):
    actions.set_buffer("tmall", units=2, actor=SYSTEM)
    actions.set_buffer("jd", variant=cup, units=1, percent=10, actor=SYSTEM)
    actions.set_buffer("jd", units=9, actor=SYSTEM)
    with tenant(rival):
        actions.set_buffer("douyin", units=1, actor=SYSTEM)

    shown = as_user(ben).get(f"{SHOP}{cup.pk}/")

    told = [(one.label, one.own, one.kept, one.offered) for one in shown.context["offers"]]
    assert told == [("JD", True, 2, 8), ("Tmall", False, 2, 8), ("", False, 0, 10)]
    assert "All other channels" in shown.text
    assert f"{SHOP}rules/" not in shown.text
    assert f"{SHOP}rules/" in as_user(ann).get(f"{SHOP}{cup.pk}/").text
    uncounted = factories.VariantFactory(sku="NEW")
    assert "Offered to channels" not in as_user(ann).get(f"{SHOP}{uncounted.pk}/").text


def test_a_channel_asks_what_it_may_sell(shop, ann, cup):
    actions.set_buffer("tmall", units=2, actor=SYSTEM)
    program = program_of(shop, {"stock.view"})
    answer = program.get("channel-stock/?channel=tmall")
    assert answer.json()["results"] == [{"variant": cup.pk, "sku": "CUP BLUE", "available": 10, "offered": 8}]
    assert program.get("channel-stock/").status_code == 400


def test_programs_transfer_and_count(shop, ann, cup, hall):
    program = program_of(shop, {"stock.view", "stock.adjust", "stock.approve"})
    main = Warehouse.objects.get(is_default=True)

    def post(path, **body):
        return program.post(path, body)

    lines = [{"sku": "CUP BLUE", "quantity": 4}]
    made = post("transfers/", source=main.code, target="H2", lines=lines).json()
    assert post(f"transfers/{made['id']}/send/").json()["state"] == "sent"
    assert post(f"transfers/{made['id']}/receive/").json()["state"] == "received"
    assert post(f"transfers/{made['id']}/receive/").status_code == 422
    count = post("stock-counts/", warehouse="H2").json()
    entry = {"key": "a", "code": "690123", "units": 3}
    assert post(f"stock-counts/{count['id']}/entries/", **entry).json()["counted"] == 3
    assert post(f"stock-counts/{count['id']}/entries/", **entry).json()["counted"] == 3
    assert post(f"stock-counts/{count['id']}/approve/").json()["state"] == "booked"
    assert levels(cup) == {main.code: 6, "H2": 3}


def test_another_shops_transfers_and_counts_are_not_there(as_user, ann, rival, scope):
    with tenant(rival):
        other = stocked(5, sku="FOREIGN")
        main, hall = Warehouse.objects.get(), factories.WarehouseFactory(code="H9")
        transfer = actions.draft_transfer(main, hall, {other.sku: 1}, actor=SYSTEM)
        count = actions.start_count(main, actor=SYSTEM)
    client = as_user(ann)
    for address in (f"transfers/{transfer.pk}/", f"counts/{count.pk}/", f"counts/{count.pk}/enter/"):
        assert client.get(f"{SHOP}{address}").status_code == 404
    assert client.post(f"{SHOP}transfers/{transfer.pk}/send/").status_code == 404
