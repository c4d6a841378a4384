from django.db import migrations

from core.namesearch import NameSearch, create_concurrently, drop_concurrently

SEARCHED = [
    NameSearch("ecommerce_order", "buyer_name", "buyer_phone"),
    NameSearch("ecommerce_customer", "name", "phone"),
]
INDEXES = {
    "order_number_begin": "ON ecommerce_order (merchant_id, upper(number) text_pattern_ops)",
    "order_email_begin": "ON ecommerce_order (merchant_id, upper(buyer_email) text_pattern_ops)",
    "order_line_sku": "ON ecommerce_orderline (merchant_id, upper(sku))",
    "customer_email_begin": "ON ecommerce_customer (merchant_id, upper(email) text_pattern_ops)",
    **{name: definition for one in SEARCHED for name, definition in one.indexes_for_postgresql().items()},
}


def make(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for extension in ("pg_trgm", "btree_gin"):
                cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
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
    dependencies = [("ecommerce", "0012_risks")]
    operations = [migrations.RunPython(make, undo, elidable=False)]
