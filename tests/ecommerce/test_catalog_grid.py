"""Many products in a grid: formulas, the preview, saving what can be saved, and putting it back."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from accounts.models import Activity
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.catalog import actions
from ecommerce.catalog.grid import COLUMNS, fill, number_in
from ecommerce.models import CategoryAttribute, GridEdit, PriceChange, Product, Variant
from tests import factories

GRID = "/m/luming/products/grid/"
PRICE = next(one for one in COLUMNS if one.name == "v.price")
TITLE = next(one for one in COLUMNS if one.name == "p.title")


@pytest.fixture
def gaiwan(scope):
    product = factories.ProductFactory(title="Travel gaiwan")
    return factories.VariantFactory(product=product, sku="TG-1", price=Decimal(168), cost=Decimal(70))


@pytest.fixture
def kettle(scope):
    product = factories.ProductFactory(title="Iron kettle")
    return factories.VariantFactory(product=product, sku="IK-1", price=Decimal(329))


def sent(do, changes=None, base=None, **cells):
    return {"do": do, "changes": json.dumps(changes or {}), "base": json.dumps(base or {}), "at": "1"} | cells


@pytest.mark.parametrize(
    ("how", "amount", "before", "after"),
    [
        ("percent", "5", "168.00", "176.40"),
        ("percent", "-10 %", "0.99", "0.89"),
        ("add", "-3", "168.00", "165.00"),
        ("ending", ".99", "12.40", "11.99"),
        ("ending", ".99", "12.60", "12.99"),
        ("ending", ".99", "0.20", "0.99"),
        ("set", "99", "168.00", "99"),
    ],
)
def test_a_formula_changes_a_column(how, amount, before, after):
    assert fill(PRICE, how, amount, {"v1.price": before}) == {"v1.price": after}


def test_arithmetic_leaves_empty_cells_and_refuses_words():
    assert fill(PRICE, "percent", "5", {"v1.price": "", "v2.price": "100"}) == {"v2.price": "105.00"}
    with pytest.raises(Refused):
        fill(TITLE, "percent", "5", {"p1.title": "Gaiwan"})
    with pytest.raises(Refused):
        fill(PRICE, "percent", "much", {"v1.price": "1"})
    assert number_in("¥1,299.00") == Decimal("1299.00")


def test_ticked_products_open_in_the_grid(as_user, ann, gaiwan, kettle):
    browser = as_user(ann)
    opened = browser.post(f"{GRID}open/", {"row": [gaiwan.product_id]})
    page = browser.get(opened["Location"])

    assert page.status_code == 200
    assert b"TG-1" in page.content
    assert b"IK-1" not in page.content
    assert b"IK-1" in browser.get(GRID + "?q=kettle").content


def test_the_formula_is_typed_for_the_person_and_nothing_is_saved(as_user, ann, gaiwan):
    fields = {"fill-column": "v.price", "fill-how": "percent", "fill-amount": "5"}
    page = as_user(ann).post(GRID, sent("fill", **fields))

    assert b'value="176.40"' in page.content
    gaiwan.refresh_from_db()
    assert gaiwan.price == 168


def test_the_preview_shows_old_and_new_the_mistakes_and_the_margin(as_user, ann, gaiwan, kettle):
    price, cost = f"v{gaiwan.pk}.price", f"v{kettle.pk}.weight_g"
    base = {price: "168.00", cost: ""}
    page = as_user(ann).post(GRID, sent("preview", base=base, **{price: "60", cost: "heavy"}))

    assert (page.context["good"], page.context["bad"], page.context["warned"]) == (1, 1, 1)
    assert "Below cost: every piece loses 10.00." in page.content.decode()
    assert "Enter a number" in page.content.decode()
    assert GridEdit.objects.count() == 0


def test_good_rows_are_saved_and_bad_ones_stay(as_user, ann, gaiwan, kettle):
    changes = {f"v{gaiwan.pk}.price": ["168.00", "179"], f"v{kettle.pk}.price": ["329.00", "-1"]}
    page = as_user(ann).post(GRID, sent("save", changes) | {"reason": "New season"})

    assert page.status_code == 422
    assert list(json.loads(page.context["changes"])) == [f"v{kettle.pk}.price"]
    assert list(Variant.objects.order_by("sku").values_list("price", flat=True)) == [329, 179]
    change = PriceChange.objects.get(variant=gaiwan)
    assert (change.price, change.old, change.source, change.reason) == (179, 168, "grid", "New season")
    assert change.actor_label == ann.actor.label
    assert GridEdit.objects.get().cells == [[f"v{gaiwan.pk}", "price", "168.00", "179.00"]]


def test_what_somebody_changed_meanwhile_is_shown_and_not_overwritten(as_user, ann, gaiwan):
    actions.change_price(gaiwan, price=Decimal(150), actor=ann.actor)
    changes = {f"v{gaiwan.pk}.price": ["168.00", "179"]}
    page = as_user(ann).post(GRID, sent("save", changes))

    assert "it is “150.00” by now" in page.content.decode()
    gaiwan.refresh_from_db()
    assert gaiwan.price == 150
    again = as_user(ann).post(GRID, sent("page-1", changes))
    assert again.context["overtaken"] == 1
    assert json.loads(again.context["changes"]) == {f"v{gaiwan.pk}.price": ["150.00", "179"]}


def test_a_batch_can_be_put_back_once_and_leaves_later_changes_alone(as_user, ann, gaiwan, kettle):
    saved = actions.save_cells(
        {
            f"v{gaiwan.pk}.price": ("168.00", "179.00"),
            f"p{gaiwan.product_id}.title": ("Travel gaiwan", "Gaiwan for the road"),
            f"v{kettle.pk}.price": ("329.00", "300.00"),
        },
        actor=ann.actor,
    )
    actions.change_price(kettle, price=Decimal(310), actor=ann.actor)
    page = as_user(ann).post(f"{GRID}{saved.edit.pk}/undo/", follow=True)

    assert page.status_code == 200
    gaiwan.refresh_from_db()
    kettle.refresh_from_db()
    assert (gaiwan.price, kettle.price) == (168, 310)
    assert Product.objects.get(pk=gaiwan.product_id).title == "Travel gaiwan"
    with pytest.raises(Refused) as refusal:
        actions.undo_cells(saved.edit, actor=ann.actor)
    assert refusal.value.code == "undone"
    kinds = set(Activity.objects.values_list("kind", flat=True))
    assert {"catalog.grid_saved", "catalog.grid_undone", "catalog.price_changed"} <= kinds


def test_attributes_of_the_category_are_columns(as_user, ann, gaiwan):
    CategoryAttribute.objects.create(category=gaiwan.product.category, code="material", name="Material")
    page = as_user(ann).get(GRID)
    assert b"Material" in page.content

    actions.save_cells({f"p{gaiwan.product_id}.attr-material": ("", "Porcelain")}, actor=ann.actor)
    assert Product.objects.get(pk=gaiwan.product_id).attributes == {"material": "Porcelain"}


def test_rows_of_another_shop_and_unknown_cells_are_left_out(ann, gaiwan, rival):
    with tenant(rival):
        foreign = factories.VariantFactory(sku="F-1", price=Decimal(5))
    changes = {f"v{foreign.pk}.price": ("5.00", "6.00"), "v1.merchant": ("1", "2"), "x": ("", "1")}
    saved = actions.save_cells(changes, actor=ann.actor)

    assert saved.edit is None
    with tenant(rival):
        assert Variant.objects.get(pk=foreign.pk).price == 5


def test_who_may_not_edit_sees_no_grid(as_user, ben, gaiwan):
    assert as_user(ben).get(GRID).status_code == 403
