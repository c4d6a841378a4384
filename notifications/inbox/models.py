"""What people are told, where each has got with it, and what they want to be told."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.tenancy import TenantManager, TenantModel, TenantQuerySet
from notifications.inbox import rules


class Urgency(models.IntegerChoices):
    ACT = 1, _("Act today")
    WEEK = 2, _("This week")
    KNOW = 3, _("Good to know")


class Reason(models.TextChoices):
    """Why somebody is told: see why.py for the sentences."""

    ROLE = "role"
    CARE = "care"
    PLACE = "place"
    OWN = "own"
    ASSIGNED = "assigned"
    DEPUTY = "deputy"
    ESCALATED = "escalated"


class NotificationQuerySet(TenantQuerySet["Notification"]):
    def of(self, user_id: int) -> NotificationQuerySet:
        return self.filter(user_id=user_id)

    def open(self, now: datetime) -> NotificationQuerySet:
        """In front of the person: neither put away, nor settled, nor asleep."""
        return self.unsettled().exclude(snoozed_until__gt=now)

    def unsettled(self) -> NotificationQuerySet:
        """Neither put away nor settled, whether or not it is asleep."""
        return self.filter(state__in=[Notification.State.UNREAD, Notification.State.READ])

    def unread(self, now: datetime) -> NotificationQuerySet:
        return self.open(now).filter(state=Notification.State.UNREAD)

    def to_act_on(self, now: datetime) -> NotificationQuerySet:
        return self.open(now).filter(urgency__in=[Urgency.ACT, Urgency.WEEK])

    def snoozed(self, now: datetime) -> NotificationQuerySet:
        return self.filter(snoozed_until__gt=now)

    def to_wake(self, now: datetime) -> NotificationQuerySet:
        """Snoozed until now or before, and not brought back yet."""
        return self.filter(snoozed_until__lte=now)

    def put_away(self) -> NotificationQuerySet:
        return self.filter(state__in=[Notification.State.ARCHIVED, Notification.State.HANDLED])


class Notification(TenantModel):
    """One fact told to one member. `kind` names an entry of kinds.py, which makes the words from `params`.

    `key` is what it is about: a person is told a thing once. `rank` is the order of the inbox (rules.rank_of). A
    snoozed one keeps its state and wakes up unread. `opened_at` is when the person first looked at it, `acted_at` when
    they did what it asks for or marked it done; `handled_by` is who settled it for everybody.
    """

    class State(models.TextChoices):
        UNREAD = "unread", pgettext_lazy("notification", "Unread")
        READ = "read", pgettext_lazy("notification", "Read")
        ARCHIVED = "archived", pgettext_lazy("notification", "Archived")
        HANDLED = "handled", pgettext_lazy("notification", "Handled")

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    kind = models.CharField(_("kind"), max_length=30)
    key = models.CharField(max_length=100)
    params = models.JSONField(default=dict)
    activity = models.ForeignKey("accounts.Activity", models.SET_NULL, null=True, blank=True, related_name="+")
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency, default=Urgency.KNOW)
    rank = models.BigIntegerField(default=0)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UNREAD)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(_("time"), default=timezone.now)
    changed_at = models.DateTimeField(auto_now=True)
    text = models.CharField(max_length=300, blank=True, default="", help_text="names and numbers one may search for")
    assigned_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason, default=Reason.ROLE, db_default=Reason.ROLE)
    opened_at = models.DateTimeField(null=True, blank=True)
    acted_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        "accounts.User", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    objects = TenantManager.from_queryset(NotificationQuerySet)()

    class Meta:
        ordering = ["rank", "pk"]
        constraints = [models.UniqueConstraint(fields=["merchant", "user", "kind", "key"], name="notification_once")]
        indexes = [
            models.Index(fields=["merchant", "user", "rank", "id"], name="notification_inbox"),
            models.Index(fields=["merchant", "kind", "key"], name="notification_subject"),
            models.Index(
                fields=["snoozed_until"], name="notification_asleep", condition=models.Q(snoozed_until__isnull=False)
            ),
            models.Index(
                fields=["kind", "at"],
                name="notification_stale",
                condition=models.Q(state__in=["unread", "read"], snoozed_until=None),
            ),
            # What one looks at is a small part of 12 months: each view walks its own rows, in the order of the page.
            models.Index(
                fields=["merchant", "user", "rank", "id"],
                name="notification_open",
                condition=models.Q(state__in=["unread", "read"]),
            ),
            models.Index(
                fields=["merchant", "user", "rank", "id"],
                name="notification_unread",
                condition=models.Q(state="unread"),
            ),
            models.Index(
                fields=["merchant", "user", "rank", "id"],
                name="notification_away",
                condition=models.Q(state__in=["archived", "handled"]),
            ),
            models.Index(
                fields=["merchant", "user", "rank", "id"],
                name="notification_snoozed",
                condition=models.Q(snoozed_until__isnull=False),
            ),
            models.Index(fields=["user", "rank", "id"], name="notification_of_all_shops"),
            models.Index(fields=["changed_at", "user"], name="notification_changed"),
            # A notice of the platform lies in inboxes of all shops.
            models.Index(
                fields=["key", "state"], name="notification_platform", condition=models.Q(kind="platform-notice")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def may_return(self) -> bool:
        """Whether its reader can bring it back before them."""
        return self.snoozed_until is not None or self.state in (self.State.ARCHIVED, self.State.HANDLED)


class Timing(models.TextChoices):
    NOW = rules.NOW, pgettext_lazy("e-mail", "At once")
    HOURLY = rules.HOURLY, pgettext_lazy("e-mail", "Every hour")
    DAILY = rules.DAILY, pgettext_lazy("e-mail", "Once a day")
    OFF = rules.OFF, pgettext_lazy("e-mail", "Never")


class Preference(TenantModel):
    """Where and when a member wants to be told of a kind; without a row the kind's own defaults hold."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30)
    inbox = models.BooleanField()
    mail = models.CharField(max_length=6, choices=Timing, default=Timing.NOW)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "user", "kind"], name="preference_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"


