"""Coupons: a code that takes something off one order."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.badges import Badge
from core.money import money_field
from core.tenancy import TenantManager, TenantModel, TenantQuerySet
from ecommerce.coupons import rules


class CouponQuerySet(TenantQuerySet["Coupon"]):
    def unused(self) -> CouponQuerySet:
        """Neither used nor withdrawn, whatever the day."""
        return self.filter(used_at=None, withdrawn_at=None)

    def on_order(self, number: str) -> CouponQuerySet:
        """Used on the order of that number, or on the one it was split from."""
        parts = CouponPart.objects.filter(number=number).values("coupon")
        return self.filter(models.Q(used_on=number) | models.Q(pk__in=parts))

    def usable(self, on: date) -> CouponQuerySet:
        return self.unused().filter(valid_from__lte=on).exclude(valid_until__lt=on)

    def coming(self, on: date) -> CouponQuerySet:
        return self.unused().filter(valid_from__gt=on)

    def expired(self, on: date) -> CouponQuerySet:
        return self.unused().filter(valid_until__lt=on)

    def used(self) -> CouponQuerySet:
        return self.filter(used_at__isnull=False)

    def withdrawn(self) -> CouponQuerySet:
        return self.filter(withdrawn_at__isnull=False)


class Coupon(TenantModel):
    """A code that takes an amount or a percentage off one order, once. Amounts are in the merchant's currency.

    Without a `customer` whoever has the code may use it. `used_on` is the number of the order it was used on and
    `taken_off` what it took off there; both are empty again when that order is called off.
    """

    class Kind(models.TextChoices):
        AMOUNT = rules.AMOUNT, _("Amount off")
        PERCENT = rules.PERCENT, _("Percentage off")

    class Origin(models.TextChoices):
        HAND = "hand", pgettext_lazy("coupon", "Given by the shop")
        POINTS = "points", pgettext_lazy("coupon", "For points")
        APOLOGY = "apology", pgettext_lazy("coupon", "As an apology")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("coupon", "Open")
        COMING = "coming", pgettext_lazy("coupon", "Not valid yet")
        USED = "used", pgettext_lazy("coupon", "Used")
        EXPIRED = "expired", pgettext_lazy("coupon", "Expired")
        WITHDRAWN = "withdrawn", pgettext_lazy("coupon", "Withdrawn")

    BADGES: ClassVar[dict[str, Badge]] = {
        State.OPEN: Badge("success", State.OPEN.label, "full"),
        State.COMING: Badge("neutral", State.COMING.label, "empty"),
        State.USED: Badge("neutral", State.USED.label, "full"),
        State.EXPIRED: Badge("neutral", State.EXPIRED.label, icon="clock"),
        State.WITHDRAWN: Badge("neutral", State.WITHDRAWN.label, icon="ban"),
    }

    code = models.CharField(pgettext_lazy("coupon", "code"), max_length=rules.LONGEST)
    customer = models.ForeignKey(
        "ecommerce.Customer", models.CASCADE, null=True, blank=True, related_name="coupons", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.AMOUNT)
    amount = money_field(_("amount"))
    percent = models.PositiveSmallIntegerField(_("percentage"), default=0)
    least = money_field(_("least order value"), help_text="goods after all other discounts")
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True, help_text="the last day, included")
    origin = models.CharField(_("origin"), max_length=8, choices=Origin, default=Origin.HAND)
    note = models.CharField(_("note"), max_length=rules.NOTE_LENGTH, blank=True)
    batch = models.CharField(max_length=40, blank=True, help_text="names what it was given with, to many at once")
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    used_on = models.CharField(_("used on order"), max_length=64, blank=True)
    taken_off = money_field(_("taken off"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantManager.from_queryset(CouponQuerySet)()

    class Meta:
        verbose_name = _("coupon")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["merchant", "-created_at", "-id"], name="coupon_newest"),
            models.Index(fields=["customer", "-created_at", "-id"], name="coupon_of_customer"),
            models.Index(fields=["merchant", "updated_at", "id"], name="coupon_updated"),
            models.Index(
                fields=["merchant", "valid_until"],
                name="coupon_running_out",
                condition=models.Q(used_at=None, withdrawn_at=None, valid_until__isnull=False),
            ),
            models.Index(fields=["merchant", "used_on"], name="coupon_by_order", condition=~models.Q(used_on="")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "code"], name="coupon_code"),
            models.UniqueConstraint(
                fields=["customer", "batch"], condition=~models.Q(batch=""), name="coupon_once_in_a_batch"
            ),
            models.CheckConstraint(
                condition=models.Q(kind=rules.AMOUNT, amount__gt=0, percent=0)
                | models.Q(kind=rules.PERCENT, amount=0, percent__gte=1, percent__lte=100),
                name="coupon_takes_something_off",
            ),
            models.CheckConstraint(
                condition=models.Q(used_at=None, used_on="")
                | (models.Q(used_at__isnull=False) & ~models.Q(used_on="")),
                name="coupon_used_on_an_order",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("coupon-detail", args=[self.merchant.slug, self.pk])

    def state_on(self, day: date) -> str:
        """Where it stands on a day of the shop."""
        if self.withdrawn_at is not None:
            return self.State.WITHDRAWN
        if self.used_at is not None:
            return self.State.USED
        if self.valid_until is not None and self.valid_until < day:
            return self.State.EXPIRED
        return self.State.COMING if self.valid_from > day else self.State.OPEN

    @property
    def state(self) -> str:
        """Where it stands today where the shop is; call it in the time zone of the shop."""
        return self.state_on(timezone.localdate())

    @property
    def badge(self) -> Badge:
        return self.BADGES[self.state]

    @property
    def may_be_withdrawn(self) -> bool:
        return self.used_at is None and self.withdrawn_at is None


class CouponPart(TenantModel):
    """A further order with a part of what the coupon took off: it was split from the one the coupon was used on."""

    coupon = models.ForeignKey(Coupon, models.CASCADE, related_name="parts")
    number = models.CharField(_("order"), max_length=64)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "number", "coupon"], name="coupon_part_once"),
        ]

    def __str__(self) -> str:
        return self.number
