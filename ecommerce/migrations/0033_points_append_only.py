from django.db import migrations

from core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("ecommerce", "0032_coupons_and_points")]

    operations = [append_only("ecommerce_pointsentry")]
