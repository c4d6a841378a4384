"""The stock pages: figures, ledger, adjusting, warehouses."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from core.actors import SYSTEM
from core.tenancy import tenant
from ecommerce.inventory import actions
from ecommerce.models import StockLevel, StockMove, Warehouse
from tests import factories

LIST = "/m/luming/inventory/"


@pytest.fixture
def variants(scope):
    """One that runs low, one sold out, one nobody counted, one that lies."""
    category = factories.CategoryFactory()
    found = {
        sku: factories.VariantFactory(sku=sku, product=factories.ProductFactory(title=title, category=category))
        for sku, title in [("LOW", "Gaiwan"), ("OUT", "Kettle"), ("NEW", "Towel"), ("LIE", "Tray")]
    }
    for sku, units in [("LOW", 58), ("OUT", 0), ("LIE", 40)]:
        actions.set_opening_stock(found[sku], units, actor=SYSTEM)
    actions.ship(found["LOW"], 56, reserved=0, reference="10001", actor=SYSTEM)
    return found


def skus(response):
    return [variant.sku for variant in response.context["page"].rows]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["LIE", "LOW", "NEW", "OUT"]),
        ("?tab=low", ["LOW"]),
        ("?tab=sold-out", ["OUT"]),
        ("?tab=uncounted", ["NEW"]),
        ("?q=kett", ["OUT"]),
        ("?q=lo", ["LOW"]),
        ("?sort=cover", ["LOW", "OUT", "NEW", "LIE"]),
        ("?sort=-available", ["LIE", "LOW", "OUT", "NEW"]),
        ("?category=teaware&sort=sku", ["LIE", "LOW", "NEW", "OUT"]),
        ("?warehouse=999", ["LIE", "LOW", "NEW", "OUT"]),
    ],
)
def test_the_list_shows_what_is_asked_for(as_user, ann, variants, rival, query, found):
    with tenant(rival):
        actions.set_opening_stock(factories.VariantFactory(sku="FOREIGN"), 9, actor=SYSTEM)

    response = as_user(ann).get(LIST + query)

    assert response.status_code == 200
    assert sorted(skus(response)) == sorted(found)
    if "sort" in query:
        assert skus(response)[:1] == found[:1]


def test_cover_is_in_days_at_the_pace_of_28(as_user, ann, variants):
    row = next(row for row in as_user(ann).get(LIST).context["page"].rows if row.sku == "LOW")

    assert (row.on_hand, row.available, row.sold, row.cover) == (2, 2, 56, 1.0)


def test_old_sales_do_not_count(as_user, ann, variants):
    place = actions.default_warehouse()
    StockMove.objects.create(
        warehouse=place, variant=variants["LIE"], quantity=-9, reason="sale", at=timezone.now() - timedelta(days=29)
    )

    row = next(row for row in as_user(ann).get(LIST).context["page"].rows if row.sku == "LIE")

    assert row.sold == 0


def test_a_warehouse_narrows_the_figures(as_user, ann, variants):
    ningbo = factories.WarehouseFactory(name="Ningbo")
    actions.adjust_stock(variants["LIE"], ningbo, counted=7, actor=SYSTEM)

    page = as_user(ann).get(f"{LIST}?warehouse={ningbo.pk}").context["page"]

    assert [(row.sku, row.on_hand) for row in page.rows] == [("LIE", 7)]
    assert [chip["value"] for chip in page.chips] == ["Ningbo"]


def test_the_detail_page_shows_places_and_ledger(as_user, ann, variants):
    response = as_user(ann).get(f"{LIST}{variants['LOW'].pk}/")

    assert [(move.quantity, move.reference) for move in response.context["page"].rows] == [(-56, "10001"), (58, "")]
    assert "Shipped to customer" in response.text


def test_a_count_is_saved(as_user, ben, variants):
    place = actions.default_warehouse()

    response = as_user(ben).post(
        f"{LIST}{variants['LIE'].pk}/adjust/",
        {"warehouse": place.pk, "how": "counted", "quantity": "38", "reason": "damage", "note": "Broken"},
    )

    assert response.status_code == 302
    move = StockMove.objects.first()
    assert (move.quantity, move.reason, move.note, move.actor_label) == (-2, "damage", "Broken", "Ben")


def test_the_first_count_of_a_shop_makes_its_warehouse(as_user, ann, scope):
    variant = factories.VariantFactory()
    path = f"{LIST}{variant.pk}/adjust/"
    client = as_user(ann)

    assert client.get(path).status_code == 200
    client.post(path, {"how": "counted", "quantity": "3", "reason": "adjustment"})

    assert StockLevel.objects.get().warehouse == Warehouse.objects.get(is_default=True)


@pytest.mark.parametrize(
    ("how", "quantity", "sentence"),
    [
        ("change", "-41", "Only 40 units are there"),
        ("change", "0", "nothing changes"),
        ("counted", "-1", "between 0 and"),
        ("counted", "NaN", "whole number"),
        ("counted", "1e9", "whole number"),
        ("counted", "99999999999999999999", "less than or equal to"),
        ("guessed", "4", "not one of the available choices"),
    ],
)
def test_a_wrong_count_gets_a_sentence(as_user, ann, variants, how, quantity, sentence):
    data = {
        "warehouse": actions.default_warehouse().pk,
        "how": how,
        "quantity": quantity,
        "reason": "adjustment",
    }

    response = as_user(ann).post(f"{LIST}{variants['LIE'].pk}/adjust/", data)

    assert response.status_code == 422
    assert sentence in response.text
    assert StockLevel.objects.get(variant=variants["LIE"]).on_hand == 40


def test_another_merchants_stock_is_not_there(as_user, ann, variants, rival):
    with tenant(rival):
        foreign = factories.VariantFactory()
        place = actions.default_warehouse()
    client = as_user(ann)
    data = {"warehouse": place.pk, "how": "counted", "quantity": "1", "reason": "adjustment"}

    assert client.get(f"{LIST}{foreign.pk}/").status_code == 404
    assert client.get(f"{LIST}product/{foreign.product_id}/").status_code == 404
    assert client.get(f"{LIST}warehouses/{place.pk}/").status_code == 404
    assert client.post(f"{LIST}{foreign.pk}/adjust/", data).status_code == 404
    assert client.post(f"{LIST}{variants['LIE'].pk}/adjust/", data).status_code == 422


def test_who_may_only_look_cannot_adjust(as_user, ben, variants, shop):
    client = as_user(ben)

    assert client.get(f"{LIST}export.csv").status_code == 403
    assert client.get(f"{LIST}warehouses/new/").status_code == 403
    assert "Add warehouse" not in client.get(f"{LIST}warehouses/").text


def test_exports_have_the_rows_of_the_view(as_user, ann, variants):
    client = as_user(ann)

    stock = list(csv.reader(io.StringIO(client.get(f"{LIST}export.csv").getvalue().decode("utf-8-sig"))))
    ledger = client.get(f"{LIST}{variants['LOW'].pk}/export.csv?reason=sale").getvalue().decode("utf-8-sig")

    assert [row[0] for row in stock] == ["SKU", "LIE", "LOW", "NEW", "OUT"]
    assert stock[2][4:] == ["2", "0", "2", "56", "1.0", "", ""]
    assert stock[3][4:] == ["", "", "", "0", "", "", ""]
    assert [row[3] for row in csv.reader(io.StringIO(ledger))] == ["Quantity", "-56"]


def test_the_panel_of_a_product_is_a_part_or_a_page(as_user, ann, variants):
    client = as_user(ann)
    path = f"{LIST}product/{variants['LOW'].product_id}/"

    part = client.get(path, headers={"HX-Request": "true", "HX-Target": "product-stock"})

    assert part.text.strip().startswith("<section")
    assert "<h1>" in client.get(path).text


def test_warehouses_are_added_and_one_is_the_default(as_user, ann, scope):
    client = as_user(ann)
    main = actions.default_warehouse()

    client.post(f"{LIST}warehouses/new/", {"name": "Ningbo", "code": "nb", "city": "Ningbo", "is_default": "on"})
    taken = client.post(f"{LIST}warehouses/new/", {"name": "Other", "code": "NB"})
    none_left = client.post(
        f"{LIST}warehouses/{Warehouse.objects.get(code='NB').pk}/", {"name": "Ningbo", "code": "NB"}
    )

    assert dict(Warehouse.objects.values_list("code", "is_default")) == {"NB": True, main.code: False}
    assert (taken.status_code, "Another warehouse has the code NB" in taken.text) == (422, True)
    assert none_left.status_code == 422


def test_check_stock_finds_what_does_not_add_up(variants, capsys):
    call_command("check_stock")
    StockLevel.objects.filter(variant=variants["LIE"]).update(on_hand=41, reserved=1)

    with pytest.raises(CommandError, match=r"2 differences"):
        call_command("check_stock")
