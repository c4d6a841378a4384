from django.db import migrations

from core.namesearch import NameSearch, create_concurrently, drop_concurrently

TEXTS = NameSearch("notifications_notification", "text")


def make(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        create_concurrently(connection, TEXTS.indexes_for_postgresql())


def undo(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        drop_concurrently(connection, TEXTS.indexes_for_postgresql())
        return
    TEXTS.remove(connection)


class Migration(migrations.Migration):
    # CONCURRENTLY may not stand in a transaction. SQLite gets its part after every `migrate` (notifications/apps.py).
    # The extensions are there: the search over buyers made them.
    atomic = False
    dependencies = [("notifications", "0003_inbox_views"), ("ecommerce", "0013_search")]
    operations = [migrations.RunPython(make, undo, elidable=False)]
