from django.db import migrations

from core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("ecommerce", "0018_stock_work")]

    operations = [append_only("ecommerce_countentry")]
