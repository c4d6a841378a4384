from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0012_kind_use")]

    operations = [
        migrations.AlterField(
            "delivery",
            "outcome",
            models.CharField(
                choices=[
                    ("sent", "Accepted"),
                    ("kept", "Kept in the mailbox of the demo"),
                    ("deferred", "Put off by the mail server"),
                    ("down", "Mail server not reached"),
                    ("unclear", "Handed over, no answer"),
                    ("refused", "Refused by the mail server"),
                    ("no_mailbox", "The address does not take mail"),
                    ("bounced", "Came back"),
                    ("complained", "Reported as spam"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            "suppression",
            "address",
            models.EmailField(
                help_text="in lower case", max_length=254, primary_key=True, serialize=False, verbose_name="address"
            ),
        ),
        migrations.AddField(
            "suppression",
            "source",
            models.CharField(
                choices=[
                    ("refused", "Refused by its mail server"),
                    ("bounced", "Mail came back"),
                    ("complained", "Reported as spam"),
                ],
                db_default="refused",
                default="refused",
                max_length=10,
                verbose_name="why",
            ),
        ),
    ]
