from django.db import migrations

from core.namesearch import NameSearch, create_concurrently, drop_concurrently

TEXTS = NameSearch("notifications_notification", "text")
# That over texts with every sign twice, which 0004 made where it ran before this one was written.
BEFORE = {
    "notifications_notification_text_trgm": "ON notifications_notification USING gin"
    r" (merchant_id, (regexp_replace(lower(text), '(.)', '\1\1', 'g')) gin_trgm_ops)"
}


def make(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        create_concurrently(connection, TEXTS.indexes_for_postgresql())
        drop_concurrently(connection, BEFORE)


def undo(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        create_concurrently(connection, BEFORE)


class Migration(migrations.Migration):
    # CONCURRENTLY may not stand in a transaction. SQLite gets its part after every `migrate` (notifications/apps.py).
    atomic = False
    dependencies = [("notifications", "0024_letters_without_order")]
    operations = [migrations.RunPython(make, undo, elidable=False)]
