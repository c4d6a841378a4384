"""Episodes in which a variant is about to sell out, so that each is told once."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.tenancy import TenantManager, TenantModel, TenantQuerySet


class StockWarningQuerySet(TenantQuerySet["StockWarning"]):
    def open(self) -> StockWarningQuerySet:
        return self.filter(closed_at=None)


class StockWarning(TenantModel):
    """From the day the stock of a variant is likely to last too short a time until it lasts again.

    The dates are what was expected when it opened: sold out between `out_low` and `out_high` (80 %; no end where sales
    are too few to name one).
    """

    variant = models.ForeignKey("ecommerce.Variant", models.CASCADE, related_name="stock_warnings")
    opened_at = models.DateTimeField(_("since"), default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    available = models.IntegerField(_("available"))
    per_day = models.FloatField(_("sells per day"))
    out_low = models.DateField()
    out_middle = models.DateField(_("likely sold out"))
    out_high = models.DateField(null=True)

    objects = TenantManager.from_queryset(StockWarningQuerySet)()

    class Meta:
        ordering = ["out_middle", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["variant"], condition=models.Q(closed_at=None), name="stock_warning_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.variant_id} sold out around {self.out_middle}"
