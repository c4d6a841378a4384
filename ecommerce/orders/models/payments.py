"""Money in and back, order by order."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from core.money import money_field
from core.tenancy import TenantModel
from ecommerce.orders.models.orders import Order


class Payment(TenantModel):
    """Money in (charge) or back (refund). Only a reference of the payment provider is kept, never card data."""

    class Kind(models.TextChoices):
        CHARGE = "charge", _("Payment")
        REFUND = "refund", _("Refund")

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")

    # How people say the methods that are common; a channel may name any other.
    METHODS: ClassVar[dict[str, Any]] = {
        "alipay": _("Alipay"),
        "wechat": _("WeChat Pay"),
        "card": _("Card"),
        "bank": _("Bank transfer"),
        "cash": _("Cash"),
        "other": pgettext_lazy("payment", "Other"),
    }

    EXCHANGE = "exchange"  # nothing was to be paid: goods that came back were

    order = models.ForeignKey(Order, models.CASCADE, related_name="payments")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.CHARGE)
    state = models.CharField(max_length=10, choices=State, default=State.SUCCEEDED)
    method = models.CharField(_("method"), max_length=40, blank=True)
    amount = money_field(_("amount"))
    reference = models.CharField(_("reference"), max_length=120, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["merchant", "kind", "at"], name="payment_by_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"

    @property
    def method_label(self) -> str:
        if self.method == self.EXCHANGE:
            return str(pgettext("payment", "Exchange"))
        return str(self.METHODS.get(self.method, self.method))
