from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0029_escalation_undone_index'),
    ]

    operations = [
        migrations.AddField(
            model_name='kinduse',
            name='settled',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]
