from django.db import migrations

from core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("analytics", "0026_proposals")]

    operations = [append_only("analytics_proposalanswer")]
