"""The newest score of every listing."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.tenancy import TenantModel


class ListingQuality(TenantModel):
    """How a listing stood when it was last looked at.

    `parts` are {name, share, faults} (rules.Part); `sales` is what it sold in 90 days in the shop's currency and
    `worth` those sales times the part of the score that is missing, which says what to mend first and is no forecast.
    """

    product = models.OneToOneField("ecommerce.Product", models.CASCADE, related_name="listing_quality")
    score = models.FloatField(_("score"))
    parts: Any = models.JSONField(default=list)
    sales = models.FloatField(_("sales"), default=0)
    worth = models.FloatField(_("worth"), default=0)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-worth", "-pk"]
        indexes = [
            models.Index(fields=["merchant", "-worth", "-id"], name="listing_quality_worth"),
            models.Index(fields=["merchant", "score", "id"], name="listing_quality_score"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.score:.0f}"
