import django.core.validators
import django.db.models.deletion
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
                "indexes": [models.Index(fields=["merchant", "day"], name="variant_fact_by_day")],
                "constraints": [models.UniqueConstraint(fields=("variant", "day"), name="variant_fact_day")],
            },
        ),
    ]
