"""Where each product stands, what was answered to suggestions, and what came of that."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.append_only import AppendOnlyModel
from core.badges import Badge
from core.tenancy import TenantManager, TenantModel, TenantQuerySet


class Stage(models.TextChoices):
    NEW = "new", pgettext_lazy("product stage", "New")
    GROWING = "growing", pgettext_lazy("product stage", "Growing")
    MATURE = "mature", pgettext_lazy("product stage", "Mature")
    DECLINING = "declining", pgettext_lazy("product stage", "Declining")
    END = "end", pgettext_lazy("product stage", "At its end")
    UNKNOWN = "unknown", pgettext_lazy("product stage", "Not enough data")


class Suggestion(models.TextChoices):
    GROW = "grow", pgettext_lazy("product suggestion", "Grow")
    KEEP = "keep", pgettext_lazy("product suggestion", "Keep")
    CLEAR = "clear", pgettext_lazy("product suggestion", "Clear")
    RETIRE = "retire", pgettext_lazy("product suggestion", "Retire")
    NONE = "none", pgettext_lazy("product suggestion", "Nothing yet")


class LifecycleDecision(AppendOnlyModel, TenantModel):
    """An answer to a suggestion, with the figures of that day."""

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", pgettext_lazy("suggestion", "Accepted")
        DISMISSED = "dismissed", pgettext_lazy("suggestion", "Dismissed")

    product = models.ForeignKey("ecommerce.Product", models.CASCADE, related_name="+")
    stage = models.CharField(max_length=10, choices=Stage)
    suggestion = models.CharField(max_length=8, choices=Suggestion)
    answer = models.CharField(max_length=10, choices=Answer)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)
    actor_label = models.CharField(max_length=150, blank=True)
    figures: Any = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["merchant", "-at", "-id"], name="lifecycle_decision_newest")]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.suggestion} {self.answer}"


class LifecycleOutcome(AppendOnlyModel, TenantModel):
    """What came after a decision (rules.effect_of): units of the product and of `peers` like ones, 60 days each side.

    `effect` and its 80 % range are None where one of the counts is zero.
    """

    decision = models.OneToOneField(LifecycleDecision, models.CASCADE, related_name="outcome")
    made_at = models.DateTimeField(default=timezone.now)
    before = models.FloatField()
    after = models.FloatField()
    peers = models.PositiveIntegerField()
    peers_before = models.FloatField()
    peers_after = models.FloatField()
    low = models.FloatField(null=True)
    effect = models.FloatField(null=True)
    high = models.FloatField(null=True)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.effect}"


class ProductStageQuerySet(TenantQuerySet["ProductStage"]):
    def open(self) -> ProductStageQuerySet:
        """Suggestions to act on that nobody answered."""
        return self.filter(suggestion__in=ProductStage.ACT, answered=None)


class ProductStage(TenantModel):
    """Where a product stands since `since` and what is suggested; `figures` and `reasons` are those of the last look.

    `reasons` are {figure, sign, limit, value, holds} (rules.Told), those of the stage first. The `pending_…` would take
    the place of what stands once they have held on three days. `answered` is the answer to the present suggestion.
    """

    ACT: ClassVar[list[str]] = [Suggestion.GROW, Suggestion.CLEAR, Suggestion.RETIRE]
    STAGES: ClassVar[dict[str, Badge]] = {
        Stage.NEW: Badge("info", Stage.NEW.label, "empty"),
        Stage.GROWING: Badge("success", Stage.GROWING.label, icon="trending-up"),
        Stage.MATURE: Badge("neutral", Stage.MATURE.label, "full"),
        Stage.DECLINING: Badge("warning", Stage.DECLINING.label, icon="trending-down"),
        Stage.END: Badge("critical", Stage.END.label, icon="archive"),
        Stage.UNKNOWN: Badge("neutral", Stage.UNKNOWN.label, "empty"),
    }

    product = models.OneToOneField("ecommerce.Product", models.CASCADE, related_name="stage")
    stage = models.CharField(_("stage"), max_length=10, choices=Stage)
    suggestion = models.CharField(_("suggestion"), max_length=8, choices=Suggestion, default=Suggestion.NONE)
    since = models.DateField()
    looked_on = models.DateField()
    pending_stage = models.CharField(max_length=10, choices=Stage, blank=True)
    pending_suggestion = models.CharField(max_length=8, choices=Suggestion, blank=True)
    nights = models.PositiveSmallIntegerField(default=0)
    figures: Any = models.JSONField(default=dict)
    reasons: Any = models.JSONField(default=list)
    sales = models.FloatField(_("sales"), default=0)
    answered = models.ForeignKey(LifecycleDecision, models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField(default=timezone.now)

    objects = TenantManager.from_queryset(ProductStageQuerySet)()

    class Meta:
        ordering = ["-sales", "-pk"]
        indexes = [models.Index(fields=["merchant", "-sales", "-id"], name="product_stage_sales")]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.stage}"

    @property
    def badge(self) -> Badge:
        return self.STAGES[self.stage]

    @property
    def is_open(self) -> bool:
        return self.suggestion in self.ACT and self.answered_id is None
