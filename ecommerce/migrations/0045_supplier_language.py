"""The language orders to a supplier are written in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ecommerce", "0044_price_lists_by_file")]

    operations = [
        migrations.AddField(
            model_name="supplier",
            name="language",
            field=models.CharField(blank=True, default="", max_length=10, verbose_name="language"),
        ),
    ]
