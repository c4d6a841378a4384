"""Suppliers and what they ask for their goods."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.append_only import AppendOnlyModel
from core.money import money_field
from core.tenancy import TenantManager, TenantModel, TenantQuerySet


class SupplierQuerySet(TenantQuerySet["Supplier"]):
    def in_use(self) -> SupplierQuerySet:
        return self.filter(archived_at=None)

    def archived(self) -> SupplierQuerySet:
        return self.filter(archived_at__isnull=False)


class Supplier(TenantModel):
    """Who the shop buys from. `lead_days` is what they promise: days from the order to the delivery."""

    name = models.CharField(_("name"), max_length=150)
    code = models.CharField(_("short name"), max_length=20)
    contact = models.CharField(_("contact person"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
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
