"""The index behind the list of all price changes of a shop."""

from django.db import migrations, models

from core.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # on PostgreSQL the index is made beside the writers

    dependencies = [("ecommerce", "0042_money_to_give_back")]

    operations = [
        AddIndexBeside(
            model_name="pricechange",
            index=models.Index(fields=["merchant", "-at", "-id"], name="price_change_by_shop"),
        ),
    ]
