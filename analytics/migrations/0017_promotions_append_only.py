from django.db import migrations

from core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("analytics", "0016_promotions")]

    operations = [append_only("analytics_promotion", "analytics_promotionreport")]
