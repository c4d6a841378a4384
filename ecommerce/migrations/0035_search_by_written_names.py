from django.db import migrations

from core.namesearch import NameSearch, create_concurrently, drop_concurrently

SEARCHED = [
    NameSearch("ecommerce_order", "buyer_name", "buyer_phone"),
    NameSearch("ecommerce_customer", "name", "phone"),
    NameSearch("ecommerce_product", "title"),
    NameSearch("ecommerce_product", "brand"),
    NameSearch("ecommerce_variant", "sku"),
]
# Those over names with every sign twice, which earlier migrations made where they ran before this one was written.
BEFORE = {
    name: rf"ON {table} USING gin (merchant_id, (regexp_replace(lower({column}), '(.)', '\1\1', 'g')) gin_trgm_ops)"
    for name, table, column in [
        ("ecommerce_order_name_trgm", "ecommerce_order", "buyer_name"),
        ("ecommerce_customer_name_trgm", "ecommerce_customer", "name"),
        ("ecommerce_product_title_trgm", "ecommerce_product", "title"),
        ("ecommerce_product_brand_trgm", "ecommerce_product", "brand"),
        ("ecommerce_variant_sku_trgm", "ecommerce_variant", "sku"),
    ]
}


def make(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        for one in SEARCHED:
            create_concurrently(connection, one.indexes_for_postgresql())
        drop_concurrently(connection, BEFORE)


def undo(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        create_concurrently(connection, BEFORE)


class Migration(migrations.Migration):
    # CONCURRENTLY may not stand in a transaction. SQLite gets its part after every `migrate` (ecommerce/apps.py).
    atomic = False
    dependencies = [("ecommerce", "0034_coupon_parts")]
    operations = [migrations.RunPython(make, undo, elidable=False)]
