"""Whether a member wants e-mails of a kind becomes when: `email` true is "now", false is "off"."""

from django.db import migrations, models


def to_timing(apps, schema_editor):
    preferences = apps.get_model("notifications", "Preference").objects
    preferences.filter(email=False).update(mail="off")


def to_yes_or_no(apps, schema_editor):
    preferences = apps.get_model("notifications", "Preference").objects
    preferences.filter(mail="off").update(email=False)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0004_inbox_search")]

    operations = [
        migrations.AddField(
            model_name="preference",
            name="mail",
            field=models.CharField(
                choices=[("now", "At once"), ("hourly", "Every hour"), ("daily", "Once a day"), ("off", "Never")],
                default="now",
                max_length=6,
            ),
        ),
        migrations.AlterField("preference", "email", models.BooleanField(default=True)),
        migrations.RunPython(to_timing, to_yes_or_no),
        migrations.RemoveField("preference", "email"),
    ]
