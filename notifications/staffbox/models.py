"""What staff are told about shops, and where each of them has got with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from notifications.inbox.models import Reason, Timing, Urgency


class StaffNoticeQuerySet(models.QuerySet["StaffNotice"]):
    def update(self, **values: Any) -> int:
        """As of any rows, and each is changed now: what looks at this page live hears of it."""
        return super().update(**{"changed_at": timezone.now(), **values})

    def unsettled(self) -> StaffNoticeQuerySet:
        """Still to be dealt with, whether or not it is asleep."""
        return self.filter(state__in=[StaffNotice.State.UNREAD, StaffNotice.State.READ])

    def open(self, now: datetime) -> StaffNoticeQuerySet:
        """In front of the person: still to be dealt with, and awake."""
        return self.unsettled().exclude(snoozed_until__gt=now)

    def unread(self, now: datetime) -> StaffNoticeQuerySet:
        return self.open(now).filter(state=StaffNotice.State.UNREAD)

    def snoozed(self, now: datetime) -> StaffNoticeQuerySet:
        return self.filter(snoozed_until__gt=now)

    def to_wake(self, now: datetime) -> StaffNoticeQuerySet:
        """Snoozed until now or before, and not brought back yet."""
        return self.unsettled().filter(snoozed_until__lte=now)

    def put_away(self) -> StaffNoticeQuerySet:
        return self.filter(state__in=[StaffNotice.State.DONE, StaffNotice.State.HANDLED])


class StaffNotice(models.Model):
    """One fact about a merchant, told to one of the platform's staff. `kind` names an entry of kinds.py.

    `key` is what it is about: a person is told a thing once. `at` is when it happened, `rank` the order of the list
    (rank_of). `opened_at` is when the person first looked, `acted_at` when they marked it done; `handled_by` is who
    dealt with it in place of those whose state is "handled", None where that was nobody of the staff. A snoozed one
    keeps its state and wakes up unread. It waits for a summary by e-mail while `mail_due_at` is set.
    """

    class State(models.TextChoices):
        UNREAD = "unread", pgettext_lazy("notification", "Unread")
        READ = "read", pgettext_lazy("notification", "Read")
        DONE = "done", pgettext_lazy("notification", "Done")
        HANDLED = "handled", pgettext_lazy("notification", "Handled")

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    merchant = models.ForeignKey("accounts.Merchant", models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(_("kind"), max_length=30)
    key = models.CharField(max_length=100)
    params = models.JSONField(default=dict)
    text = models.CharField(max_length=300, blank=True, default="", help_text="names and numbers one may search for")
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency, default=Urgency.WEEK)
    rank = models.BigIntegerField(default=0)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UNREAD)
    at = models.DateTimeField(_("time"), default=timezone.now)
    changed_at = models.DateTimeField(auto_now=True, db_default=Now())
    opened_at = models.DateTimeField(null=True, blank=True)
    acted_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        "accounts.User", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    snoozed_until = models.DateTimeField(null=True, blank=True)
    assigned_by = models.ForeignKey(
        "accounts.User", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=10, choices=Reason, default=Reason.ROLE, db_default=Reason.ROLE)
    mail_due_at = models.DateTimeField(null=True, blank=True)

    objects = StaffNoticeQuerySet.as_manager()

    class Meta:
        ordering = ["rank", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "merchant", "kind", "key"], name="staff_notice_once")]
        indexes = [
            models.Index(fields=["user", "rank", "id"], name="staff_notice_list"),
            models.Index(
                fields=["user", "rank", "id"],
                name="staff_notice_open",
                condition=models.Q(state__in=["unread", "read"]),
            ),
            models.Index(fields=["user"], name="staff_notice_unread", condition=models.Q(state="unread")),
            models.Index(fields=["merchant", "kind", "key"], name="staff_notice_subject"),
            models.Index(fields=["at"], name="staff_notice_at"),
            models.Index(fields=["changed_at", "user"], name="staff_notice_changed"),
            models.Index(
                fields=["snoozed_until"], name="staff_notice_asleep", condition=models.Q(snoozed_until__isnull=False)
            ),
            models.Index(
                fields=["mail_due_at"], name="staff_notice_mail_due", condition=models.Q(mail_due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.UNREAD, self.State.READ)

    @property
    def may_return(self) -> bool:
        """Whether its reader can bring it back before them: not what a decision or a colleague settled."""
        return self.state == self.State.DONE or (self.is_open and self.snoozed_until is not None)

    @property
    def fact(self) -> dict[str, Any]:
        """What the rows of everybody who was told the same have in common."""
        return {"merchant_id": self.merchant_id, "kind": self.kind, "key": self.key}


class StaffChoice(models.Model):
    """Whether one of the staff is told of a kind, and when by e-mail; without a row the kind's own defaults hold.

    What is not told in the inbox is not mailed either.
    """

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=30)
    inbox = models.BooleanField()
    mail = models.CharField(max_length=6, choices=Timing, default=Timing.NOW)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="staff_choice_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"


class StaffEscalation(models.Model):
    """A case to be acted on today, once for each fact: at `due_at` it goes further, unless one of the staff opened it.

    `step` is how often it went further; `due_at` is None where that is over.
    """

    merchant = models.ForeignKey("accounts.Merchant", models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=100)
    step = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    begun_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "kind", "key"], name="staff_escalation_once")]
        indexes = [
            models.Index(fields=["due_at"], name="staff_escalation_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["begun_at"], name="staff_escalation_begun"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.step}"
