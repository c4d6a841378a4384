from django.db import migrations

from core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("analytics", "0001_initial")]

    operations = [append_only("analytics_forecastrun", "analytics_forecast", "analytics_forecastscore")]
