"""Finding a product by what people type: what is found, what is not, and that an index finds it."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from core.tenancy import tenant
from ecommerce.catalog.queries import found_products, product_list
from ecommerce.models import Category, Product, Variant
from ecommerce.search import ensure
from tests import factories


def found(words: str) -> set[str]:
    return set(product_list().filter(found_products(words)).values_list("title", flat=True))


@pytest.fixture
def three(scope):
    for title, brand, sku, barcode in (
        ("手工青瓷盖碗", "龙泉窑", "GW-100", "6901234567892"),
        ("Gaiwan 100% hand-made", "Longquan_Kiln", "gw-200", ""),
        ("茶", "", "TEA", "690"),
    ):
        product = factories.ProductFactory(title=title, brand=brand)
        factories.VariantFactory(product=product, sku=sku, barcode=barcode)


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("青瓷", {"手工青瓷盖碗"}),
        ("瓷青", set()),
        ("茶", {"茶"}),
        ("碗", {"手工青瓷盖碗"}),  # a single sign, in the middle too
        ("龙泉", {"手工青瓷盖碗"}),
        ("GAIWAN", {"Gaiwan 100% hand-made"}),
        ("wan 100%", {"Gaiwan 100% hand-made"}),
        ("0%m", set()),
        ("n_k", {"Gaiwan 100% hand-made"}),
        ("gw-", {"手工青瓷盖碗", "Gaiwan 100% hand-made"}),
        ("w-2", {"Gaiwan 100% hand-made"}),
        ("6901234567892", {"手工青瓷盖碗"}),
        ("690", {"茶"}),  # a barcode is found whole
        ("^g", set()),
    ],
)
def test_products_are_found_by_title_brand_sku_and_barcode(three, words, titles):
    assert found(words) == titles


def test_another_shops_products_are_not_found(three, rival):
    with tenant(rival):
        factories.VariantFactory(product=factories.ProductFactory(title="青瓷 of theirs"), sku="GW-900")
        assert found("青瓷") == found("gw-9") == {"青瓷 of theirs"}
    assert found("青瓷") == {"手工青瓷盖碗"}


def test_what_is_renamed_or_deleted_is_found_as_it_is_now(three):
    product = Product.objects.get(title="茶")
    product.title = "红茶"
    product.save()
    Variant.objects.filter(sku="TEA").update(sku="RED-1")
    assert found("红茶") == found("red-") == {"红茶"}
    assert found("tea") == set()


WAYS = {
    "青瓷": "ecommerce_product_title_part",
    "龙泉": "ecommerce_product_brand_part",
    "w-20": "ecommerce_variant_sku_part",
    "6901234567892": "variant_barcode",
}


@pytest.mark.parametrize(("words", "index"), WAYS.items())
def test_every_way_has_its_index_on_postgresql(three, words, index):
    if connection.vendor != "postgresql":
        pytest.skip("plans of PostgreSQL")
    category = Category.objects.first()
    many = Product.objects.bulk_create(
        Product(title=f"Cup {place:x}", brand=f"Kiln {place % 90}", category=category) for place in range(5000)
    )
    Variant.objects.bulk_create(
        Variant(product=product, sku=f"K{place}", barcode=f"b{place}", price=1) for place, product in enumerate(many)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        for name in list(WAYS.values())[:3]:
            cursor.execute("SELECT gin_clean_pending_list(%s)", [name])  # as autovacuum does
        cursor.execute("ANALYZE")
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = product_list().filter(found_products(words)).order_by("-created_at", "-pk")[:26].explain()
    assert index in plan
    assert "Seq Scan on ecommerce_product " not in plan


def test_sqlite_finds_by_key_what_its_indexes_name(three):
    if connection.vendor != "sqlite":
        pytest.skip("plans of SQLite")
    for words in WAYS:
        plan = Product.objects.all().filter(found_products(words)).order_by("-created_at", "-pk")[:26].explain()
        assert "SCAN ecommerce_product\n" not in plan, plan
        assert "SCAN ecommerce_variant\n" not in plan, plan


def test_a_search_that_lost_its_triggers_is_made_again(three):
    if connection.vendor != "sqlite":
        pytest.skip("SQLite alone keeps its search in triggers")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER ecommerce_product_title_parts_on_insert")
    factories.ProductFactory(title="白瓷杯")
    ensure(connection)
    assert found("白瓷") == {"白瓷杯"}
