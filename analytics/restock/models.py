"""Episodes in which a variant is about to sell out, told once each, and what was answered to proposals to order."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.append_only import AppendOnlyModel
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


class ProposalAnswerQuerySet(TenantQuerySet["ProposalAnswer"]):
    def dismissed(self) -> ProposalAnswerQuerySet:
        return self.filter(kind=ProposalAnswer.Kind.DISMISSED)

    def accepted(self) -> ProposalAnswerQuerySet:
        return self.filter(kind=ProposalAnswer.Kind.ACCEPTED)


class ProposalAnswer(AppendOnlyModel, TenantModel):
    """What somebody said to a proposal to order a variant, with what it rested on then; never changed.

    `proposed` units were proposed and `units` ordered (0 where it was dismissed), in `order`. A dismissed one comes
    back on `until`. `gap` is the chance to run out before a delivery and `out_on` the likely day, as said then.
    """

    class Kind(models.TextChoices):
        ACCEPTED = "accepted", pgettext_lazy("proposal", "Accepted")
        DISMISSED = "dismissed", pgettext_lazy("proposal", "Dismissed")

    variant = models.ForeignKey("ecommerce.Variant", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField(_("when"), default=timezone.now)
    actor_label = models.CharField(max_length=150, blank=True)
    proposed = models.PositiveIntegerField(default=0)
    units = models.PositiveIntegerField(default=0)
    order = models.ForeignKey("ecommerce.PurchaseOrder", models.PROTECT, null=True, related_name="+")
    until = models.DateField(null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    available = models.IntegerField(null=True)
    gap = models.FloatField(null=True)
    out_on = models.DateField(null=True)

    objects = TenantManager.from_queryset(ProposalAnswerQuerySet)()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["merchant", "-at", "-id"], name="proposal_answer_newest"),
            models.Index(fields=["variant", "-at"], name="proposal_answer_of_variant"),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id} {self.kind}"
