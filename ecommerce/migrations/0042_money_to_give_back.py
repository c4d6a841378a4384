"""Indexes that hold only the orders whose buyers may be to get money back, and their lines that were called off."""

from django.db import migrations, models

from core.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # on PostgreSQL an index is made beside the writers

    dependencies = [("ecommerce", "0041_parcels_sent_again")]

    operations = [
        AddIndexBeside(
            model_name="order",
            index=models.Index(
                condition=models.Q(paid_total__gt=models.F("refunded_total") + models.F("total")),
                fields=["merchant", "id"],
                name="order_overpaid",
            ),
        ),
        AddIndexBeside(
            model_name="orderline",
            index=models.Index(
                condition=models.Q(cancelled_quantity__gt=models.F("refunded_quantity")),
                fields=["merchant", "order"],
                name="order_line_called_off",
            ),
        ),
    ]
