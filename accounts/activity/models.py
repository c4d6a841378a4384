"""The activity log: audit trail and outbox in one append-only table."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.activity.wording import Change, changes_in_words, subject_words
from core.append_only import AppendOnlyModel
from core.events import label_of, sentence_of
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
            models.Index(fields=["-at", "-id"], name="activity_by_time"),
            models.Index(fields=["subject_type", "subject_id"], name="activity_by_subject"),
            models.Index(fields=["merchant", "actor_kind", "actor_id", "-at"], name="activity_by_actor"),
            models.Index(fields=["merchant", "kind", "-at"], name="activity_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.actor_label}"

    @property
    def sentence(self) -> str:
        """What happened, in the reader's language."""
        return sentence_of(self.kind, self.payload)

    @property
    def label(self) -> str:
        return label_of(self.kind)

    @property
    def subject_words(self) -> str:
        """What kind of thing it happened to."""
        return subject_words(self.subject_type) if self.subject_type else ""

    @property
    def changes_in_words(self) -> list[Change]:
        return changes_in_words(self.subject_type, self.changes)

    @property
    def actor_key(self) -> str:
        """The doer as the activity page's filter knows them."""
        return f"{self.actor_kind}:{self.actor_id or ''}"

    @property
    def subject_key(self) -> str:
        return f"{self.subject_type}:{self.subject_id}" if self.subject_type else ""


class ActivitySeal(AppendOnlyModel):
    """A fingerprint of the entries from `first_id` to `last_id`, chained to the seal before.

    Who gets past the triggers (the owner of the database can) and changes, adds or takes out an entry, breaks the
    chain; who mends the chain changes its head, which the log of the workers has kept.
    """

    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField(unique=True)
    count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, help_text="SHA-256 over the digest before and the entries")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.first_id}–{self.last_id} {self.digest[:12]}"
