"""Background work as rows: what is to be done, how often it was tried, how far it got.

django-q2 only carries the id of a job. Its own attempt counter does not see crashes and a lost delivery would be
silent, so attempts, lease, due time and outcome live here (docs/adr/0003-jobs.md).
"""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class JobQuerySet(models.QuerySet["Job"]):
    def stranded(self, now: datetime) -> JobQuerySet:
        """Due jobs that nobody works on: waiting ones, and running ones whose lease ran out with their worker."""
        return self.filter(
            models.Q(state=Job.State.QUEUED, due_at__lte=now) | models.Q(state=Job.State.RUNNING, lease_until__lt=now)
        )


class Job(models.Model):
    """`merchant` is None for platform work. `key`, where given, is unique: the same work is queued once."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    merchant = models.ForeignKey("accounts.Merchant", models.CASCADE, null=True, blank=True, related_name="+")
    task = models.CharField(max_length=120, help_text="dotted path of the task function")
    args = models.JSONField(default=list)
    key = models.CharField(max_length=200, null=True, blank=True, unique=True)
    cluster = models.CharField(max_length=20, default="default")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    errors = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="attempts that ended with an error they could tell"
    )
    max_attempts = models.PositiveSmallIntegerField(default=5)
    due_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, help_text="when it was last handed to the queue")
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=80, blank=True, help_text="the supervisor whose process took it last")
    progress = models.PositiveSmallIntegerField(default=0, help_text="per cent")
    progress_note = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True, help_text="why it failed, for a person")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["due_at"], name="job_open", condition=models.Q(state__in=["queued", "running"])),
            models.Index(fields=["state", "-finished_at"], name="job_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.task} #{self.pk}"

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED)

    @property
    def deaths(self) -> int:
        """How many earlier attempts of a running job ended without a word: killed, or stopped for taking too long."""
        return max(self.attempts - 1 - self.errors, 0)


class PeriodicMark(models.Model):
    """Up to which turn a periodic job was queued or had nothing to do; moving it forward is what makes a turn happen
    once. `job` is the last one that was queued.
    """

    key = models.CharField(max_length=100, primary_key=True, help_text="the job's name, with the merchant's id if any")
    name = models.CharField(max_length=60)
    merchant = models.ForeignKey("accounts.Merchant", models.CASCADE, null=True, related_name="+")
    last_slot = models.CharField(max_length=20)
    last_at = models.DateTimeField()
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["name", "-last_at"], name="periodic_by_name")]

    def __str__(self) -> str:
        return f"{self.key} {self.last_slot}"


class Heartbeat(models.Model):
    """When each part of the background machinery last proved that it works end to end."""

    name = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name
