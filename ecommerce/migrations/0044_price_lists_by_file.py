"""Files of prices: of which supplier."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ecommerce", "0043_price_list")]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="supplier",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ecommerce.supplier",
            ),
        ),
    ]
