from django.db import migrations, models
from django.db.models.functions import Lower

from core.indexes import AddIndexBeside


class Migration(migrations.Migration):
    # CONCURRENTLY may not stand in a transaction.
    atomic = False
    dependencies = [("notifications", "0013_mail_reports")]
    operations = [AddIndexBeside("mail", models.Index(Lower("to"), "merchant", name="mail_by_address"))]
