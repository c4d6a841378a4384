"""Promotions, planned ones and those found in the past, and the report on each: all written once."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.append_only import AppendOnlyModel
from core.badges import Badge
from core.tenancy import TenantManager, TenantModel, TenantQuerySet


class PromotionQuerySet(TenantQuerySet["Promotion"]):
    def planned(self) -> PromotionQuerySet:
        return self.filter(kind=Promotion.Kind.PLANNED)

    def found(self) -> PromotionQuerySet:
        return self.filter(kind=Promotion.Kind.FOUND)

    def unreported(self) -> PromotionQuerySet:
        return self.filter(report=None)


class Promotion(AppendOnlyModel, TenantModel):
    """A time in which things cost less. `depth` is the price cut in percent, `variants` the ids of what is cheaper.

    A planned one carries its `promise` (actions.plan_promotion): what was forecast and what it takes, sealed by
    `digest`. A found one is what was really paid, per week (rules.found_in); it promises nothing.
    """

    class Kind(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("promotion", "Planned")
        FOUND = "found", pgettext_lazy("promotion", "From past sales")

    kind = models.CharField(max_length=8, choices=Kind)
    title = models.CharField(_("title"), max_length=120)
    category = models.ForeignKey("ecommerce.Category", models.PROTECT, null=True, related_name="+")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    depth = models.FloatField(_("price cut"))
    variants = models.JSONField(default=list)
    made_at = models.DateTimeField(default=timezone.now)
    actor_label = models.CharField(max_length=150, blank=True)
    promise = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)

    objects = TenantManager.from_queryset(PromotionQuerySet)()
    name = ""  # what people recognise it by, in the reader's language: words.name_them

    class Meta:
        ordering = ["-first_day", "-pk"]
        indexes = [models.Index(fields=["merchant", "-first_day", "-id"], name="promotion_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "category", "first_day"],
                condition=models.Q(kind="found"),
                name="promotion_found_once",
            )
        ]

    BADGES: ClassVar[dict[str, Badge]] = {
        Kind.PLANNED: Badge("info", Kind.PLANNED.label, "half"),
        Kind.FOUND: Badge("neutral", Kind.FOUND.label, "full"),
    }

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("promotion-detail", args=[self.merchant.slug, self.pk])

    @property
    def report_or_none(self) -> PromotionReport | None:
        return getattr(self, "report", None)

    @property
    def badge(self) -> Badge:
        if self.kind == self.Kind.PLANNED and self.report_or_none is not None:
            return Badge("success", pgettext_lazy("promotion", "Reported"), "full")
        return self.BADGES[self.kind]


class PromotionReport(AppendOnlyModel, TenantModel):
    """What a promotion did (measuring.measure_promotion), written once when the weeks after it are over.

    `extra_low` to `extra_high` is the 80 % range of the units that would not have been sold without it; they are None
    where too little quiet was known. `discount` is what the buyers saved, in the shop's currency. `figures` holds the
    rest: the dip afterwards, the sisters, each product, and the weeks for the chart.
    """

    promotion = models.OneToOneField(Promotion, models.PROTECT, related_name="report")
    made_at = models.DateTimeField(default=timezone.now)
    units = models.FloatField(default=0)
    expected = models.FloatField(null=True)
    extra_low = models.FloatField(null=True)
    extra = models.FloatField(null=True)
    extra_high = models.FloatField(null=True)
    discount = models.FloatField(default=0)
    figures: Any = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.promotion_id}: {self.units}"

    @property
    def is_measured(self) -> bool:
        return self.extra is not None

    @property
    def is_clear(self) -> bool:
        """Whether the range tells it from nothing at all."""
        return self.extra_low is not None and self.extra_low > 0


class PromotionDraft(TenantModel):
    """A promotion that something proposed and a person may adopt: as `Promotion`, but it promises nothing yet.

    `promise` is what was forecast of it when it was drafted, `promotion` the plan it became.
    """

    title = models.CharField(_("title"), max_length=120)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    depth = models.FloatField(_("price cut"))
    variants = models.JSONField(default=list)
    promise = models.JSONField(default=dict)
    promotion = models.OneToOneField(Promotion, models.PROTECT, null=True, blank=True, related_name="draft")
    actor_label = models.CharField(max_length=150, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("promotiondraft-detail", args=[self.merchant.slug, self.pk])

    @property
    def is_open(self) -> bool:
        """Whether nobody has adopted it."""
        return self.promotion_id is None
