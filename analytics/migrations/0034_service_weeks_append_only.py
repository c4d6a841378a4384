from django.db import migrations

from core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("analytics", "0033_service_weeks")]

    operations = [append_only("analytics_serviceweek")]
