"""Figures that people stated beside the machine's, and how both turned out. Written once, like the forecasts."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.accuracy.rules import nearer
from core.append_only import AppendOnlyModel
from core.tenancy import TenantModel


class OverrideOf(models.TextChoices):
    """What a person may state a figure for."""

    SALES_VALUE = "sales_value", pgettext_lazy("measure", "Sales")
    ORDERS = "orders", pgettext_lazy("measure", "Orders")
    UNITS = "units", _("Units of a product")


class ForecastOverride(AppendOnlyModel, TenantModel):
    """What a person expects of `days` days from `first_day` on, and what the machine said of them then.

    It stands beside the machine's figure and never in its place. One that is stated again for the same days counts
    instead of the earlier one, which stays.
    """

    measure = models.CharField(_("what"), max_length=12, choices=OverrideOf)
    variant = models.ForeignKey("ecommerce.Variant", models.PROTECT, null=True, related_name="+")
    first_day = models.DateField(_("from"))
    days = models.PositiveSmallIntegerField(_("days"))
    value = models.FloatField(_("your figure"))
    reason = models.CharField(_("reason"), max_length=300)
    made_at = models.DateTimeField(_("stated"), default=timezone.now)
    made_by = models.BigIntegerField(null=True)
    actor_label = models.CharField(_("by"), max_length=150)
    run_id = models.BigIntegerField(help_text="the ForecastRun or DemandRun it stands beside")
    machine_low = models.FloatField()
    machine_middle = models.FloatField()
    machine_high = models.FloatField()

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["merchant", "-made_at", "-id"], name="override_newest")]
        constraints = [
            models.CheckConstraint(condition=models.Q(value__gte=0), name="override_not_negative"),
            models.CheckConstraint(condition=models.Q(days__gte=1, days__lte=28), name="override_days"),
        ]

    def __str__(self) -> str:
        return f"O-{self.pk}"

    @property
    def last_day(self) -> date:
        return self.first_day + timedelta(days=self.days - 1)


class OverrideScore(AppendOnlyModel, TenantModel):
    """How an override turned out, beside the machine's figure: each one's figure less what came."""

    override = models.OneToOneField(ForecastOverride, models.PROTECT, related_name="score")
    scored_at = models.DateTimeField(default=timezone.now)
    actual = models.FloatField()
    error = models.FloatField()
    machine_error = models.FloatField()

    class Meta:
        ordering = ["override_id"]

    def __str__(self) -> str:
        return f"{self.actual:g}"

    @property
    def nearer(self) -> str:
        """ "person", "machine" or "same"."""
        return nearer(self.machine_error, self.error)
