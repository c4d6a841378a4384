from django.db import migrations, models

from core.indexes import AddIndexBeside


class Migration(migrations.Migration):
    # CONCURRENTLY may not stand in a transaction.
    atomic = False
    dependencies = [
        ('notifications', '0028_escalation_done_by'),
    ]

    operations = [
        AddIndexBeside(
            model_name='escalation',
            index=models.Index(condition=models.Q(('done_by__isnull', False)), fields=['done_by'], name='escalation_undone'),
        ),
    ]
