from django.db import migrations

from core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("analytics", "0005_markets")]

    operations = [
        append_only(
            "analytics_observation", "analytics_sharerun", "analytics_shareforecast", "analytics_sharescore"
        )
    ]
