"""Points of buyers: the shop's terms, and a ledger that is only ever added to."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.append_only import AppendOnlyModel
from core.badges import Badge
from core.money import money_field
from core.tenancy import TenantModel


class PointsRules(TenantModel):
    """What the shop gives points for and what they are worth. A shop that never said anything has no row and no points.

    `per_unit` points for each unit of the currency that is paid, good for `months` (None: for good); `exchange_points`
    of them become a coupon of `exchange_amount`, valid for `exchange_days`.
    """

    is_on = models.BooleanField(_("points are given"), default=False)
    per_unit = models.DecimalField(_("points per unit of currency"), max_digits=7, decimal_places=2, default=Decimal(1))
    months = models.PositiveSmallIntegerField(_("months until points expire"), null=True, blank=True, default=12)
    exchange_points = models.PositiveIntegerField(_("points for a coupon"), default=100)
    exchange_amount = money_field(_("amount of the coupon"), default=Decimal("10.00"))
    exchange_days = models.PositiveSmallIntegerField(_("days the coupon is valid"), default=90)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("terms of points")
        constraints = [models.UniqueConstraint(fields=["merchant"], name="points_rules_once")]

    def __str__(self) -> str:
        return f"{self.per_unit}, {self.months}"


class PointsEntry(AppendOnlyModel, TenantModel):
    """One change of a buyer's points, and what they come to after it; never changed.

    `cause` names what it is for: a second entry of that name is not written. `sequence` counts a buyer's entries, so
    that two written at once cannot both stand. `expires_on` is the last day of points that were added.
    """

    class Kind(models.TextChoices):
        EARNED = "earned", pgettext_lazy("points", "Earned")
        TAKEN_BACK = "taken_back", pgettext_lazy("points", "Taken back")
        BY_HAND = "by_hand", pgettext_lazy("points", "By hand")
        SPENT = "spent", pgettext_lazy("points", "Spent")
        EXPIRED = "expired", pgettext_lazy("points", "Expired")

    BADGES: ClassVar[dict[str, Badge]] = {
        Kind.EARNED: Badge("success", Kind.EARNED.label, "full"),
        Kind.TAKEN_BACK: Badge("neutral", Kind.TAKEN_BACK.label, icon="arrow-back-up"),
        Kind.BY_HAND: Badge("info", Kind.BY_HAND.label, icon="edit"),
        Kind.SPENT: Badge("neutral", Kind.SPENT.label, "full"),
        Kind.EXPIRED: Badge("neutral", Kind.EXPIRED.label, icon="clock"),
    }

    customer = models.ForeignKey("ecommerce.Customer", models.PROTECT, related_name="points", db_index=False)
    sequence = models.PositiveIntegerField()
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    points = models.IntegerField(_("points"))
    balance = models.IntegerField(_("balance"))
    expires_on = models.DateField(_("good until"), null=True, blank=True)
    order = models.ForeignKey("ecommerce.Order", models.PROTECT, null=True, blank=True, related_name="+")
    coupon = models.ForeignKey(
        "ecommerce.Coupon", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    actor_label = models.CharField(max_length=150, blank=True)
    cause = models.CharField(max_length=120)
    at = models.DateTimeField(_("time"), default=timezone.now)

    class Meta:
        verbose_name = _("change of points")
        ordering = ["customer_id", "-sequence"]
        indexes = [
            models.Index(
                fields=["merchant", "expires_on", "customer"],
                name="points_expiring",
                condition=models.Q(points__gt=0, expires_on__isnull=False),
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "cause"], name="points_entry_once"),
            models.UniqueConstraint(fields=["customer", "sequence"], name="points_entry_in_turn"),
            models.CheckConstraint(condition=models.Q(balance__gte=0), name="points_balance_not_negative"),
            models.CheckConstraint(
                condition=models.Q(points__gte=0, kind="earned")
                | models.Q(kind="by_hand")
                | models.Q(points__lte=0, kind__in=["taken_back", "spent", "expired"]),
                name="points_entry_sign",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.points}"

    @property
    def badge(self) -> Badge:
        return self.BADGES[self.kind]
