from django.db import migrations

from core.namesearch import NameSearch, create_concurrently, drop_concurrently

SEARCHED = [
    NameSearch("ecommerce_product", "title"),
    NameSearch("ecommerce_product", "brand"),
    NameSearch("ecommerce_variant", "sku"),
]
INDEXES = {
    "variant_barcode": "ON ecommerce_variant (merchant_id, barcode) WHERE NOT (barcode = '')",
    **{name: definition for one in SEARCHED for name, definition in one.indexes_for_postgresql().items()},
}


def make(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        create_concurrently(connection, INDEXES)


def undo(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        drop_concurrently(connection, INDEXES)
        return
    for one in SEARCHED:
        one.remove(connection)


class Migration(migrations.Migration):
    # CONCURRENTLY may not stand in a transaction. SQLite gets its part after every `migrate` (ecommerce/apps.py).
    atomic = False
    dependencies = [("ecommerce", "0028_serving_warehouses")]
    operations = [migrations.RunPython(make, undo, elidable=False)]
