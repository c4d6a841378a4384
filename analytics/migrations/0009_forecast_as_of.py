from django.db import migrations, models

from core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("analytics", "0008_calendar_append_only")]

    operations = [
        migrations.AddField("forecastrun", "live", models.BooleanField(default=True)),
        append_only("analytics_forecastrun"),
    ]
