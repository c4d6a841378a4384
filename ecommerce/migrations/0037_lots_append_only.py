from django.db import migrations

from core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("ecommerce", "0036_lots")]

    operations = [append_only("ecommerce_lotmove", "ecommerce_receiptline")]
