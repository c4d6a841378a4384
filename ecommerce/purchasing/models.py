"""Suppliers, what they ask for their goods, and what was ordered from them."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.append_only import AppendOnlyModel
from core.badges import Badge
from core.money import money_field
from core.tenancy import TenantManager, TenantModel, TenantQuerySet
from ecommerce.purchasing import rules


class SupplierQuerySet(TenantQuerySet["Supplier"]):
    def in_use(self) -> SupplierQuerySet:
        return self.filter(archived_at=None)

    def archived(self) -> SupplierQuerySet:
        return self.filter(archived_at__isnull=False)


class Supplier(TenantModel):
    """Who the shop buys from. `lead_days` is what they promise: days from the order to the delivery.

    `language` is the one orders to them are written in; without one it is the shop's.
    """

    name = models.CharField(_("name"), max_length=150)
    code = models.CharField(_("short name"), max_length=20)
    contact = models.CharField(_("contact person"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    currency = models.CharField(_("currency"), max_length=3)
    lead_days = models.PositiveSmallIntegerField(_("promised delivery, days"), null=True, blank=True)
    payment_terms = models.CharField(_("payment terms"), max_length=120, blank=True)
    note = models.TextField(_("note"), blank=True)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantManager.from_queryset(SupplierQuerySet)()

    class Meta:
        verbose_name = _("supplier")
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["merchant", "name", "id"], name="supplier_by_name"),
            models.Index(fields=["merchant", "updated_at", "id"], name="supplier_updated"),
        ]
        constraints = [models.UniqueConstraint(fields=["merchant", "code"], name="supplier_code")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("supplier-detail", args=[self.merchant.slug, self.pk])

    @property
    def language_label(self) -> str:
        """Its name in the reader's language; "" where it is the shop's."""
        return str(dict(settings.LANGUAGES).get(self.language, ""))


class SupplierPrice(AppendOnlyModel, TenantModel):
    """What a supplier asks for a unit of a variant from a day on, in the supplier's currency; never changed.

    The newest row whose day has come counts. Orders are taken for `minimum` units and more, in multiples of
    `multiple`. Without `is_offered` the row says that the supplier does not have the variant any more.
    """

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="prices", db_index=False)
    variant = models.ForeignKey("ecommerce.Variant", models.PROTECT, related_name="supplier_prices")
    price = money_field(_("price"))
    minimum = models.PositiveIntegerField(pgettext_lazy("order quantity", "minimum"), default=1)
    multiple = models.PositiveIntegerField(pgettext_lazy("order quantity", "multiple"), default=1)
    valid_from = models.DateField(_("valid from"))
    is_offered = models.BooleanField(_("offered"), default=True)
    actor_label = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("supplier’s price")
        ordering = ["-valid_from", "-pk"]
        indexes = [models.Index(fields=["supplier", "variant", "-valid_from", "-id"], name="supplier_price_newest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(price__gte=0, minimum__gte=1, multiple__gte=1), name="supplier_price_possible"
            )
        ]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.price}"

    @property
    def log_label(self) -> str:
        return f"{self.supplier.code} {self.variant.sku}"


class SupplierChoice(TenantModel):
    """Whom somebody decided to buy a variant from, and why; it holds until it is changed or taken back.

    It counts while the supplier is in use and offers the variant.
    """

    variant = models.OneToOneField("ecommerce.Variant", models.CASCADE, related_name="supplier_choice")
    supplier = models.ForeignKey(Supplier, models.CASCADE, related_name="choices")
    reason = models.CharField(_("reason"), max_length=200)
    actor_label = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("chosen supplier")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.supplier_id}"


class PurchaseOrderQuerySet(TenantQuerySet["PurchaseOrder"]):
    def on_the_way(self) -> PurchaseOrderQuerySet:
        """Sent, and not all of it has come yet."""
        return self.filter(state__in=rules.ON_THE_WAY)

    def late(self, today: date) -> PurchaseOrderQuerySet:
        return self.on_the_way().filter(expected_on__lt=today)


class PurchaseOrder(TenantModel):
    """What is bought of a supplier, in the supplier's currency. `number` is what people say, unique for the merchant.

    `units` were ordered, `received` of them came and were good. `expected_on` is the day they are to come.
    """

    class State(models.TextChoices):
        DRAFT = rules.DRAFT, pgettext_lazy("purchase order", "Draft")
        SENT = rules.SENT, pgettext_lazy("purchase order", "Sent")
        PARTLY_RECEIVED = rules.PARTLY, pgettext_lazy("purchase order", "Partly received")
        CLOSED = rules.CLOSED, pgettext_lazy("purchase order", "Closed")
        CANCELLED = rules.CANCELLED, pgettext_lazy("purchase order", "Cancelled")

    BADGES: ClassVar[dict[str, Badge]] = {
        State.DRAFT: Badge("neutral", State.DRAFT.label, "empty"),
        State.SENT: Badge("info", State.SENT.label, "empty"),
        State.PARTLY_RECEIVED: Badge("warning", State.PARTLY_RECEIVED.label, "half"),
        State.CLOSED: Badge("success", State.CLOSED.label, "full"),
        State.CANCELLED: Badge("neutral", State.CANCELLED.label, icon="ban"),
    }

    number = models.CharField(_("number"), max_length=20)
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="orders", db_index=False)
    warehouse = models.ForeignKey("ecommerce.Warehouse", models.PROTECT, related_name="purchases")
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.DRAFT)
    currency = models.CharField(_("currency"), max_length=3)
    total = money_field(_("total"))
    units = models.PositiveIntegerField(_("units"), default=0)
    received = models.PositiveIntegerField(_("received"), default=0)
    expected_on = models.DateField(_("expected on"), null=True, blank=True)
    sent_on = models.DateField(_("sent on"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True, help_text="why it was cancelled or closed early")
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantManager.from_queryset(PurchaseOrderQuerySet)()

    class Meta:
        verbose_name = _("purchase order")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["merchant", "-created_at", "-id"], name="purchase_newest"),
            models.Index(fields=["merchant", "updated_at", "id"], name="purchase_updated"),
            models.Index(fields=["supplier", "-created_at"], name="purchase_of_supplier"),
            models.Index(
                fields=["merchant", "expected_on", "id"],
                name="purchase_on_the_way",
                condition=models.Q(state__in=["sent", "partly_received"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "number"], name="purchase_number"),
            models.CheckConstraint(condition=models.Q(total__gte=0), name="purchase_total_not_negative"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("purchase-detail", args=[self.merchant.slug, self.pk])

    @property
    def badge(self) -> Badge:
        return self.BADGES[self.state]

    @property
    def written_in(self) -> str:
        """The language the supplier gets it in: theirs, else the shop's."""
        return self.supplier.language or self.merchant.language

    def can(self, step: str) -> bool:
        return rules.can(step, self.state)


