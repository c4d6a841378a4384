from django.db import migrations, models

from core.indexes import AddIndexBeside


class Migration(migrations.Migration):
    # CONCURRENTLY may not stand in a transaction. Where an earlier version of 0018 made the index, it stays.
    atomic = False
    dependencies = [("notifications", "0022_needless")]
    operations = [
        AddIndexBeside("notification", models.Index(condition=models.Q(("kind", "platform-notice")), fields=["key", "state"], name="notification_platform")),
    ]
