import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ServerPause",
            fields=[
                ("server", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                ("failures", models.PositiveIntegerField(default=1)),
                ("free_at", models.DateTimeField()),
                ("answer", models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                (
                    "address",
                    models.EmailField(help_text="in lower case", max_length=254, primary_key=True, serialize=False),
                ),
                ("reason", models.CharField(max_length=500)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="Mail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("to", models.EmailField(max_length=254, verbose_name="to")),
                ("sender", models.CharField(max_length=320, verbose_name="from")),
                ("subject", models.CharField(max_length=300, verbose_name="subject")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("html", models.TextField(blank=True)),
                ("headers", models.JSONField(default=dict)),
                ("language", models.CharField(default="en", max_length=10)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("account", "Account and security"),
                            ("notice", "Notice to the team"),
                            ("buyer", "News to a buyer"),
                        ],
                        default="account",
                        max_length=10,
                        verbose_name="purpose",
                    ),
                ),
                ("dedupe", models.CharField(max_length=200, null=True, unique=True)),
                ("message_id", models.CharField(max_length=120, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("sending", "Being sent"),
                            ("sent", "Sent"),
                            ("maybe_sent", "Perhaps sent"),
                            ("failed", "Failed"),
                            ("suppressed", "Not sent"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("unclear", models.PositiveSmallIntegerField(default=0, help_text="attempts after which nobody knows")),
                (
                    "next_try",
                    models.DateTimeField(default=django.utils.timezone.now, null=True, verbose_name="next attempt"),
                ),
                ("last_error", models.CharField(blank=True, max_length=500, verbose_name="answer")),
                ("give_up_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="written")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent")),
                (
                    "merchant",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.merchant",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
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
                        ],
                        max_length=10,
                    ),
                ),
                ("code", models.PositiveSmallIntegerField(help_text="of the SMTP answer", null=True)),
                ("answer", models.CharField(blank=True, max_length=500)),
                ("seconds", models.FloatField(default=0)),
                (
                    "merchant",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.merchant",
                    ),
                ),
                (
                    "mail",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="notifications.mail"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "deliveries",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=30, verbose_name="kind")),
                ("key", models.CharField(max_length=100)),
                ("params", models.JSONField(default=dict)),
                (
                    "urgency",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Act today"), (2, "This week"), (3, "Good to know")],
                        default=3,
                        verbose_name="urgency",
                    ),
                ),
                ("rank", models.BigIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unread", "Unread"),
                            ("read", "Read"),
                            ("archived", "Archived"),
                            ("handled", "Handled"),
                        ],
                        default="unread",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("snoozed_until", models.DateTimeField(blank=True, null=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="time")),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "activity",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.activity",
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.merchant",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["rank", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=30)),
                ("inbox", models.BooleanField()),
                ("email", models.BooleanField()),
                (
                    "merchant",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.merchant",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(fields=["merchant", "-created_at", "-id"], name="mail_newest"),
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(fields=["-created_at", "-id"], name="mail_newest_of_all"),
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(
                condition=models.Q(("next_try__isnull", False), ("state__in", ["queued", "sending", "maybe_sent"])),
                fields=["next_try"],
                name="mail_open",
            ),
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(fields=["state", "-created_at"], name="mail_by_state"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["merchant", "user", "rank", "id"], name="notification_inbox"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["merchant", "kind", "key"], name="notification_subject"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("snoozed_until__isnull", False)),
                fields=["snoozed_until"],
                name="notification_asleep",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.UniqueConstraint(fields=("merchant", "user", "kind", "key"), name="notification_once"),
        ),
        migrations.AddConstraint(
            model_name="preference",
            constraint=models.UniqueConstraint(fields=("merchant", "user", "kind"), name="preference_once"),
        ),
    ]
