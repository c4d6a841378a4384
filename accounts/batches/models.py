"""One step for many rows: what was asked, for which rows, and how each of them went."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.actors import Actor
from core.badges import Badge
from core.tenancy import TenantModel


class Batch(TenantModel):
    """`kind` names the step (accounts.batches.kinds), `key` the request: the same request twice is one batch.

    The rows are fixed when it starts. `done`, `skipped` and `refused` are kept with the rows, in the same transaction.
    """

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=64)
    params = models.JSONField(default=dict)
    language = models.CharField(max_length=10, default="en")
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=150)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    undo_of = models.ForeignKey("self", models.CASCADE, null=True, related_name="undone_by")
    retry_of = models.ForeignKey("self", models.CASCADE, null=True, related_name="retried_by")
    job = models.ForeignKey("accounts.Job", models.SET_NULL, null=True, related_name="+")
    back = models.CharField(max_length=1000, blank=True, help_text="the list it was started from")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "batches"
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["merchant", "-created_at", "-id"], name="batch_newest")]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "key"], name="batch_key"),
            models.CheckConstraint(
                condition=models.Q(total__gte=models.F("done") + models.F("skipped") + models.F("refused")),
                name="batch_counts_within_total",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("batch-detail", args=[self.merchant.slug, self.pk])

    @property
    def actor(self) -> Actor:
        """Who asked for it, and so who does it."""
        return Actor(self.actor_kind, self.actor_id, self.actor_label)  # type: ignore[arg-type]

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None

    @property
    def looked_at(self) -> int:
        return self.done + self.skipped + self.refused

    @property
    def left(self) -> int:
        return self.total - self.looked_at

    @property
    def not_done(self) -> int:
        return self.skipped + self.refused

    @property
    def percent(self) -> int:
        return 100 * self.looked_at // self.total if self.total else 100


class BatchRow(TenantModel):
    """One row of a batch. `params` is what this row alone needs; `activity` the fact that tells of its change.

    `object_id` is None for a line of a file that names no row of ours.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("batch row", "Waiting")
        DONE = "done", pgettext_lazy("batch row", "Done")
        SKIPPED = "skipped", pgettext_lazy("batch row", "Skipped")
        REFUSED = "refused", pgettext_lazy("batch row", "Refused")

    BADGES: ClassVar[dict[str, Badge]] = {
        State.WAITING: Badge("neutral", State.WAITING.label, "empty"),
        State.DONE: Badge("success", State.DONE.label, "full"),
        State.SKIPPED: Badge("neutral", State.SKIPPED.label, "half"),
        State.REFUSED: Badge("critical", State.REFUSED.label, icon="alert-triangle"),
    }

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rows", db_index=False)
    object_id = models.BigIntegerField(null=True)
    label = models.CharField(_("row"), max_length=100)
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    code = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    activity = models.ForeignKey("accounts.Activity", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["batch", "state", "id"], name="batch_row_state"),
            models.Index(fields=["merchant", "object_id"], name="batch_row_object"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def badge(self) -> Badge:
        return self.BADGES[self.state]


class BatchFile(TenantModel):
    """What a batch has made to be fetched. It lies in the database: there exactly when its rows are done."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="files")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=60, default="application/pdf")
    content = models.BinaryField()
    size = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
