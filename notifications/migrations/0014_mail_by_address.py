from django.db import migrations, models
from django.db.models.functions import Lower

from core.namesearch import create_concurrently, drop_concurrently

INDEX = models.Index(Lower("to"), "merchant", name="mail_by_address")
ON_POSTGRESQL = {"mail_by_address": 'ON notifications_mail (LOWER("to"), merchant_id)'}


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        create_concurrently(schema_editor.connection, ON_POSTGRESQL)
    else:
        schema_editor.add_index(apps.get_model("notifications", "Mail"), INDEX)


def undo(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        drop_concurrently(schema_editor.connection, ON_POSTGRESQL)
    else:
        schema_editor.remove_index(apps.get_model("notifications", "Mail"), INDEX)


class Migration(migrations.Migration):
    # CONCURRENTLY may not stand in a transaction.
    atomic = False
    dependencies = [("notifications", "0013_mail_reports")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(make, undo, elidable=False)],
            state_operations=[migrations.AddIndex("mail", INDEX)],
        )
    ]
