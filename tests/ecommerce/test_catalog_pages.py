"""The product pages: what is shown, to whom, and what a form refuses."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from accounts.models import Activity
from core.tenancy import tenant
from ecommerce.inventory.actions import set_opening_stock
from ecommerce.models import PriceChange, Product, Variant
from tests import factories

LIST = "/m/luming/products/"


@pytest.fixture
def gaiwan(scope):
    tea = factories.CategoryFactory()
    product = factories.ProductFactory(title="Travel gaiwan", brand="Luming", category=tea)
    factories.VariantFactory(product=product, sku="TG-1", price=Decimal(168), barcode="6901234")
    return product


@pytest.fixture
def kettle(scope):
    food = factories.CategoryFactory(code="food", name="Food", name_zh="食品")
    product = factories.ProductFactory(title="Iron kettle", state="draft", category=food)
    factories.VariantFactory(product=product, sku="IK-1", price=Decimal(329))
    return product


def titles(response):
    return [product.title for product in response.context["page"].rows]


def posted(*variants, **fields):
    data = {"title": "New pot", "category": "", "brand": "", "description": ""} | fields
    data |= {"variants-TOTAL_FORMS": str(len(variants)), "variants-INITIAL_FORMS": "0"}
    for position, variant in enumerate(variants):
        data |= {f"variants-{position}-{name}": value for name, value in variant.items()}
    return data


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Iron kettle", "Travel gaiwan"]),
        ("?tab=live", ["Travel gaiwan"]),
        ("?tab=drafts", ["Iron kettle"]),
        ("?tab=retired", []),
        ("?tab=sold-out", []),
        ("?sort=title", ["Iron kettle", "Travel gaiwan"]),
        ("?sort=price", ["Travel gaiwan", "Iron kettle"]),
        ("?q=gaiw", ["Travel gaiwan"]),
        ("?q=tg-1", ["Travel gaiwan"]),
        ("?q=6901234", ["Travel gaiwan"]),
        ("?q=69012", []),
        ("?category=teaware", ["Travel gaiwan"]),
        ("?brand=luming", ["Travel gaiwan"]),
        ("?state=draft", ["Iron kettle"]),
        ("?price_min=200", ["Iron kettle"]),
        ("?price_max=200", ["Travel gaiwan"]),
        ("?price_min=NaN", ["Iron kettle", "Travel gaiwan"]),
        ("?category=nowhere&sort=-nothing&after=x&size=7", ["Iron kettle", "Travel gaiwan"]),
    ],
)
def test_the_list_shows_what_is_asked_for(as_user, ann, gaiwan, kettle, rival, query, found):
    with tenant(rival):
        factories.VariantFactory(product=factories.ProductFactory(title="Foreign gaiwan"), sku="TG-1")

    response = as_user(ann).get(LIST + query)

    assert response.status_code == 200
    assert titles(response) == found


def test_sold_out_products_have_a_tab(as_user, ann, gaiwan, kettle):
    set_opening_stock(gaiwan.variants.get(), 0, actor=ann.actor)

    assert titles(as_user(ann).get(f"{LIST}?tab=sold-out")) == ["Travel gaiwan"]


def test_the_export_has_the_rows_of_the_view(as_user, ann, gaiwan, kettle):
    kettle.title = "=cmd()"
    kettle.save()

    response = as_user(ann).get(f"{LIST}export.csv?tab=drafts")

    rows = list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["Product", "'=cmd()"]
    assert rows[1][4:8] == ["IK-1", "", "", "329.00"]


def test_the_detail_page_shows_variants_and_prices(as_user, ann, gaiwan):
    PriceChange.objects.create(variant=gaiwan.variants.get(), price=Decimal("151.20"), reason="618")

    text = as_user(ann).get(f"{LIST}{gaiwan.pk}/").text

    for words in ("Travel gaiwan", "TG-1", "168.00", "151.20", "618", "Mark as ageing"):
        assert words in text


def test_who_may_not_edit_sees_no_buttons(as_user, ben, gaiwan):
    client = as_user(ben)

    text = client.get(f"{LIST}{gaiwan.pk}/").text

    assert "Change price" not in text
    assert "/edit/" not in text
    assert client.get(f"{LIST}{gaiwan.pk}/edit/").status_code == 403
    assert client.post(f"{LIST}{gaiwan.pk}/state/", {"to": "retired"}).status_code == 403
    assert client.get(f"{LIST}export.csv").status_code == 403
    assert Product.objects.get().state == "live"


def test_another_merchants_product_is_not_there(as_user, ann, gaiwan, rival):
    with tenant(rival):
        variant = factories.VariantFactory()
    client = as_user(ann)

    for path in ("", "edit/"):
        assert client.get(f"{LIST}{variant.product_id}/{path}").status_code == 404
    for path in ("state/", "duplicate/"):
        assert client.post(f"{LIST}{variant.product_id}/{path}", {"to": "retired"}).status_code == 404
    assert client.get(f"{LIST}variants/{variant.pk}/price/").status_code == 404
    assert client.get(f"/m/qingyun/products/{variant.product_id}/").status_code == 404


def test_a_new_product_is_saved_as_a_draft(as_user, ann, scope):
    response = as_user(ann).post(
        f"{LIST}new/",
        posted({"sku": "ＮＰ－1", "price": "99.5", "is_active": "on"}, {"sku": "NP-2", "price": "120"}),
    )

    product = Product.objects.get()
    assert response.headers["Location"] == f"{LIST}{product.pk}/"
    assert list(Variant.objects.values_list("sku", "price", "is_active")) == [
        ("NP-1", Decimal("99.50"), True),
        ("NP-2", Decimal("120.00"), False),
    ]


@pytest.mark.parametrize(
    ("variant", "sentence"),
    [
        ({"sku": "TEA-🍵", "price": "9"}, "cannot stand in a SKU"),
        ({"sku": "A\x07", "price": "9"}, "invisible character"),
        ({"sku": "tg-1", "price": "9"}, "in use already"),
        ({"sku": "", "price": "9"}, "required"),
        ({"sku": "N", "price": "NaN"}, "Enter the price as a number"),
        ({"sku": "N", "price": "nine"}, "Enter the price as a number"),
        ({"sku": "N", "price": "-1"}, "above zero"),
        ({"sku": "N", "price": "0"}, "above zero"),
        ({"sku": "N", "price": "1e30"}, "at most 999,999,999.99"),
        ({"sku": "N", "price": "9", "weight_g": "-4"}, "greater than or equal to 0"),
    ],
)
def test_bad_input_gets_a_sentence_and_saves_nothing(as_user, ann, gaiwan, variant, sentence):
    response = as_user(ann).post(f"{LIST}new/", posted(variant))

    assert response.status_code == 422
    assert sentence in response.text
    assert Product.objects.count() == 1


def test_two_rows_with_one_sku_are_marked(as_user, ann, scope):
    response = as_user(ann).post(f"{LIST}new/", posted({"sku": "A", "price": "9"}, {"sku": "a", "price": "9"}))

    assert response.status_code == 422
    assert "in use already" in response.text


def test_a_damaged_formset_is_refused(as_user, ann, scope):
    response = as_user(ann).post(f"{LIST}new/", {"title": "Pot"})

    assert response.status_code == 422
    assert not Product.objects.exists()


def test_another_row_keeps_what_was_typed(as_user, ann, scope):
    data = posted({"sku": "A-1", "price": "nine"}, title="Pot") | {"more": "1"}

    response = as_user(ann).post(f"{LIST}new/", data)

    assert response.status_code == 200
    assert 'value="A-1"' in response.text
    assert 'name="variants-1-sku"' in response.text
    assert 'value="Pot"' in response.text
    assert not Product.objects.exists()


def test_editing_changes_what_was_changed(as_user, ann, gaiwan):
    variant = gaiwan.variants.get()
    client = as_user(ann)
    assert 'value="168.00"' in client.get(f"{LIST}{gaiwan.pk}/edit/").text
    data = posted(
        {"pk": variant.pk, "sku": "TG-1", "price": "151.20", "is_active": "on", "barcode": "6901234"},
        title="Travel gaiwan set",
        brand="Luming",
        category=gaiwan.category_id,
    ) | {"variants-INITIAL_FORMS": "1"}

    client.post(f"{LIST}{gaiwan.pk}/edit/", data)

    gaiwan.refresh_from_db()
    assert (gaiwan.title, gaiwan.variants.get().price) == ("Travel gaiwan set", Decimal("151.20"))
    assert set(Activity.objects.values_list("kind", flat=True)) == {"catalog.product_changed", "catalog.price_changed"}


def test_a_state_is_changed_and_a_wrong_one_refused(as_user, ann, gaiwan, kettle):
    client = as_user(ann)

    client.post(f"{LIST}{gaiwan.pk}/state/", {"to": "retired"})
    refused = client.post(f"{LIST}{kettle.pk}/state/", {"to": "ageing"})
    nonsense = client.post(f"{LIST}{kettle.pk}/state/", {"to": "sold"})

    assert (refused.status_code, nonsense.status_code) == (422, 422)
    assert "cannot become" in refused.text
    assert dict(Product.objects.values_list("title", "state")) == {"Travel gaiwan": "retired", "Iron kettle": "draft"}


def test_a_price_is_changed_on_its_page(as_user, ann, gaiwan):
    variant = gaiwan.variants.get()
    client = as_user(ann)

    same = client.post(f"{LIST}variants/{variant.pk}/price/", {"price": "168"})
    client.post(f"{LIST}variants/{variant.pk}/price/", {"price": "151.20", "reason": "618"})

    assert (same.status_code, "already 168.00" in same.text) == (422, True)
    assert list(PriceChange.objects.values_list("price", "reason")) == [(Decimal("151.20"), "618")]


def test_a_copy_opens_for_editing(as_user, ann, gaiwan):
    response = as_user(ann).post(f"{LIST}{gaiwan.pk}/duplicate/")

    copy = Product.objects.get(state="draft")
    assert response.headers["Location"] == f"{LIST}{copy.pk}/edit/"


def test_the_page_is_chinese_for_who_reads_chinese(as_user, ann, gaiwan):
    ann.language = "zh-hans"
    ann.save()

    text = as_user(ann).get(LIST).text

    for words in ("商品", "茶具", "新增商品", "可用"):
        assert words in text
