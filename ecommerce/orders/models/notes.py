"""What people write on an order: notes for the team, and tags to find it by."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.tenancy import TenantModel
from ecommerce.orders.models.orders import Order


class OrderNote(TenantModel):
    """A note for the team, on the timeline of an order."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="notes")
    text = models.TextField(_("note"), max_length=2000)
    author_label = models.CharField(max_length=150)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:40]


class OrderTag(TenantModel):
    """A word the merchant put on an order."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="tags")
    name = models.CharField(_("tag"), max_length=40)

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["merchant", "name", "order"], name="order_tag_name")]
        constraints = [models.UniqueConstraint(fields=["order", "name"], name="order_tag_once")]

    def __str__(self) -> str:
        return self.name
