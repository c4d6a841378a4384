from django.db import migrations, models

from core.indexes import AddIndexBeside
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
    operations = [
        AddIndexBeside("notification", models.Index(condition=models.Q(("state__in", ["unread", "read"])), fields=["merchant", "user", "rank", "id"], name="notification_open")),
        AddIndexBeside("notification", models.Index(condition=models.Q(("state", "unread")), fields=["merchant", "user", "rank", "id"], name="notification_unread")),
        AddIndexBeside("notification", models.Index(condition=models.Q(("state__in", ["archived", "handled"])), fields=["merchant", "user", "rank", "id"], name="notification_away")),
        AddIndexBeside("notification", models.Index(condition=models.Q(("snoozed_until__isnull", False)), fields=["merchant", "user", "rank", "id"], name="notification_snoozed")),
        AddIndexBeside("notification", models.Index(fields=["user", "rank", "id"], name="notification_of_all_shops")),
        AddIndexBeside("notification", models.Index(fields=["changed_at", "user"], name="notification_changed")),
        migrations.RunPython(make, undo, elidable=False),
    ]
