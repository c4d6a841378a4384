"""How the promise not to run out was kept, week by week and class by value; written once."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from analytics.demand.rules import CLASSES
from core.append_only import AppendOnlyModel
from core.tenancy import TenantManager, TenantModel, TenantQuerySet


class ServiceWeekQuerySet(TenantQuerySet["ServiceWeek"]):
    def newest(self, weeks: int = 1) -> ServiceWeekQuerySet:
        """The rows of the newest weeks recorded, the newest first; every week has one of each class."""
        return self.order_by("-week", "abc")[: weeks * len(CLASSES)]


class ServiceWeek(AppendOnlyModel, TenantModel):
    """One week, from its Monday on, of the variants of a class by value; never changed.

    `variants` were looked at: those with a reorder point that the shop orders (analytics.demand.kept). `kept` of them,
    as a sum of chances, turned nobody away; `unordered` more were sold out with nothing on its way and count neither
    way. `level` is the service level promised, `weeks` how long it takes until a moved reorder point shows, and `score`
    the point of the normal scale that reorder points are made at from then on (analytics.engine.service).
    """

    abc = models.CharField(max_length=1)
    week = models.DateField()
    variants = models.PositiveIntegerField(default=0)
    kept = models.FloatField(default=0)
    unordered = models.PositiveIntegerField(default=0)
    level = models.FloatField()
    weeks = models.FloatField(default=1)
    score = models.FloatField()
    made_at = models.DateTimeField(default=timezone.now)

    objects = TenantManager.from_queryset(ServiceWeekQuerySet)()

    class Meta:
        ordering = ["-week", "abc"]
        constraints = [models.UniqueConstraint(fields=["merchant", "week", "abc"], name="service_week_once")]

    def __str__(self) -> str:
        return f"{self.abc} {self.week}"
