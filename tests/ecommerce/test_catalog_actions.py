"""Products, variants, prices and categories change through actions, which say what changed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import call_command

from accounts.models import Activity
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.catalog import actions
from ecommerce.catalog.actions import VariantData
from ecommerce.models import Category, PriceChange, Product, Variant
from tests import factories


@pytest.fixture
def product(scope, ann):
    return actions.create_product(
        title="Travel gaiwan",
        category=factories.CategoryFactory(),
        variants=[
            VariantData(sku="TG-1", price=Decimal("168")),
            VariantData(sku="TG-2", price=Decimal("188"), title="Celadon"),
        ],
        actor=ann.actor,
    )


def facts():
    return list(Activity.objects.order_by("pk").values_list("kind", flat=True))


def test_a_product_starts_as_a_draft_with_a_price_history(product):
    assert product.state == "draft"
    assert list(Variant.objects.values_list("sku", "price")) == [("TG-1", Decimal("168.00")), ("TG-2", Decimal("188"))]
    assert sorted(PriceChange.objects.values_list("price", flat=True)) == [Decimal("168.00"), Decimal("188.00")]
    assert facts() == ["catalog.product_created"]


@pytest.mark.parametrize(
    ("variants", "code"),
    [
        ([], "no_variant"),
        ([VariantData(sku="tg-1", price=Decimal(1))], "sku_taken"),
        ([VariantData(sku="N", price=Decimal(1)), VariantData(sku="n", price=Decimal(1))], "sku_taken"),
        ([VariantData(sku="N", price=Decimal("NaN"))], "price_no_number"),
        ([VariantData(sku="N🍵", price=Decimal(1))], "sku_picture"),
        ([VariantData(sku=f"N{n}", price=Decimal(1)) for n in range(101)], "too_many_variants"),
    ],
)
def test_a_product_that_cannot_be_leaves_nothing_behind(product, ann, variants, code):
    with pytest.raises(Refused) as refusal:
        actions.create_product(title="Another", variants=variants, actor=ann.actor)

    assert refusal.value.code == code
    assert (Product.objects.count(), Variant.objects.count(), PriceChange.objects.count()) == (1, 2, 2)
    assert facts() == ["catalog.product_created"]


def test_another_shop_may_use_the_same_sku(product, rival, cleo):
    with tenant(rival):
        actions.create_product(title="Bowl", variants=[VariantData(sku="TG-1", price=Decimal(9))], actor=cleo.actor)

        assert Variant.objects.get().sku == "TG-1"


def test_changes_are_told_with_old_and_new_values(product, ann):
    variant = Variant.objects.get(sku="TG-1")

    actions.change_product(
        product,
        title="Travel gaiwan set",
        brand="Luming",
        variants=[
            VariantData(pk=variant.pk, sku="TG-1A", price=Decimal(168), barcode="690123"),
            VariantData(sku="TG-3", price=Decimal(99)),
        ],
        actor=ann.actor,
    )

    assert Activity.objects.get(kind="catalog.product_changed").changes == {
        "title": ["Travel gaiwan", "Travel gaiwan set"],
        "brand": ["", "Luming"],
        "TG-1A.sku": ["TG-1", "TG-1A"],
        "TG-1A.barcode": ["", "690123"],
        "TG-3": [None, "99.00"],
    }
    assert list(Variant.objects.values_list("sku", flat=True)) == ["TG-1A", "TG-2", "TG-3"]


def test_a_change_of_nothing_is_not_told(product, ann):
    actions.change_product(product, title="Travel gaiwan", actor=ann.actor)

    assert facts() == ["catalog.product_created"]


def test_a_variant_of_another_product_is_refused(product, ann):
    other = factories.VariantFactory()

    with pytest.raises(Refused) as refusal:
        actions.change_product(product, variants=[VariantData(pk=other.pk, sku="X", price=Decimal(1))], actor=ann.actor)

    assert refusal.value.code == "unknown_variant"


def test_a_price_change_keeps_its_history(product, ann):
    variant = Variant.objects.get(sku="TG-1")

    actions.change_price(variant, price=Decimal("151.20"), reason="Autumn sale", actor=ann.actor)

    variant.refresh_from_db()
    assert variant.price == Decimal("151.20")
    newest = PriceChange.objects.filter(variant=variant).first()
    assert (newest.price, newest.reason) == (Decimal("151.20"), "Autumn sale")
    fact = Activity.objects.get(kind="catalog.price_changed")
    assert fact.payload == {"variant_id": variant.pk, "product_id": product.pk, "old": "168.00", "new": "151.20"}


def test_the_same_price_is_no_change(product, ann):
    variant = Variant.objects.get(sku="TG-1")

    with pytest.raises(Refused) as refusal:
        actions.change_price(variant, price=Decimal("168.000"), actor=ann.actor)

    assert refusal.value.code == "no_change"
    assert PriceChange.objects.filter(variant=variant).count() == 1


def test_a_ready_product_goes_through_its_life(product, ann):
    for state in ("live", "ageing", "live", "retired", "draft", "live"):
        actions.change_state(product, to=state, actor=ann.actor)

    assert Product.objects.get().state == "live"
    assert facts().count("catalog.product_state_changed") == 6


@pytest.mark.parametrize(("start", "to"), [("draft", "ageing"), ("retired", "ageing"), ("live", "live"), ("live", "x")])
def test_a_step_that_is_not_listed_is_refused(product, ann, start, to):
    Product.objects.update(state=start)
    product.refresh_from_db()

    with pytest.raises(Refused):
        actions.change_state(product, to=to, actor=ann.actor)

    assert Product.objects.get().state == start


@pytest.mark.parametrize("lack", ["category", "variant"])
def test_an_unready_product_does_not_go_live(product, ann, lack):
    if lack == "category":
        Product.objects.update(category=None)
    else:
        Variant.objects.update(is_active=False)

    with pytest.raises(Refused) as refusal:
        actions.change_state(product, to="live", actor=ann.actor)

    assert refusal.value.code == f"no_{lack}"
    assert Product.objects.get().state == "draft"


def test_a_copy_has_free_skus(product, ann):
    first = actions.duplicate_product(product, actor=ann.actor)
    second = actions.duplicate_product(product, actor=ann.actor)

    assert sorted(first.variants.values_list("sku", flat=True)) == ["TG-1-2", "TG-2-2"]
    assert sorted(second.variants.values_list("sku", flat=True)) == ["TG-1-3", "TG-2-3"]


def test_the_tree_is_loaded_once_and_keeps_names(db):
    call_command("load_categories", verbosity=0)
    count = Category.objects.count()
    Category.objects.filter(code="teaware").update(name="Tea things")

    call_command("load_categories", verbosity=0)

    assert Category.objects.count() == count >= 40
    assert Category.objects.get(code="teaware").name == "Tea things"
    assert Category.objects.get(code="gaiwans").path == "home-kitchen/teaware/gaiwans"
    assert not Category.objects.filter(name_zh="").exists()


def test_a_moved_category_takes_what_lies_below_along(db):
    call_command("load_categories", verbosity=0)
    teaware = Category.objects.get(code="teaware")
    teaware.parent = Category.objects.get(code="food")

    actions.save_category(teaware)

    assert Category.objects.get(code="gaiwans").path == "food/teaware/gaiwans"


def test_a_category_does_not_lie_below_itself(db):
    call_command("load_categories", verbosity=0)
    teaware = Category.objects.get(code="teaware")
    teaware.parent = Category.objects.get(code="gaiwans")

    with pytest.raises(Refused) as refusal:
        actions.save_category(teaware)

    assert refusal.value.code == "own_parent"
