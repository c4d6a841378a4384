"""What staff are told about shops, and where each of them has got with it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from notifications.inbox.models import Urgency


class StaffNoticeQuerySet(models.QuerySet["StaffNotice"]):
    def open(self) -> StaffNoticeQuerySet:
        """Still to be dealt with."""
        return self.filter(state__in=[StaffNotice.State.UNREAD, StaffNotice.State.READ])

    def unread(self) -> StaffNoticeQuerySet:
        return self.filter(state=StaffNotice.State.UNREAD)

    def over(self) -> StaffNoticeQuerySet:
        return self.filter(state__in=[StaffNotice.State.DONE, StaffNotice.State.HANDLED])


class StaffNotice(models.Model):
    """One fact about a merchant, told to one of the platform's staff. `kind` names an entry of kinds.py.

    `key` is what it is about: a person is told a thing once. `at` is when it happened, `rank` the order of the list
    (rank_of). `opened_at` is when the person first looked, `acted_at` when they marked it done; `handled_by` is who
    dealt with it in place of those whose state is "handled", None where that was nobody of the staff.
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
    opened_at = models.DateTimeField(null=True, blank=True)
    acted_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        "accounts.User", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

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
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.UNREAD, self.State.READ)

    @property
    def fact(self) -> dict[str, Any]:
        """What the rows of everybody who was told the same have in common."""
        return {"merchant_id": self.merchant_id, "kind": self.kind, "key": self.key}
