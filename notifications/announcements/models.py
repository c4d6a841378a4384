"""A notice of the platform, and how far it got."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.badges import Badge
from notifications.announcements.rules import LONGEST_TEXT, LONGEST_TITLE, params_of
from notifications.inbox.models import Urgency


class Announcement(models.Model):
    """Told once to each person of the audience, in one shop of theirs.

    People are gone through by their id, first for the inbox (`inbox_upto` is the last one done), then for e-mails
    (`mail_upto`); each step of that and its figures are one transaction. `people` is counted when it begins; `told`
    have it in the inbox, `mailed` by e-mail or soon. `opened` is fixed before it goes from all inboxes: when it is
    withdrawn or grows stale.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("announcement", "Draft")
        SCHEDULED = "scheduled", pgettext_lazy("announcement", "Scheduled")
        SENDING = "sending", pgettext_lazy("announcement", "Being sent")
        SENT = "sent", pgettext_lazy("announcement", "Sent")
        WITHDRAWN = "withdrawn", pgettext_lazy("announcement", "Withdrawn")

    class Who(models.TextChoices):
        ALL = "all", _("All members")
        OWNERS = "owners", _("Owners only")
        ROLES = "roles", _("Members in these roles")

    BADGES: ClassVar[dict[str, Badge]] = {
        State.DRAFT: Badge("neutral", State.DRAFT.label, "empty"),
        State.SCHEDULED: Badge("info", State.SCHEDULED.label, "empty"),
        State.SENDING: Badge("info", State.SENDING.label, "half"),
        State.SENT: Badge("success", State.SENT.label, "full"),
        State.WITHDRAWN: Badge("neutral", State.WITHDRAWN.label, icon="ban"),
    }

    title_en = models.CharField(_("title in English"), max_length=LONGEST_TITLE)
    title_zh = models.CharField(_("title in Chinese"), max_length=LONGEST_TITLE)
    text_en = models.CharField(_("text in English"), max_length=LONGEST_TEXT)
    text_zh = models.CharField(_("text in Chinese"), max_length=LONGEST_TEXT)
    link = models.CharField(_("link"), max_length=300, blank=True)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency, default=Urgency.KNOW)
    who = models.CharField(_("who is told"), max_length=10, choices=Who, default=Who.ALL)
    roles = models.JSONField(_("roles"), default=list, blank=True)
    shop_states = models.JSONField(_("state of their shop"), default=list, blank=True, help_text="empty: any")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    send_at = models.DateTimeField(_("time"), null=True, blank=True)
    people = models.PositiveIntegerField(default=0)
    passed = models.PositiveIntegerField(default=0, help_text="people gone through for the inbox")
    told = models.PositiveIntegerField(default=0)
    mailed = models.PositiveIntegerField(default=0)
    opened = models.PositiveIntegerField(null=True, blank=True)
    inbox_upto = models.BigIntegerField(default=0)
    inbox_done_at = models.DateTimeField(null=True, blank=True)
    mail_upto = models.BigIntegerField(default=0)
    job = models.ForeignKey("accounts.Job", models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(pgettext_lazy("announcement", "written"), default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="announcement_newest")]
        constraints = [
            models.CheckConstraint(condition=models.Q(told__lte=models.F("passed")), name="announcement_told_passed")
        ]

    def __str__(self) -> str:
        return self.title_en

    def get_absolute_url(self) -> str:
        return reverse("staff-announcement", args=[self.pk])

    @property
    def key(self) -> str:
        """What its notifications are about."""
        return str(self.pk)

    @property
    def params(self) -> dict[str, Any]:
        return params_of(
            announcement_id=self.pk,
            title_en=self.title_en,
            title_zh=self.title_zh,
            text_en=self.text_en,
            text_zh=self.text_zh,
            link=self.link,
        )

    @property
    def badge(self) -> Badge:
        return self.BADGES[self.state]

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_under_way(self) -> bool:
        """Released, and not over yet."""
        return self.state in (self.State.SCHEDULED, self.State.SENDING)

    @property
    def can_be_withdrawn(self) -> bool:
        return self.is_under_way or self.state == self.State.SENT

    @property
    def percent(self) -> int:
        """How much of the inboxes is done, in per cent."""
        return min(100, 100 * self.passed // self.people) if self.people else 100 * bool(self.inbox_done_at)