class PurchaseLine(TenantModel):
    """Units of one variant in an order. `accepted` came and were good, `damaged` came and did not enter the stock."""

    order = models.ForeignKey(PurchaseOrder, models.CASCADE, related_name="lines")
    variant = models.ForeignKey("ecommerce.Variant", models.PROTECT, related_name="purchase_lines")
    place = models.PositiveSmallIntegerField(default=1)
    sku = models.CharField(_("SKU"), max_length=80)
    title = models.CharField(_("title"), max_length=250)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = money_field(_("unit price"))
    total = money_field(_("total"))
    accepted = models.PositiveIntegerField(_("accepted"), default=0)
    damaged = models.PositiveIntegerField(_("damaged"), default=0)

    class Meta:
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "variant"], name="purchase_line_once"),
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="purchase_line_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} × {self.quantity}"

    @property
    def outstanding(self) -> int:
        """Units that are still to come: damaged ones are to be replaced until somebody closes the order."""
        return max(self.quantity - self.accepted, 0)


class Receipt(AppendOnlyModel, TenantModel):
    """One delivery of an order as it was looked through; never changed.

    `key` is the caller's: the same delivery sent twice is one. `over_reason` says why more came than was ordered.
    """

    order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="receipts")
    key = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, help_text="of what was sent, to know a repeat")
    received_on = models.DateField(_("received on"))
    accepted = models.PositiveIntegerField(_("accepted"), default=0)
    damaged = models.PositiveIntegerField(_("damaged"), default=0)
    over_reason = models.CharField(_("why more came"), max_length=200, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    actor_label = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("receipt")
        ordering = ["-received_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["merchant", "key"], name="receipt_key")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.received_on}"


class ReceiptLine(AppendOnlyModel, TenantModel):
    """What came of one line: `accepted` units entered the stock, `damaged` ones did not.

    `lot` and `expires_on` are what the box says; the units are of that lot where the product keeps lots.
    """

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="lines")
    line = models.ForeignKey(PurchaseLine, models.PROTECT, related_name="receipts")
    accepted = models.PositiveIntegerField(_("accepted"), default=0)
    damaged = models.PositiveIntegerField(_("damaged"), default=0)
    lot = models.CharField(_("lot"), max_length=120, blank=True)
    expires_on = models.DateField(_("expiry date"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["receipt", "line"], name="receipt_line_once")]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.accepted}"


class PurchaseCounter(TenantModel):
    """The last number that a purchase order was given. Its row is also the lock under which numbers are given."""

    last = models.PositiveBigIntegerField(default=1_000)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant"], name="purchase_counter_one")]

    def __str__(self) -> str:
        return str(self.last)
