"""The activity log: audit trail and outbox in one append-only table."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from core.append_only import AppendOnlyModel
from core.tenancy import TenantManager, TenantModel, TenantQuerySet


class ActivityQuerySet(TenantQuerySet["Activity"]):
    def about(self, subject_type: str, subject_id: int) -> ActivityQuerySet:
        """Everything that happened to one object, oldest first."""
        return self.filter(subject_type=subject_type, subject_id=subject_id).order_by("pk")


class Activity(AppendOnlyModel, TenantModel):
    """One fact: who did what when. Triggers on both databases refuse to change or delete it.

    `payload` is the event, `changes` maps a field name to [old, new]. Facts about a person's own account have no
    merchant.
    """

    merchant = models.ForeignKey(  # type: ignore[assignment]
        "accounts.Merchant", models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=150)
    subject_type = models.CharField(max_length=40, blank=True, help_text="app.model in lower case")
    subject_id = models.BigIntegerField(null=True)
    subject_label = models.CharField(max_length=200, blank=True)
    caused_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    depth = models.PositiveSmallIntegerField(default=0)

    objects = TenantManager.from_queryset(ActivityQuerySet)()

    class Meta:
        verbose_name_plural = "activities"
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["merchant", "-at", "-id"], name="activity_by_merchant"),
            models.Index(fields=["subject_type", "subject_id"], name="activity_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.actor_label}"
