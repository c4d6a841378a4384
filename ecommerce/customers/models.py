"""Buyers of one merchant, and what they agreed to."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.append_only import AppendOnlyModel
from core.money import money_field
from core.tenancy import TenantModel


class Customer(TenantModel):
    """A buyer. The totals are kept by the actions of orders, in the merchant's currency."""

    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    country = models.CharField(_("country"), max_length=2, blank=True)
    region = models.CharField(_("region"), max_length=80, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    note = models.TextField(_("note"), blank=True)
    external_id = models.CharField(max_length=80, blank=True)
    order_count = models.PositiveIntegerField(_("orders"), default=0)
    spend = money_field(_("spend"), help_text="paid less refunded")
    last_order_at = models.DateTimeField(_("last order"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("customer")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["merchant", "-created_at", "-id"], name="customer_newest"),
            models.Index(fields=["merchant", "email"], name="customer_email"),
            models.Index(fields=["merchant", "updated_at", "id"], name="customer_updated"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "external_id"], condition=~models.Q(external_id=""), name="customer_external_id"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("customer-detail", args=[self.merchant.slug, self.pk])

    @property
    def log_label(self) -> str:
        """What the activity log, which never forgets, calls the buyer: no name."""
        return f"C-{self.pk}"

    @property
    def place(self) -> str:
        """City, region and country, as far as they are known."""
        return ", ".join(part for part in (self.city, self.region, self.country) if part)


class CustomerTag(TenantModel):
    """A word the merchant put on a customer."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="tags")
    name = models.CharField(_("tag"), max_length=40)

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["merchant", "name"], name="customer_tag_name")]
        constraints = [models.UniqueConstraint(fields=["customer", "name"], name="customer_tag_once")]

    def __str__(self) -> str:
        return self.name


class Consent(AppendOnlyModel, TenantModel):
    """What a buyer agreed to or withdrew, when and where; the newest row for a purpose and channel counts.

    Append-only: a change of mind is a new row.
    """

    class Purpose(models.TextChoices):
        ORDER = "order", _("News of their orders")
        REVIEW = "review", _("Invitations to review")
        MARKETING = "marketing", _("Offers and news")

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("Text message")

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel, default=Channel.EMAIL)
    granted = models.BooleanField(_("agreed"))
    text_version = models.CharField(max_length=40, blank=True)
    source = models.CharField(_("source"), max_length=60, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["customer", "purpose", "channel", "-at", "-id"], name="consent_newest")]

    def __str__(self) -> str:
        return f"{self.purpose}/{self.channel}: {self.granted}"
