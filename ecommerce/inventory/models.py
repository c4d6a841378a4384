"""Stock: an append-only ledger of moves, and the levels that are its sum."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.append_only import AppendOnlyModel
from core.tenancy import TenantModel


class Warehouse(TenantModel):
    name = models.CharField(_("name"), max_length=80)
    code = models.CharField(_("code"), max_length=20)
    city = models.CharField(_("city"), max_length=80, blank=True)
    is_default = models.BooleanField(_("default"), default=False)

    class Meta:
        verbose_name = _("warehouse")
        ordering = ["-is_default", "name"]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "code"], name="warehouse_code"),
            models.UniqueConstraint(
                fields=["merchant"], condition=models.Q(is_default=True), name="warehouse_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StockMove(AppendOnlyModel, TenantModel):
    """One change of the stock on hand, in units; never changed or deleted."""

    class Reason(models.TextChoices):
        OPENING = "opening", _("Opening stock")
        RECEIPT = "receipt", _("Received from supplier")
        SALE = "sale", _("Shipped to customer")
        RETURN = "return", _("Returned by customer")
        ADJUSTMENT = "adjustment", _("Corrected by hand")
        DAMAGE = "damage", _("Damaged or lost")

    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="moves")
    variant = models.ForeignKey("ecommerce.Variant", models.PROTECT, related_name="stock_moves")
    quantity = models.IntegerField(_("quantity"), help_text="positive in, negative out")
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    actor_label = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["merchant", "variant", "-at"], name="stock_move_newest")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(quantity=0), name="stock_move_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.variant} {self.quantity:+d}"


class StockLevel(TenantModel):
    """Units of a variant in a warehouse. `on_hand` is the sum of the moves; `reserved` is promised to open orders."""

    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="levels")
    variant = models.ForeignKey("ecommerce.Variant", models.CASCADE, related_name="stock_levels")
    on_hand = models.IntegerField(_("on hand"), default=0)
    reserved = models.IntegerField(_("reserved"), default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["variant__sku", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["warehouse", "variant"], name="stock_level_place"),
            models.CheckConstraint(condition=models.Q(on_hand__gte=0), name="stock_on_hand_not_negative"),
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0, reserved__lte=models.F("on_hand")), name="stock_reserved_on_hand"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant} @ {self.warehouse}: {self.on_hand}"

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved
