"""Who looks after what, who stands in for whom, and what still waits to be opened by somebody."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.tenancy import TenantManager, TenantModel, TenantQuerySet


class CareQuerySet(TenantQuerySet["Care"]):
    def in_words(self) -> CareQuerySet:
        """With everything that a row is shown by."""
        return self.select_related("member__user", "product", "category", "warehouse", "supplier")


class Care(TenantModel):
    """A member looks after one thing: what is told about it goes to them first. Exactly one target is set."""

    class Target(models.TextChoices):
        PRODUCT = "product", _("Product")
        CATEGORY = "category", _("Category")
        WAREHOUSE = "warehouse", _("Warehouse")
        SUPPLIER = "supplier", _("Supplier")

    ICONS: ClassVar[dict[str, str]] = {
        Target.PRODUCT: "tag",
        Target.CATEGORY: "folders",
        Target.WAREHOUSE: "building-warehouse",
        Target.SUPPLIER: "building-factory",
    }

    member = models.ForeignKey("accounts.Membership", models.CASCADE, related_name="+")
    product = models.ForeignKey("ecommerce.Product", models.CASCADE, null=True, blank=True, related_name="+")
    category = models.ForeignKey("ecommerce.Category", models.CASCADE, null=True, blank=True, related_name="+")
    warehouse = models.ForeignKey("ecommerce.Warehouse", models.CASCADE, null=True, blank=True, related_name="+")
    supplier = models.ForeignKey("ecommerce.Supplier", models.CASCADE, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    objects = TenantManager.from_queryset(CareQuerySet)()

    class Meta:
        ordering = ["-added_at", "-pk"]
        indexes = [models.Index(fields=["merchant", "-added_at", "-id"], name="care_newest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(product__isnull=False, category=None, warehouse=None, supplier=None)
                | models.Q(product=None, category__isnull=False, warehouse=None, supplier=None)
                | models.Q(product=None, category=None, warehouse__isnull=False, supplier=None)
                | models.Q(product=None, category=None, warehouse=None, supplier__isnull=False),
                name="care_of_one_thing",
            ),
            models.UniqueConstraint(fields=["member", "product"], name="care_product_once"),
            models.UniqueConstraint(fields=["member", "category"], name="care_category_once"),
            models.UniqueConstraint(fields=["member", "warehouse"], name="care_warehouse_once"),
            models.UniqueConstraint(fields=["member", "supplier"], name="care_supplier_once"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.what} {self.target}"

    @property
    def what(self) -> str:
        """Which of Target it is."""
        return next(name for name in self.Target.values if getattr(self, f"{name}_id") is not None)

    @property
    def target(self) -> models.Model:
        target: models.Model = getattr(self, self.what)
        return target

    @property
    def target_word(self) -> str:
        """The value that names the target in forms: "product:12"."""
        return f"{self.what}:{getattr(self, f'{self.what}_id')}"

    @property
    def what_label(self) -> str:
        return str(self.Target(self.what).label)

    @property
    def icon_name(self) -> str:
        return self.ICONS[self.what]


class AbsenceQuerySet(TenantQuerySet["Absence"]):
    def in_words(self) -> AbsenceQuerySet:
        """With everything that a row is shown by."""
        return self.select_related("member__user", "deputy__user")

    def on(self, day: date) -> AbsenceQuerySet:
        return self.filter(first_day__lte=day, last_day__gte=day)

    def between(self, first: date, last: date) -> AbsenceQuerySet:
        """Those with a day in common with these days, both included."""
        return self.filter(first_day__lte=last, last_day__gte=first)


class Absence(TenantModel):
    """A member is away on these days of the merchant's calendar, both included. The deputy is told in their place."""

    member = models.ForeignKey("accounts.Membership", models.CASCADE, related_name="+")
    deputy = models.ForeignKey("accounts.Membership", models.SET_NULL, null=True, blank=True, related_name="+")
    first_day = models.DateField(pgettext_lazy("absence", "first day"))
    last_day = models.DateField(pgettext_lazy("absence", "last day"))

    objects = TenantManager.from_queryset(AbsenceQuerySet)()

    class Meta:
        ordering = ["first_day", "pk"]
        indexes = [models.Index(fields=["merchant", "last_day"], name="absence_until")]
        constraints = [
            models.CheckConstraint(condition=models.Q(first_day__lte=models.F("last_day")), name="absence_days"),
            models.CheckConstraint(
                condition=models.Q(deputy=None) | ~models.Q(deputy=models.F("member")), name="absence_deputy_is_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.first_day} {self.last_day}"


class StaffAbsenceQuerySet(models.QuerySet["StaffAbsence"]):
    def in_words(self) -> StaffAbsenceQuerySet:
        """With everything that a row is shown by."""
        return self.select_related("member", "deputy")

    def between(self, first: date, last: date) -> StaffAbsenceQuerySet:
        """Those with a day in common with these days, both included."""
        return self.filter(first_day__lte=last, last_day__gte=first)


class StaffAbsence(models.Model):
    """One of the platform's staff is away on these days of their own calendar, both included. The deputy is told in
    their place.
    """

    member = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    deputy = models.ForeignKey("accounts.User", models.SET_NULL, null=True, blank=True, related_name="+")
    first_day = models.DateField(pgettext_lazy("absence", "first day"))
    last_day = models.DateField(pgettext_lazy("absence", "last day"))

    objects = StaffAbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["first_day", "pk"]
        indexes = [models.Index(fields=["last_day"], name="staff_absence_until")]
        constraints = [
            models.CheckConstraint(condition=models.Q(first_day__lte=models.F("last_day")), name="staff_absence_days"),
            models.CheckConstraint(
                condition=models.Q(deputy=None) | ~models.Q(deputy=models.F("member")),
                name="staff_absence_deputy_other",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.first_day} {self.last_day}"


class Escalation(TenantModel):
    """A fact to be acted on today, once for each kind and key: at `due_at` it goes further, unless somebody opened it,
    and at `done_by`, unless somebody did it.

    `step` is how often it went further. Either time is None where that is over, or nothing says by when.
    """

    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=100)
    step = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    done_by = models.DateTimeField(null=True, blank=True)
    begun_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["merchant", "kind", "key"], name="escalation_once")]
        indexes = [
            models.Index(fields=["due_at"], name="escalation_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["begun_at"], name="escalation_begun"),
            models.Index(fields=["done_by"], name="escalation_undone", condition=models.Q(done_by__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.step}"
