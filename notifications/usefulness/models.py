"""What became of notifications, worked out each night."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from core.tenancy import TenantModel


class Figures(TenantModel):
    """What became of what was told over the last 90 days (rules.PERIOD), replaced each night.

    Counts are of notifications in inboxes, `settled` of those that were over without anybody's touching them, because
    the work was done elsewhere or it came right; `muted` of members who turned it off there. `to_1` to `to_8` count
    those acted on by the time it took: the spans of rules.SPANS, and longer.
    """

    kind = models.CharField(max_length=30)
    told = models.PositiveIntegerField(default=0)
    opened = models.PositiveIntegerField(default=0)
    acted = models.PositiveIntegerField(default=0)
    in_time = models.PositiveIntegerField(default=0)
    settled = models.PositiveIntegerField(default=0, db_default=0)
    muted = models.PositiveIntegerField(default=0)
    to_1 = models.PositiveIntegerField(default=0)
    to_2 = models.PositiveIntegerField(default=0)
    to_3 = models.PositiveIntegerField(default=0)
    to_4 = models.PositiveIntegerField(default=0)
    to_5 = models.PositiveIntegerField(default=0)
    to_6 = models.PositiveIntegerField(default=0)
    to_7 = models.PositiveIntegerField(default=0)
    to_8 = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


class KindUse(Figures):
    """One kind at one merchant."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "kind"], name="kind_use_once")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.told}"


class PartUse(Figures):
    """One part of a kind that a member can mute by itself, such as what one playbook tells; `name` is its last one."""

    part = models.CharField(max_length=40)
    name = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["name", "part", "kind"]
        constraints = [models.UniqueConstraint(fields=["merchant", "kind", "part"], name="part_use_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.part}: {self.told}"
