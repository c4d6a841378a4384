from django.db import migrations, models

from core.indexes import AddIndexBeside


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('ecommerce', '0040_parcels_that_came_back'),
    ]

    operations = [
        AddIndexBeside(
            model_name='shipment',
            index=models.Index(condition=models.Q(('sent_again_as__isnull', False)), fields=['sent_again_as'], name='shipment_again'),
        ),
    ]
