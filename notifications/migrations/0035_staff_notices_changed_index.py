from django.db import migrations, models

from core.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("notifications", "0034_staff_notices_changed")]

    operations = [
        AddIndexBeside("staffnotice", models.Index(fields=["changed_at", "user"], name="staff_notice_changed")),
    ]
