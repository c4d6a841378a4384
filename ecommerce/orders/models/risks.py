"""What may be wrong with an order, as rows with their reasons, and how careful a merchant wants to be."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from core.tenancy import TenantModel
from ecommerce.orders.models.orders import Order


class RiskFlag(TenantModel):
    """One thing that is unusual about an order. `codes` are the reasons, `figures` the numbers they rest on.

    Open until a person has looked at it (`settled_by` names them) or its reason is gone ("" then). `held` says that the
    order was put on hold for it.
    """

    class Kind(models.TextChoices):
        ADDRESS = "address", pgettext_lazy("risk", "Address")
        VELOCITY = "velocity", pgettext_lazy("risk", "Many orders at once")
        VALUE = "value", pgettext_lazy("risk", "Unusually large")
        REFUNDS = "refunds", pgettext_lazy("risk", "Repeated refunds")
        CARD = "card", pgettext_lazy("risk", "Card does not match")

    order = models.ForeignKey(Order, models.CASCADE, related_name="risk_flags")
    kind = models.CharField(max_length=10, choices=Kind)
    codes = models.JSONField(default=list)
    figures = models.JSONField(default=dict)
    held = models.BooleanField(default=False)
    raised_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["raised_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["order", "kind"], name="risk_flag_once")]
        indexes = [
            models.Index(
                fields=["merchant", "order"], name="risk_flag_open", condition=models.Q(settled_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.order_id}"

    @property
    def is_open(self) -> bool:
        return self.settled_at is None


class RiskRules(TenantModel):
    """How careful a merchant is. `kinds` are those that are looked for.

    `many_orders` in `many_hours` is too many; an order is large above `value_factor` times the amount that 95 of 100
    orders stay below; `many_refunds` refunded orders of one buyer in 180 days are too many. `hold_from` open flags put
    an order on hold by themselves, 0 for never.
    """

    kinds = models.JSONField(default=list)
    many_orders = models.PositiveSmallIntegerField(default=4, validators=[MinValueValidator(2), MaxValueValidator(100)])
    many_hours = models.PositiveSmallIntegerField(default=24, validators=[MinValueValidator(1), MaxValueValidator(168)])
    value_factor = models.DecimalField(max_digits=4, decimal_places=1, default=Decimal("2.0"))
    many_refunds = models.PositiveSmallIntegerField(default=3, validators=[MinValueValidator(1), MaxValueValidator(50)])
    hold_from = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(5)])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant"], name="risk_rules_one")]

    def __str__(self) -> str:
        return ", ".join(self.kinds)
