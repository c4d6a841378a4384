from django.db import migrations

from core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("ecommerce", "0001_initial")]

    operations = [append_only("ecommerce_stockmove", "ecommerce_pricechange", "ecommerce_consent")]
