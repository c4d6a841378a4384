"""The pages and addresses of lots: seen where they are kept, found by date, followed to the orders that got them."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.jobs.runner import sweep
from core.actors import SYSTEM
from core.tenancy import tenant
from ecommerce.inventory import actions
from ecommerce.inventory.actions import tell_expiring
from ecommerce.models import Lot, LotLevel, Receipt, StockRules, Warehouse
from ecommerce.purchasing.actions import receive_goods, set_price
from ecommerce.purchasing.rules import Came
from notifications.models import Notification
from tests import factories
from tests.api import program_of
from tests.ecommerce.lots_kit import cream, delivered, in_days, on_shelf
from tests.ecommerce.orders_kit import order_in, stocked
from tests.ecommerce.purchasing_kit import kiln, sent
from tests.queue import run_tasks

SHOP = "/m/luming/inventory/"


@pytest.fixture
def variant(scope):
    return cream()


@pytest.fixture
def full(variant):
    """Units of three lots: one has expired, one does so soon."""
    delivered(variant, 1, "OLD-1", -2)
    delivered(variant, 4, "SOON-1", 10)
    delivered(variant, 5, "LATE-1", 200)
    return variant


def exported(response):
    return b"".join(response.streaming_content).decode()


def test_a_product_is_switched_to_lots_on_its_page(as_user, ann, scope):
    tea = stocked(3, sku="TEA")
    client = as_user(ann)
    path = f"/m/luming/products/{tea.product_id}/edit/"
    form = client.get(path).context
    data = {
        "title": "Tea",
        "keeps_lots": "on",
        "variants-0-sku": "TEA",
        "variants-0-price": "9",
        "variants-0-pk": tea.pk,
    }
    rows = form["variants"]
    data |= {f"{rows.prefix}-TOTAL_FORMS": 1, f"{rows.prefix}-INITIAL_FORMS": 0}
    data |= {
        name.replace("variants", rows.prefix): value for name, value in data.items() if name.startswith("variants-")
    }

    before = client.get(f"{SHOP}{tea.pk}/").text
    client.post(path, data)

    tea.product.refresh_from_db()
    assert tea.product.keeps_lots
    assert "Put into a lot" in client.get(f"{SHOP}{tea.pk}/").text
    assert "Lots" not in before
    assert "inventory/lots/" not in client.get(SHOP).text


def test_the_stock_page_shows_the_lots_in_the_order_of_expiry(as_user, ben, full):
    page = as_user(ben).get(f"{SHOP}{full.pk}/").text

    assert page.index("OLD-1") < page.index("SOON-1") < page.index("LATE-1")
    assert "Expired" in page
    assert "10 days" in page
    assert "inventory/lots/" in as_user(ben).get(SHOP).text


def codes(response):
    return [row.lot.code for row in response.context["page"].rows]


def test_the_list_of_lots_is_filtered_and_exported(as_user, ann, full):
    client = as_user(ann)
    path = f"{SHOP}lots/"
    actions.adjust_stock(full, Warehouse.objects.get(), change=-1, reason="damage", actor=SYSTEM)

    assert codes(client.get(path)) == ["SOON-1", "LATE-1"]
    assert codes(client.get(f"{path}?tab=gone")) == ["OLD-1"]
    assert codes(client.get(f"{path}?tab=all&within=30")) == ["OLD-1", "SOON-1"]
    assert codes(client.get(f"{path}?tab=all&within=30&expired=no")) == ["SOON-1"]
    assert codes(client.get(f"{path}?tab=all&expired=yes")) == ["OLD-1"]
    assert codes(client.get(f"{path}?tab=all&q=late")) == ["LATE-1"]
    assert codes(client.get(f"{path}?tab=all&sort=-expires")) == ["LATE-1", "SOON-1", "OLD-1"]
    text = exported(client.get(f"{path}export.csv?expired=no"))
    assert [code in text for code in ("OLD-1", "SOON-1", "LATE-1", "Kiln", "P-1")] == [False, True, True, True, True]


def test_a_lot_leads_to_the_orders_that_got_it(as_user, ann, full):
    lot = Lot.objects.get(code="SOON-1")
    order = order_in("shipped", full, 2)
    other = order_in("shipped")
    client = as_user(ann)

    page = client.get(lot.get_absolute_url())
    orders = client.get(f"/m/luming/orders/of-lot/{lot.pk}/")

    assert f"/orders/of-lot/{lot.pk}/" in page.text
    assert "Shipped to customer" in page.text
    assert order.number in orders.text
    assert other.number not in orders.text
    assert [row.units for row in orders.context["page"].rows] == [2]
    text = exported(client.get(f"/m/luming/orders/of-lot/{lot.pk}/export.csv"))
    assert order.number in text
    assert "yuhan@example.com" in text
    assert client.get(f"/m/luming/orders/of-lot/{Lot.objects.get(code='LATE-1').pk}/").context["page"].rows == []


def test_the_page_of_an_order_names_the_lots_that_went_out(as_user, ann, full):
    lot = Lot.objects.get(code="SOON-1")
    order, plain = order_in("shipped", full, 2), order_in("shipped")
    client = as_user(ann)
    page = client.get(order.get_absolute_url()).text
    assert f'<a href="{lot.get_absolute_url()}">Lot SOON-1 × 2</a>' in page
    assert "Lot " not in client.get(plain.get_absolute_url()).text


def test_another_shop_finds_no_lot(as_user, cleo, shop, rival, full):
    lot = Lot.objects.get(code="SOON-1")
    client = as_user(cleo)
    for path in (f"lots/{lot.pk}/", f"lots/{lot.pk}/edit/", f"{full.pk}/lot/"):
        assert client.get(f"{SHOP}{path}").status_code == 404
        assert client.get(f"/m/{rival.slug}/inventory/{path}").status_code == 404
    assert client.get(f"/m/{rival.slug}/orders/of-lot/{lot.pk}/").status_code == 404
    assert program_of(rival).get("lots/").data["results"] == []


def test_an_expiry_date_is_corrected_and_units_are_put_into_a_lot(as_user, ann, full):
    client = as_user(ann)
    lot = Lot.objects.get(code="OLD-1")
    delivered(full, 6)
    place = Warehouse.objects.get().pk

    client.post(f"{SHOP}lots/{lot.pk}/edit/", {"expires_on": in_days(5).isoformat()})
    filled = {"warehouse": place, "units": "4", "lot": "NEW-1", "expires_on": ""}
    assert client.post(f"{SHOP}{full.pk}/lot/", filled).status_code == 302
    too_many = client.post(f"{SHOP}{full.pk}/lot/", filled)

    lot.refresh_from_db()
    assert lot.expires_on == in_days(5)
    assert (too_many.status_code, list(too_many.context["form"].errors)) == (422, ["units"])
    assert on_shelf(full) == {"OLD-1": 1, "SOON-1": 4, "LATE-1": 5, "NEW-1": 4, "": 2}


def test_a_write_off_may_name_the_lot(as_user, ann, full):
    late = Lot.objects.get(code="LATE-1")
    form = {"warehouse": Warehouse.objects.get().pk, "how": "change", "quantity": "-2", "reason": "damage"}
    client = as_user(ann)

    assert client.post(f"{SHOP}{full.pk}/adjust/", {**form, "lot": late.pk}).status_code == 302
    assert client.post(f"{SHOP}{full.pk}/adjust/", {**form, "lot": late.pk, "quantity": "-4"}).status_code == 422
    assert client.post(f"{SHOP}{full.pk}/adjust/", form).status_code == 302

    assert on_shelf(full) == {"SOON-1": 3, "LATE-1": 3}


@pytest.fixture
def order(variant):
    """24 of what is kept in lots and 10 of what is not, on their way."""
    supplier = kiln(sku="CREAM", name="Jing Kiln")
    set_price(supplier, factories.VariantFactory(sku="CUP"), price=Decimal(1), actor=SYSTEM)
    return sent(supplier, ("CREAM", 24), ("CUP", 10))


def test_a_delivery_asks_for_the_lot_where_lots_are_kept(as_user, ben, variant, order):
    client = as_user(ben)
    path = f"{order.get_absolute_url()}receive/"
    lines = {line.sku: line.pk for line in order.lines.all()}
    fields = client.get(path).context["form"].fields
    data = {
        "key": "k", "received_on": order.sent_on.isoformat(),
        f"accepted_{lines['CREAM']}": "20", f"damaged_{lines['CREAM']}": "4", f"accepted_{lines['CUP']}": "10",
    }  # fmt: skip

    without = client.post(path, data)
    again = client.post(path, {**data, f"lot_{lines['CREAM']}": "B-7", f"expires_on_{lines['CREAM']}": "2999-05-01"})

    assert f"expires_on_{lines['CREAM']}" in fields
    assert f"expires_on_{lines['CUP']}" not in fields
    assert (without.status_code, list(without.context["form"].errors)) == (422, [f"lot_{lines['CREAM']}"])
    assert "CREAM is kept in lots" in without.text
    assert again.status_code == 302
    assert on_shelf(variant) == {"B-7": 20}
    lot = Lot.objects.get()
    assert (lot.supplier, lot.reference, lot.received_on) == ("Jing Kiln", order.number, order.sent_on)


def test_a_wrong_expiry_date_is_shown_at_its_field(as_user, ben, variant, order):
    delivered(variant, 1, "B-7", 30)
    line = order.lines.get(sku="CREAM").pk
    data = {"key": "k", "received_on": order.sent_on.isoformat(), f"accepted_{line}": "2", f"lot_{line}": "B-7"}

    answer = as_user(ben).post(f"{order.get_absolute_url()}receive/", {**data, f"expires_on_{line}": "2999-05-01"})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [f"expires_on_{line}"])
    assert not Receipt.objects.exists()


def test_a_program_receives_lots_and_reads_them(shop, ann, variant, order):
    line = order.lines.get(sku="CREAM").pk
    program = program_of(shop)
    body = {"key": "scan-1", "lines": [{"id": line, "accepted": 20}]}

    refused = program.call("POST", f"purchase-orders/{order.pk}/receive/", body)
    body["lines"][0] |= {"lot": "B-7", "expires_on": in_days(9).isoformat()}
    first, again = (program.call("POST", f"purchase-orders/{order.pk}/receive/", body) for _ in range(2))
    near, far = program.get("lots/?within=10&sku=cream"), program.get("lots/?within=5")

    assert (refused.status_code, refused.data["error"]["code"]) == (422, "lot_missing")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.data["receipts"][0]["lines"][0]["expires_on"] == in_days(9).isoformat()
    (row,) = near.data["results"]
    assert (row["code"], row["sku"], row["units"], row["expires_on"]) == ("B-7", "CREAM", 20, in_days(9).isoformat())
    assert far.data["results"] == []
    with tenant(shop):
        assert LotLevel.objects.get().units == 20


def test_the_digest_of_a_delivery_without_a_date_is_what_it_was_before_there_were_any(order):
    line = order.lines.get(sku="CUP").pk
    receipt = receive_goods(order, {line: Came(2, 1, "A")}, key="k", actor=SYSTEM)

    said = [order.pk, [(line, {"accepted": 2, "damaged": 1, "lot": "A"})], "None", "", ""]
    assert receipt.digest == hashlib.sha256(json.dumps(said).encode()).hexdigest()


def test_each_lot_is_told_once_when_it_expires_within_the_shops_days(as_user, ann, full):
    client = as_user(ann)
    client.post(f"{SHOP}rules/", {"hold_minutes": "0", "dead_days": "90", "expiry_days": "5"})
    days = StockRules.objects.get().expiry_days

    told = [tell_expiring(in_days(0), actor=SYSTEM) for _ in range(2)]
    run_tasks()
    alone = Notification.objects.get(kind="lot-expiring", user=ann)
    later = tell_expiring(in_days(6), actor=SYSTEM)

    assert (days, told, later) == (5, [1, 0], 1)
    assert (alone.params["lot"], alone.params["expired"], alone.params["variant_id"]) == ("OLD-1", True, full.pk)


def test_many_lots_are_one_line_that_leads_to_the_list(ann, full):
    delivered(full, 1, "SOON-2", 12)

    assert tell_expiring(in_days(0), actor=SYSTEM) == 3
    run_tasks()

    row = Notification.objects.get(kind="lot-expiring", user=ann)
    assert (row.params["count"], row.params["lot"], row.params["days"]) == (3, "OLD-1", 30)
    assert "variant_id" not in row.params


def test_what_was_told_of_lots_is_settled_when_nothing_of_them_is_left(ann, full, time_machine):
    delivered(full, 1, "SOON-2", 12)
    tell_expiring(in_days(0), actor=SYSTEM)
    run_tasks()
    told = Notification.objects.filter(kind="lot-expiring", user=ann)
    place = Warehouse.objects.get()
    for code in ("OLD-1", "SOON-1"):
        lot = Lot.objects.get(code=code)
        units = lot.levels.get().units
        actions.adjust_stock(full, place, change=-units, reason="damage", lot=lot, actor=SYSTEM)
    run_tasks()
    assert told.get().state == "unread"
    last = Lot.objects.get(code="SOON-2")
    actions.adjust_stock(full, place, change=-1, reason="damage", lot=last, actor=SYSTEM)
    time_machine.move_to(timezone.now() + timedelta(minutes=1))
    sweep()
    run_tasks()
    assert told.get().state == "handled"
