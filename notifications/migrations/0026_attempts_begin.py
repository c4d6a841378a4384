from django.db import migrations, models

from core.indexes import AddIndexBeside


class Migration(migrations.Migration):
    # CONCURRENTLY may not stand in a transaction.
    atomic = False
    dependencies = [
        ('accounts', '0008_short_stock'),
        ('notifications', '0025_search_by_written_texts'),
    ]

    operations = [
        migrations.AlterField(
            model_name='delivery',
            name='outcome',
            field=models.CharField(choices=[('started', 'Under way'), ('cut', 'Broken off before there was an answer'), ('sent', 'Accepted'), ('kept', 'Kept in the mailbox of the demo'), ('deferred', 'Put off by the mail server'), ('down', 'Mail server not reached'), ('unclear', 'Handed over, no answer'), ('refused', 'Refused by the mail server'), ('no_mailbox', 'The address does not take mail'), ('bounced', 'Came back'), ('complained', 'Reported as spam')], max_length=10),
        ),
        AddIndexBeside(
            model_name='delivery',
            index=models.Index(condition=models.Q(('outcome', 'started')), fields=['at'], name='delivery_under_way'),
        ),
    ]
