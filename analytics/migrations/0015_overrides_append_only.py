from django.db import migrations

from core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("analytics", "0014_overrides")]

    operations = [append_only("analytics_forecastoverride", "analytics_overridescore")]
