from django.conf import settings
from django.db import migrations, models

from core.indexes import AddIndexBeside


class Migration(migrations.Migration):
    # CONCURRENTLY may not stand in a transaction.
    atomic = False
    dependencies = [
        ('accounts', '0008_short_stock'),
        ('notifications', '0026_attempts_begin'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexBeside(
            model_name='notification',
            index=models.Index(condition=models.Q(('snoozed_until', None), ('state__in', ['unread', 'read'])), fields=['kind', 'at'], name='notification_stale'),
        ),
    ]
