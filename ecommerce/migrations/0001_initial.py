import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from decimal import Decimal
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
            name="Category",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=80, unique=True)),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("name_zh", models.CharField(blank=True, max_length=120, verbose_name="Chinese name")),
                ("path", models.CharField(editable=False, max_length=255, unique=True)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="ecommerce.category",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "categories",
                "ordering": ["path"],
            },
        ),
        migrations.CreateModel(
            name="Complaint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, verbose_name="number")),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("damaged", "Arrived damaged"),
                            ("not_as_described", "Not as described"),
                            ("not_arrived", "Did not arrive"),
                            ("late", "Arrived late"),
                            ("service", "Poor service"),
                            ("refund", "Refund not paid"),
                            ("other", "Something else"),
                        ],
                        default="other",
                        max_length=20,
                        verbose_name="topic",
                    ),
                ),
                ("subject", models.CharField(max_length=150, verbose_name="subject")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("opened", "Opened"),
                            ("answered", "Answered"),
                            ("investigated", "Under investigation"),
                            ("decided", "Decided"),
                            ("appealed", "Appealed"),
                            ("closed", "Closed"),
                        ],
                        default="opened",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="opened")),
                ("due_at", models.DateTimeField(verbose_name="due")),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                ("escalated_at", models.DateTimeField(blank=True, null=True)),
                (
                    "escalated_because",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("overdue", "The shop did not answer in time"),
                            ("buyer", "The buyer asked for a decision"),
                            ("merchant", "The shop asked for a decision"),
                            ("platform", "The platform took it up"),
                        ],
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("for_buyer", "For the buyer"),
                            ("partly", "Partly for the buyer"),
                            ("for_merchant", "For the merchant"),
                        ],
                        max_length=12,
                        verbose_name="decision",
                    ),
                ),
                ("decision_reason", models.TextField(blank=True, max_length=3000, verbose_name="statement of reasons")),
                (
                    "refund_asked",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        default=None,
                        max_digits=14,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="refund asked",
                    ),
                ),
                (
                    "refund_offered",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        default=None,
                        max_digits=14,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="refund offered",
                    ),
                ),
                (
                    "refund_decided",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        default=None,
                        max_digits=14,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="refund decided",
                    ),
                ),
                ("appealed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "closed_because",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("settled", "The buyer says it is settled"),
                            ("offer_accepted", "The buyer accepted the offer"),
                            ("no_reply", "The buyer did not come back to the answer"),
                            ("final", "The decision is final"),
                            ("platform", "The platform closed it"),
                        ],
                        max_length=16,
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "ordering": ["-opened_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ComplaintMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "author",
                    models.CharField(
                        choices=[("buyer", "Buyer"), ("merchant", "Merchant"), ("staff", "Platform")], max_length=8
                    ),
                ),
                ("author_label", models.CharField(blank=True, max_length=150)),
                ("is_internal", models.BooleanField(default=False)),
                ("text", models.TextField(max_length=5000, verbose_name="message")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="messages", to="ecommerce.complaint"
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
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("phone", models.CharField(blank=True, max_length=40, verbose_name="phone")),
                ("language", models.CharField(default="en", max_length=10, verbose_name="language")),
                ("country", models.CharField(blank=True, max_length=2, verbose_name="country")),
                ("region", models.CharField(blank=True, max_length=80, verbose_name="region")),
                ("city", models.CharField(blank=True, max_length=80, verbose_name="city")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("external_id", models.CharField(blank=True, max_length=80)),
                ("order_count", models.PositiveIntegerField(default=0, verbose_name="orders")),
                (
                    "spend",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        help_text="paid less refunded",
                        max_digits=14,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="spend",
                    ),
                ),
                ("last_order_at", models.DateTimeField(blank=True, null=True, verbose_name="last order")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(auto_now=True)),
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
                "verbose_name": "customer",
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("order", "News of their orders"),
                            ("review", "Invitations to review"),
                            ("marketing", "Offers and news"),
                        ],
                        max_length=12,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "E-mail"), ("sms", "Text message")],
                        default="email",
                        max_length=8,
                        verbose_name="channel",
                    ),
                ),
                ("granted", models.BooleanField(verbose_name="agreed")),
                ("text_version", models.CharField(blank=True, max_length=40)),
                ("source", models.CharField(blank=True, max_length=60, verbose_name="source")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
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
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="consents", to="ecommerce.customer"
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="complaint",
            name="customer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="complaints",
                to="ecommerce.customer",
            ),
        ),
        migrations.CreateModel(
            name="CustomerTag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, verbose_name="tag")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tags", to="ecommerce.customer"
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
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file_name", models.CharField(max_length=200, verbose_name="file")),
                (
                    "stored_as",
                    models.CharField(
                        help_text="path under MEDIA_ROOT; our own name, never the uploader's", max_length=100
                    ),
                ),
                ("digest", models.CharField(help_text="SHA-256 of the file", max_length=64)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("format", models.CharField(blank=True, max_length=20, verbose_name="format")),
                ("encoding", models.CharField(blank=True, max_length=20)),
                ("channel", models.CharField(default="other", max_length=16, verbose_name="channel")),
                (
                    "mapping",
                    models.JSONField(
                        default=dict, help_text="field of ours -> column of the file", verbose_name="columns"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploaded", "Uploaded"),
                            ("checked", "Checked"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="uploaded",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("rows", models.PositiveIntegerField(default=0, verbose_name="rows")),
                ("good_rows", models.PositiveIntegerField(default=0)),
                ("bad_rows", models.PositiveIntegerField(default=0)),
                ("orders_created", models.PositiveIntegerField(default=0)),
                ("orders_updated", models.PositiveIntegerField(default=0)),
                ("orders_unchanged", models.PositiveIntegerField(default=0)),
                (
                    "done_orders",
                    models.PositiveIntegerField(
                        default=0, help_text="orders of the file already written; a restart goes on here"
                    ),
                ),
                ("errors", models.JSONField(default=list, help_text="the first errors: row, field, sentence")),
                ("bad_rows_stored_as", models.CharField(blank=True, max_length=100)),
                ("failure", models.TextField(blank=True)),
                ("job_id", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=64, verbose_name="number")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("online_store", "Online store"),
                            ("tmall", "Tmall"),
                            ("taobao", "Taobao"),
                            ("jd", "JD"),
                            ("pinduoduo", "Pinduoduo"),
                            ("douyin", "Douyin"),
                            ("wechat", "WeChat shop"),
                            ("shopify", "Shopify"),
                            ("woocommerce", "WooCommerce"),
                            ("amazon", "Amazon"),
                            ("olist", "Olist"),
                            ("other", "Other"),
                        ],
                        default="online_store",
                        max_length=16,
                        verbose_name="channel",
                    ),
                ),
                ("external_id", models.CharField(blank=True, help_text="the order's id on its channel", max_length=80)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("placed", "Placed"),
                            ("paid", "Paid"),
                            ("packed", "Packed"),
                            ("partly_shipped", "Partly shipped"),
                            ("shipped", "Shipped"),
                            ("delivered", "Delivered"),
                            ("completed", "Completed"),
                            ("on_hold", "On hold"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="placed",
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "state_before_hold",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("placed", "Placed"),
                            ("paid", "Paid"),
                            ("packed", "Packed"),
                            ("partly_shipped", "Partly shipped"),
                            ("shipped", "Shipped"),
                            ("delivered", "Delivered"),
                            ("completed", "Completed"),
                            ("on_hold", "On hold"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=16,
                    ),
                ),
                ("hold_reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                (
                    "payment_state",
                    models.CharField(
                        choices=[
                            ("unpaid", "Unpaid"),
                            ("failed", "Failed"),
                            ("paid", "Paid"),
                            ("partly_refunded", "Partly refunded"),
                            ("refunded", "Refunded"),
                        ],
                        default="unpaid",
                        max_length=16,
                        verbose_name="payment",
                    ),
                ),
                ("buyer_name", models.CharField(blank=True, max_length=150, verbose_name="buyer")),
                ("buyer_email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("buyer_phone", models.CharField(blank=True, max_length=40, verbose_name="phone")),
                ("ship_to", models.CharField(blank=True, max_length=300, verbose_name="address")),
                ("ship_city", models.CharField(blank=True, max_length=80, verbose_name="city")),
                ("ship_region", models.CharField(blank=True, max_length=80, verbose_name="region")),
                ("ship_postcode", models.CharField(blank=True, max_length=20, verbose_name="postcode")),
                ("ship_country", models.CharField(blank=True, max_length=2, verbose_name="country")),
                ("buyer_note", models.CharField(blank=True, max_length=500, verbose_name="buyer's note")),
                ("currency", models.CharField(max_length=3)),
                (
                    "subtotal",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=14,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="subtotal",
                    ),
                ),
                (
                    "discount",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=14,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="discount",
                    ),
                ),
                (
                    "shipping_fee",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=14,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="shipping",
                    ),
                ),
                (
                    "tax",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=14,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="tax",
                    ),
                ),
                (
                    "total",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=14,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="total",
                    ),
                ),
                (
                    "paid_total",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=14,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="paid",
                    ),
                ),
                (
                    "refunded_total",
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
                ("units", models.PositiveIntegerField(default=0, verbose_name="items")),
                ("placed_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="placed")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("paid_at", models.DateTimeField(blank=True, null=True)),
                ("packed_at", models.DateTimeField(blank=True, null=True)),
                ("shipped_at", models.DateTimeField(blank=True, null=True)),
                ("delivered_at", models.DateTimeField(blank=True, null=True)),
                ("completed_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("cancel_reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("ship_by", models.DateTimeField(blank=True, null=True, verbose_name="ship by")),
                ("promised_at", models.DateTimeField(blank=True, null=True, verbose_name="promised delivery")),
                (
                    "import_digest",
                    models.CharField(blank=True, help_text="of the imported rows, to see a repeat", max_length=64),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="ecommerce.customer",
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
                "ordering": ["-placed_at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="complaint",
            name="order",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="complaints",
                to="ecommerce.order",
            ),
        ),
        migrations.CreateModel(
            name="OrderCounter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last", models.PositiveBigIntegerField(default=10000)),
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
        ),
        migrations.CreateModel(
            name="OrderLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(default=1)),
                ("sku", models.CharField(blank=True, max_length=80, verbose_name="SKU")),
                ("title", models.CharField(max_length=250, verbose_name="title")),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                (
                    "unit_price",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=14,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="unit price",
                    ),
                ),
                (
                    "discount",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=14,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="discount",
                    ),
                ),
                (
                    "total",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=14,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="total",
                    ),
                ),
                ("shipped_quantity", models.PositiveIntegerField(default=0)),
                ("cancelled_quantity", models.PositiveIntegerField(default=0)),
                ("refunded_quantity", models.PositiveIntegerField(default=0)),
                (
                    "reserved_quantity",
                    models.PositiveIntegerField(default=0, help_text="units held for it in the default warehouse"),
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
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="ecommerce.order"
                    ),
                ),
            ],
            options={
                "ordering": ["order_id", "position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="OrderNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(max_length=2000, verbose_name="note")),
                ("author_label", models.CharField(max_length=150)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
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
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="ecommerce.order"
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("charge", "Payment"), ("refund", "Refund")], default="charge", max_length=8
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "Pending"), ("succeeded", "Succeeded"), ("failed", "Failed")],
                        default="succeeded",
                        max_length=10,
                    ),
                ),
                ("method", models.CharField(blank=True, max_length=40, verbose_name="method")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=14,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="amount",
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=120, verbose_name="reference")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
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
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="payments", to="ecommerce.order"
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=250, verbose_name="title")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                ("brand", models.CharField(blank=True, max_length=100, verbose_name="brand")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("review", "In review"),
                            ("live", "Live"),
                            ("ageing", "Ageing"),
                            ("retired", "Retired"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("external_id", models.CharField(blank=True, max_length=80)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="products",
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
                "verbose_name": "product",
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="complaint",
            name="product",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="complaints",
                to="ecommerce.product",
            ),
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("author_name", models.CharField(blank=True, max_length=100, verbose_name="author")),
                ("is_anonymous", models.BooleanField(default=False, verbose_name="anonymous")),
                ("is_verified", models.BooleanField(default=False, verbose_name="verified purchase")),
                (
                    "rating",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="overall",
                    ),
                ),
                (
                    "quality_rating",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="quality",
                    ),
                ),
                (
                    "service_rating",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="service",
                    ),
                ),
                (
                    "delivery_rating",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="delivery",
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=150, verbose_name="title")),
                ("text", models.TextField(blank=True, max_length=5000, verbose_name="text")),
                ("language", models.CharField(blank=True, max_length=10)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("held", "Held"),
                            ("published", "Published"),
                            ("hidden", "Hidden"),
                            ("edit_asked", "Edit asked"),
                        ],
                        default="held",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("risk_score", models.DecimalField(decimal_places=3, default=0, max_digits=4, verbose_name="risk")),
                ("risk_reasons", models.JSONField(default=list)),
                ("moderated_at", models.DateTimeField(blank=True, null=True)),
                ("moderation_reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("reply", models.TextField(blank=True, max_length=2000, verbose_name="reply")),
                ("replied_at", models.DateTimeField(blank=True, null=True)),
                ("replied_by_label", models.CharField(blank=True, max_length=150)),
                ("revised_at", models.DateTimeField(blank=True, null=True)),
                ("external_id", models.CharField(blank=True, max_length=80)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="written")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reviews",
                        to="ecommerce.customer",
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
                    "moderated_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reviews",
                        to="ecommerce.order",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reviews",
                        to="ecommerce.product",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Shipment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("carrier", models.CharField(blank=True, max_length=60, verbose_name="carrier")),
                ("tracking_number", models.CharField(blank=True, max_length=80, verbose_name="tracking number")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("in_transit", "In transit"),
                            ("out_for_delivery", "Out for delivery"),
                            ("delivered", "Delivered"),
                            ("exception", "Problem"),
                            ("returned", "Returned to sender"),
                        ],
                        default="in_transit",
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                ("shipped_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="shipped")),
                ("promised_at", models.DateTimeField(blank=True, null=True, verbose_name="promised")),
                ("delivered_at", models.DateTimeField(blank=True, null=True, verbose_name="delivered")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(auto_now=True)),
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
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="shipments", to="ecommerce.order"
                    ),
                ),
            ],
            options={
                "ordering": ["-shipped_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ShipmentLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
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
                    "order_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shipment_lines",
                        to="ecommerce.orderline",
                    ),
                ),
                (
                    "shipment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="ecommerce.shipment"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TrackingEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="time")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("in_transit", "In transit"),
                            ("out_for_delivery", "Out for delivery"),
                            ("delivered", "Delivered"),
                            ("exception", "Problem"),
                            ("returned", "Returned to sender"),
                        ],
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                ("description", models.CharField(blank=True, max_length=200, verbose_name="description")),
                ("location", models.CharField(blank=True, max_length=100, verbose_name="place")),
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
                    "shipment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="ecommerce.shipment"
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Variant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sku", models.CharField(max_length=80, verbose_name="SKU")),
                ("title", models.CharField(blank=True, max_length=120, verbose_name="variant")),
                ("barcode", models.CharField(blank=True, max_length=40, verbose_name="barcode")),
                (
                    "price",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=14,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="price",
                    ),
                ),
                (
                    "list_price",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        default=None,
                        max_digits=14,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="list price",
                    ),
                ),
                (
                    "cost",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        default=None,
                        max_digits=14,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="cost",
                    ),
                ),
                ("weight_g", models.PositiveIntegerField(blank=True, null=True, verbose_name="weight, g")),
                ("is_active", models.BooleanField(default=True, verbose_name="for sale")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(auto_now=True)),
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
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="variants", to="ecommerce.product"
                    ),
                ),
            ],
            options={
                "verbose_name": "variant",
                "ordering": ["sku", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PriceChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "price",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=14,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("999999999.99")),
                        ],
                        verbose_name="price",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reason", models.CharField(blank=True, max_length=120, verbose_name="reason")),
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
                        related_name="price_changes",
                        to="ecommerce.variant",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="orderline",
            name="variant",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="order_lines",
                to="ecommerce.variant",
            ),
        ),
        migrations.CreateModel(
            name="Warehouse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                ("city", models.CharField(blank=True, max_length=80, verbose_name="city")),
                ("is_default", models.BooleanField(default=False, verbose_name="default")),
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
                "verbose_name": "warehouse",
                "ordering": ["-is_default", "name"],
            },
        ),
        migrations.CreateModel(
            name="StockMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity", models.IntegerField(help_text="positive in, negative out", verbose_name="quantity")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("opening", "Opening stock"),
                            ("receipt", "Received from supplier"),
                            ("sale", "Shipped to customer"),
                            ("return", "Returned by customer"),
                            ("adjustment", "Corrected by hand"),
                            ("damage", "Damaged or lost"),
                        ],
                        max_length=12,
                        verbose_name="reason",
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=80, verbose_name="reference")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("actor_label", models.CharField(blank=True, max_length=150)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="stock_moves", to="ecommerce.variant"
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="ecommerce.warehouse"
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="StockLevel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on_hand", models.IntegerField(default=0, verbose_name="on hand")),
                ("reserved", models.IntegerField(default=0, verbose_name="reserved")),
                ("updated_at", models.DateTimeField(auto_now=True)),
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="stock_levels", to="ecommerce.variant"
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="levels", to="ecommerce.warehouse"
                    ),
                ),
            ],
            options={
                "ordering": ["variant__sku", "pk"],
            },
        ),
        migrations.AddField(
            model_name="shipment",
            name="warehouse",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ecommerce.warehouse",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["merchant", "-created_at", "-id"], name="customer_newest"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["merchant", "email"], name="customer_email"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["merchant", "updated_at", "id"], name="customer_updated"),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=("merchant", "external_id"),
                name="customer_external_id",
            ),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["customer", "purpose", "channel", "-at", "-id"], name="consent_newest"),
        ),
        migrations.AddIndex(
            model_name="customertag",
            index=models.Index(fields=["merchant", "name"], name="customer_tag_name"),
        ),
        migrations.AddConstraint(
            model_name="customertag",
            constraint=models.UniqueConstraint(fields=("customer", "name"), name="customer_tag_once"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["merchant", "-placed_at", "-id"], name="order_newest"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["merchant", "state", "-placed_at", "-id"], name="order_by_state"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("state__in", ["paid", "packed", "partly_shipped"])),
                fields=["merchant", "ship_by", "id"],
                name="order_to_ship",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["merchant", "updated_at", "id"], name="order_updated"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["merchant", "buyer_email"], name="order_buyer_email"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(fields=("merchant", "number"), name="order_number"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=("merchant", "channel", "external_id"),
                name="order_external_id",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(condition=models.Q(("total__gte", 0)), name="order_total_not_negative"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("refunded_total__lte", models.F("paid_total"))), name="order_refund_within_paid"
            ),
        ),
        migrations.AddConstraint(
            model_name="ordercounter",
            constraint=models.UniqueConstraint(fields=("merchant",), name="order_counter_one"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["merchant", "kind", "at"], name="payment_by_day"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["merchant", "-created_at", "-id"], name="product_newest"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["merchant", "updated_at", "id"], name="product_updated"),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=("merchant", "external_id"),
                name="product_external_id",
            ),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=["merchant", "-opened_at", "-id"], name="complaint_newest"),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=["merchant", "updated_at", "id"], name="complaint_updated"),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=["state", "due_at"], name="complaint_queue"),
        ),
        migrations.AddConstraint(
            model_name="complaint",
            constraint=models.UniqueConstraint(fields=("merchant", "number"), name="complaint_number"),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["merchant", "-created_at", "-id"], name="review_newest"),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["merchant", "updated_at", "id"], name="review_updated"),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["state", "-risk_score"], name="review_queue"),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["-created_at"], name="review_recent_anywhere"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("rating__gte", 1), ("rating__lte", 5)), name="review_rating"
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=("merchant", "external_id"),
                name="review_external_id",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id", "")), fields=("order", "product"), name="review_once_per_product"
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id", ""), ("product__isnull", True)),
                fields=("order",),
                name="review_once_per_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="shipmentline",
            constraint=models.UniqueConstraint(fields=("shipment", "order_line"), name="shipment_line_once"),
        ),
        migrations.AddConstraint(
            model_name="shipmentline",
            constraint=models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="shipment_line_quantity"),
        ),
        migrations.AddConstraint(
            model_name="trackingevent",
            constraint=models.UniqueConstraint(fields=("shipment", "at", "state"), name="tracking_event_once"),
        ),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.UniqueConstraint(fields=("merchant", "sku"), name="variant_sku"),
        ),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.CheckConstraint(condition=models.Q(("price__gte", 0)), name="variant_price_not_negative"),
        ),
        migrations.AddIndex(
            model_name="pricechange",
            index=models.Index(fields=["variant", "-at"], name="price_change_newest"),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="order_line_quantity"),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "quantity__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("shipped_quantity"), "+", models.F("cancelled_quantity")
                        ),
                    )
                ),
                name="order_line_shipped_within_quantity",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gte", models.F("refunded_quantity"))),
                name="order_line_refunded_within_quantity",
            ),
        ),
        migrations.AddConstraint(
            model_name="warehouse",
            constraint=models.UniqueConstraint(fields=("merchant", "code"), name="warehouse_code"),
        ),
        migrations.AddConstraint(
            model_name="warehouse",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_default", True)), fields=("merchant",), name="warehouse_one_default"
            ),
        ),
        migrations.AddIndex(
            model_name="stockmove",
            index=models.Index(fields=["merchant", "variant", "-at"], name="stock_move_newest"),
        ),
        migrations.AddConstraint(
            model_name="stockmove",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity", 0), _negated=True), name="stock_move_not_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="stocklevel",
            constraint=models.UniqueConstraint(fields=("warehouse", "variant"), name="stock_level_place"),
        ),
        migrations.AddConstraint(
            model_name="stocklevel",
            constraint=models.CheckConstraint(
                condition=models.Q(("on_hand__gte", 0)), name="stock_on_hand_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="stocklevel",
            constraint=models.CheckConstraint(
                condition=models.Q(("reserved__gte", 0), ("reserved__lte", models.F("on_hand"))),
                name="stock_reserved_on_hand",
            ),
        ),
        migrations.AddIndex(
            model_name="shipment",
            index=models.Index(fields=["merchant", "-shipped_at", "-id"], name="shipment_newest"),
        ),
        migrations.AddIndex(
            model_name="shipment",
            index=models.Index(fields=["merchant", "tracking_number"], name="shipment_tracking"),
        ),
        migrations.AddIndex(
            model_name="shipment",
            index=models.Index(fields=["merchant", "updated_at", "id"], name="shipment_updated"),
        ),
    ]
