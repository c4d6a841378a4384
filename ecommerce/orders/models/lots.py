"""Which lots went out with an order, so that all who got one can be found."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.tenancy import TenantModel
from ecommerce.inventory.models import Lot
from ecommerce.orders.models.orders import OrderLine


class LineLot(TenantModel):
    """Units of a lot that left for a line, of a bundle those of a part; `returned` of them are back on the shelf."""

    line = models.ForeignKey(OrderLine, models.CASCADE, related_name="lots", db_index=False)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="lines", db_index=False)
    units = models.PositiveIntegerField(_("units"))
    returned = models.PositiveIntegerField(_("returned"), default=0)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["lot", "-at", "-id"], name="line_lot_newest")]
        constraints = [
            models.UniqueConstraint(fields=["line", "lot"], name="line_lot_once"),
            models.CheckConstraint(condition=models.Q(returned__lte=models.F("units")), name="line_lot_returned"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.lot_id} × {self.units}"
