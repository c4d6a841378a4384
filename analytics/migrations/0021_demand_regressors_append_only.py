from django.db import migrations

from core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("analytics", "0020_demand_regressors")]

    operations = [append_only("analytics_demandrun")]  # SQLite made the table anew
