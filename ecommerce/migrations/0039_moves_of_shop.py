from django.db import migrations, models

from core.indexes import AddIndexBeside


class Migration(migrations.Migration):
    # CONCURRENTLY may not stand in a transaction.
    atomic = False
    dependencies = [
        ('accounts', '0008_short_stock'),
        ('ecommerce', '0038_questions'),
    ]

    operations = [
        AddIndexBeside(
            model_name='stockmove',
            index=models.Index(fields=['merchant', '-at', '-id'], name='stock_move_of_shop'),
        ),
        AddIndexBeside(
            model_name='stockmove',
            index=models.Index(fields=['merchant', 'reference', '-at', '-id'], name='stock_move_reference'),
        ),
    ]
