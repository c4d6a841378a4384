from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('notifications', '0027_stale_index'),
    ]

    operations = [
        migrations.AddField(
            model_name='escalation',
            name='done_by',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
