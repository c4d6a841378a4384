from django.db import migrations

from core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("ecommerce", "0020_carriers")]

    operations = [append_only("ecommerce_deliveryprediction")]
