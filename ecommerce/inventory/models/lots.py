"""Lots: units of a variant that were made together, and how many of them are where."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.append_only import AppendOnlyModel
from core.tenancy import TenantModel
from ecommerce.inventory import rules
from ecommerce.inventory.models.stock import StockLevel, StockMove, Warehouse


class Lot(TenantModel):
    """Units of a variant under the code their maker gave them. They may be sold on `expires_on` and before.

    `supplier` and `reference` say whom and with which order it came from when it came first; suppliers lie above
    stock, so it is their name. `told_at` is when people were told that it expires soon.
    """

    variant = models.ForeignKey("ecommerce.Variant", models.PROTECT, related_name="lots", db_index=False)
    code = models.CharField(_("lot"), max_length=120)
    expires_on = models.DateField(_("expiry date"), null=True, blank=True)
    received_on = models.DateField(_("received on"))
    supplier = models.CharField(_("supplier"), max_length=150, blank=True)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("lot")
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["merchant", "expires_on"],
                name="lot_to_tell",
                condition=models.Q(told_at=None, expires_on__isnull=False),
            )
        ]
        constraints = [models.UniqueConstraint(fields=["variant", "code"], name="lot_code")]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("lot-detail", args=[self.merchant.slug, self.pk])

    def days_left(self, today: date) -> int | None:
        """Days until it expires, below zero once it has; None where it never does."""
        return None if self.expires_on is None else (self.expires_on - today).days

    def has_expired(self, today: date) -> bool:
        return rules.has_expired(self.expires_on, today)


class LotLevel(TenantModel):
    """Units of a lot in a warehouse: the sum of its moves there. All lots of a level together are its `in_lots`."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="levels", db_index=False)
    level = models.ForeignKey(StockLevel, models.PROTECT, related_name="lots", db_index=False)
    units = models.PositiveIntegerField(_("units"), default=0)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["level"], name="lot_level_on_shelf", condition=models.Q(units__gt=0))]
        constraints = [models.UniqueConstraint(fields=["lot", "level"], name="lot_level_place")]

    def __str__(self) -> str:
        return f"{self.lot} @ {self.level_id}: {self.units}"


class LotMove(AppendOnlyModel, TenantModel):
    """Units of a lot that came or went with a move of the ledger; never changed. Without a `move` they were there
    before and somebody said which lot they are of.
    """

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="moves", db_index=False)
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="+", db_index=False)
    move = models.ForeignKey(StockMove, models.PROTECT, null=True, blank=True, related_name="lots")
    quantity = models.IntegerField(_("quantity"), help_text="positive in, negative out")
    actor_label = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["lot", "-at", "-id"], name="lot_move_newest")]
        constraints = [models.CheckConstraint(condition=~models.Q(quantity=0), name="lot_move_not_zero")]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.quantity:+d}"
