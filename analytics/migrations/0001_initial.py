import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("ecommerce", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ForecastRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "measure",
                    models.CharField(
                        choices=[("sales_value", "Sales"), ("orders", "Orders")], max_length=12, verbose_name="measure"
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="made")),
                ("actor_label", models.CharField(blank=True, max_length=150, verbose_name="by")),
                ("data_from", models.DateField(null=True, verbose_name="data from")),
                ("data_to", models.DateField(null=True, verbose_name="data to")),
                ("horizon", models.PositiveSmallIntegerField(default=28)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("made", "Made"), ("refused", "Not possible")], max_length=8, verbose_name="outcome"
                    ),
                ),
                ("model", models.CharField(blank=True, max_length=30, verbose_name="model")),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="why this model: a code of engine.select.Choice", max_length=20
                    ),
                ),
                (
                    "gain",
                    models.FloatField(default=0, help_text="by what share it was nearer than last week's same days"),
                ),
                ("refusal", models.CharField(blank=True, help_text="a code of engine.cleaning.Refusal", max_length=20)),
                ("refusal_facts", models.JSONField(default=dict)),
                ("backtest", models.JSONField(default=dict)),
                ("totals", models.JSONField(default=dict)),
                ("usual", models.FloatField(null=True)),
                ("digest", models.CharField(help_text="SHA-256 of everything the run says", max_length=64)),
                (
                    "job_id",
                    models.BigIntegerField(
                        help_text="the job that made it; a repeated job makes no second run", null=True
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
            ],
            options={
                "ordering": ["-made_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Forecast",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.PositiveSmallIntegerField()),
                ("day", models.DateField(verbose_name="day")),
                ("mean", models.FloatField()),
                ("q025", models.FloatField()),
                ("q10", models.FloatField()),
                ("q25", models.FloatField()),
                ("q50", models.FloatField()),
                ("q75", models.FloatField()),
                ("q90", models.FloatField()),
                ("q975", models.FloatField()),
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
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="days", to="analytics.forecastrun"
                    ),
                ),
            ],
            options={
                "ordering": ["run_id", "step"],
            },
        ),
        migrations.CreateModel(
            name="ForecastScore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scored_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("actual", models.FloatField()),
                ("error", models.FloatField()),
                ("naive_error", models.FloatField()),
                ("pinball", models.FloatField()),
                ("inside_50", models.BooleanField()),
                ("inside_80", models.BooleanField()),
                ("inside_95", models.BooleanField()),
                (
                    "forecast",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="score", to="analytics.forecast"
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
            ],
            options={
                "ordering": ["forecast_id"],
            },
        ),
        migrations.CreateModel(
            name="StockWarning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="since")),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("available", models.IntegerField(verbose_name="available")),
                ("per_day", models.FloatField(verbose_name="sells per day")),
                ("out_low", models.DateField()),
                ("out_middle", models.DateField(verbose_name="likely sold out")),
                ("out_high", models.DateField(null=True)),
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
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stock_warnings",
                        to="ecommerce.variant",
                    ),
                ),
            ],
            options={
                "ordering": ["out_middle", "pk"],
            },
        ),
        migrations.CreateModel(
            name="VariantFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("orders", models.PositiveIntegerField(default=0, verbose_name="orders")),
                ("units", models.PositiveIntegerField(default=0, verbose_name="items")),
                (
                    "value",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=14,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="value of goods",
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
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="facts", to="ecommerce.variant"
                    ),
                ),
            ],
            options={
                "ordering": ["day", "variant_id"],
            },
        ),
        migrations.CreateModel(
            name="CategoryFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("orders", models.PositiveIntegerField(default=0, verbose_name="orders")),
                ("units", models.PositiveIntegerField(default=0, verbose_name="items")),
                (
                    "value",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=14,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="value of goods",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ecommerce.category",
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
            ],
            options={
                "ordering": ["day", "category_id"],
                "constraints": [
                    models.UniqueConstraint(fields=("merchant", "day", "category"), name="category_fact_day"),
                    models.UniqueConstraint(
                        condition=models.Q(("category", None)),
                        fields=("merchant", "day"),
                        name="category_fact_day_without",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DailyFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("orders", models.PositiveIntegerField(default=0, verbose_name="orders")),
                ("units", models.PositiveIntegerField(default=0, verbose_name="items")),
                (
                    "value",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=14,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="sales",
                    ),
                ),
                (
                    "item_value",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=14,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="value of goods",
                    ),
                ),
                ("cancellations", models.PositiveIntegerField(default=0, verbose_name="cancelled orders")),
                (
                    "cancelled_value",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=14,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="cancelled value",
                    ),
                ),
                ("refunds", models.PositiveIntegerField(default=0, verbose_name="refunds")),
                (
                    "refunded",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=14,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="refunded",
                    ),
                ),
                ("reviews", models.PositiveIntegerField(default=0, verbose_name="reviews")),
                ("rating_sum", models.PositiveIntegerField(default=0, verbose_name="sum of stars")),
                (
                    "merchant",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.merchant",
                    ),
                ),
            ],
            options={
                "ordering": ["day"],
                "constraints": [models.UniqueConstraint(fields=("merchant", "day"), name="daily_fact_day")],
            },
        ),
        migrations.CreateModel(
            name="DirtyDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("marked_at", models.DateTimeField()),
                (
                    "merchant",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.merchant",
                    ),
                ),
            ],
            options={
                "ordering": ["day"],
                "constraints": [models.UniqueConstraint(fields=("merchant", "day"), name="dirty_day")],
            },
        ),
        migrations.AddIndex(
            model_name="forecastrun",
            index=models.Index(fields=["merchant", "measure", "-made_at", "-id"], name="forecast_run_newest"),
        ),
        migrations.AddConstraint(
            model_name="forecastrun",
            constraint=models.UniqueConstraint(fields=("merchant", "measure", "job_id"), name="forecast_run_job"),
        ),
        migrations.AddIndex(
            model_name="forecast",
            index=models.Index(fields=["merchant", "day"], name="forecast_by_day"),
        ),
        migrations.AddConstraint(
            model_name="forecast",
            constraint=models.UniqueConstraint(fields=("run", "step"), name="forecast_step"),
        ),
        migrations.AddConstraint(
            model_name="stockwarning",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)), fields=("variant",), name="stock_warning_one_open"
            ),
        ),
        migrations.AddIndex(
            model_name="variantfact",
            index=models.Index(fields=["merchant", "day"], name="variant_fact_by_day"),
        ),
        migrations.AddConstraint(
            model_name="variantfact",
            constraint=models.UniqueConstraint(fields=("variant", "day"), name="variant_fact_day"),
        ),
    ]