class Mute(TenantModel):
    """A member hears no more of one part of a kind, such as what one playbook tells, in the inbox and by e-mail.

    `part` is the value of the figure that the kind names for that (Kind.part), `name` what it was called then.
    """

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30)
    part = models.CharField(max_length=40)
    name = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["merchant", "user", "kind", "part"], name="mute_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.part}"


class MailTimes(models.Model):
    """When a person takes e-mails, in all their shops: full hours of their own clock. Without a row: rules.Hours."""

    user = models.OneToOneField("accounts.User", models.CASCADE, related_name="+")
    quiet_from = models.PositiveSmallIntegerField(_("quiet from"), null=True, blank=True)
    quiet_until = models.PositiveSmallIntegerField(_("quiet until"), null=True, blank=True)
    digest_hour = models.PositiveSmallIntegerField(_("daily summary at"), default=8)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False)
                & models.Q(quiet_from__lt=24, quiet_until__lt=24)
                & ~models.Q(quiet_from=models.F("quiet_until")),
                name="mail_times_quiet",
            ),
            models.CheckConstraint(condition=models.Q(digest_hour__lt=24), name="mail_times_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.digest_hour}"


class Waiting(TenantModel):
    """A fact that a member is to be mailed later, together with others; once per `key`, as a notification.

    It waits for the turn `slot` while `due_at` is set. Afterwards it stays as a proof, with the mail it went into or
    none if there was nothing left to say. `notification` is None for a member who wants the kind by e-mail alone.
    """

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=100)
    params = models.JSONField(default=dict)
    notification = models.ForeignKey(Notification, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    slot = models.CharField(max_length=40)
    due_at = models.DateTimeField(null=True, blank=True)
    mail = models.ForeignKey("notifications.Mail", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["merchant", "user", "kind", "key"], name="waiting_once")]
        indexes = [
            models.Index(fields=["due_at"], name="waiting_due", condition=models.Q(due_at__isnull=False)),
            models.Index(
                fields=["merchant", "kind", "key"], name="waiting_subject", condition=models.Q(due_at__isnull=False)
            ),
            models.Index(fields=["at"], name="waiting_at"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.key}"
