"""Episodes in which something stands out about a product; each is told once."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from core.tenancy import TenantManager, TenantModel, TenantQuerySet


class ProductEpisodeQuerySet(TenantQuerySet["ProductEpisode"]):
    def open(self) -> ProductEpisodeQuerySet:
        return self.filter(closed_at=None)


class ProductEpisode(TenantModel):
    """From the night on which it was found until the night on which it was over; `figures` are those of the first."""

    class Kind(models.TextChoices):
        PRAISED = "praised", pgettext_lazy("product episode", "Praised and rising")
        COMPLAINTS = "complaints", pgettext_lazy("product episode", "Burst of complaints")

    kind = models.CharField(max_length=10, choices=Kind)
    product = models.ForeignKey("ecommerce.Product", models.CASCADE, related_name="episodes")
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    figures: Any = models.JSONField(default=dict)

    objects = TenantManager.from_queryset(ProductEpisodeQuerySet)()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "kind"], condition=models.Q(closed_at=None), name="product_episode_one_open"
            )
        ]
        indexes = [models.Index(fields=["merchant", "kind", "-opened_at"], name="product_episode_newest")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.kind}"
