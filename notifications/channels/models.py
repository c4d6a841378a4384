"""Where a shop is told beside its inboxes, and what was delivered there."""

from __future__ import annotations

import json
import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.sealing import seal, unseal
from core.tenancy import TenantManager, TenantModel, TenantQuerySet
from notifications.channels.senders import SENDERS
from notifications.channels.senders.message import Failure, Target
from notifications.inbox.models import Urgency

PURPOSE = "notifications.channels"


class ChannelQuerySet(TenantQuerySet["Channel"]):
    def on(self) -> ChannelQuerySet:
        return self.filter(state=Channel.State.ON)


class Channel(TenantModel):
    """A webhook, a chat or a telephone. `sender` names an entry of SENDERS; `kinds` are the kinds that go there.

    Address and secret are encrypted together in `sealed` (a chat's address is as good as a password); `shown` is what
    people recognise it by. While it does not answer, `free_at` is when it is tried next.
    """

    class State(models.TextChoices):
        ON = "on", pgettext_lazy("channel", "On")
        PAUSED = "paused", pgettext_lazy("channel", "Paused")
        BROKEN = "broken", pgettext_lazy("channel", "Switched off")

    class Broken(models.TextChoices):
        GONE = "gone", pgettext_lazy("channel", "Its address answered that it is gone for good.")
        FAILING = "failing", pgettext_lazy("channel", "Every delivery of five days failed.")
        UNREADABLE = "unreadable", pgettext_lazy("channel", "Its address can no longer be decrypted; type it again.")

    sender = models.CharField(max_length=20)
    name = models.CharField(pgettext_lazy("channel", "name"), max_length=80)
    sealed = models.TextField()
    shown = models.CharField(max_length=120, help_text="host and last characters of the address")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    urgency = models.PositiveSmallIntegerField(_("least urgency"), choices=Urgency, default=Urgency.KNOW)
    kinds = models.JSONField(default=list)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ON)
    why = models.CharField(max_length=12, choices=Broken, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="attempts that failed since one succeeded")
    failing_since = models.DateTimeField(null=True)
    free_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = TenantManager.from_queryset(ChannelQuerySet)()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "name"], name="channel_name_once"),
            models.CheckConstraint(
                condition=models.Q(state="broken") | models.Q(why=""), name="channel_says_why_only_when_broken"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def target(self) -> Target:
        """Address and secret in the clear. Raises core.sealing.Unreadable."""
        address, secret = json.loads(unseal(self.sealed, PURPOSE))
        return Target(address, secret)

    def keep(self, target: Target) -> None:
        """Seal address and secret, and note what the address is recognised by."""
        self.sealed = seal(json.dumps([target.address, target.secret]), PURPOSE)
        self.shown = shown(target.address)

    @property
    def sender_label(self) -> str:
        sender = SENDERS.get(self.sender)
        return str(sender.label) if sender else self.sender


def shown(address: str) -> str:
    """Enough of an address to know it by: its host and last four characters."""
    host = address.split("://")[-1].partition("/")[0] if "://" in address else ""
    return f"{host[:100]}…{address[-4:]}"


class DispatchQuerySet(TenantQuerySet["Dispatch"]):
    def open(self) -> DispatchQuerySet:
        """What is still to be sent."""
        return self.filter(state__in=[Dispatch.State.QUEUED, Dispatch.State.SENDING], next_try__isnull=False)

    def due(self, now: datetime) -> DispatchQuerySet:
        """Open ones whose time has come; one that is being sent is due again when its sender must be dead."""
        return self.open().filter(next_try__lte=now)


class Dispatch(TenantModel):
    """One fact for one channel, over all its attempts. `fact` is what it is about: a channel is told a thing once.

    `message_id` is the same for every attempt, so a program can tell a second copy. `next_try` is None when nothing
    more will be tried; `settled_at` is when the fact was over before it was delivered.
    """

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("channel", "Waiting")
        SENDING = "sending", pgettext_lazy("channel", "Being sent")
        SENT = "sent", pgettext_lazy("channel", "Delivered")
        FAILED = "failed", pgettext_lazy("channel", "Failed")
        NEEDLESS = "needless", pgettext_lazy("channel", "No longer needed")

    class Problem(models.TextChoices):
        PRIVATE = Failure.PRIVATE.value, Failure.PRIVATE.label
        TIMEOUT = Failure.TIMEOUT.value, Failure.TIMEOUT.label
        UNREACHED = Failure.UNREACHED.value, Failure.UNREACHED.label
        REDIRECT = "redirect", pgettext_lazy("channel", "Answered with a redirect, which is not followed")
        BUSY = "busy", pgettext_lazy("channel", "Asked to wait")
        TROUBLE = "trouble", pgettext_lazy("channel", "Answered with a fault of its own")
        REFUSED = "refused", pgettext_lazy("channel", "Refused")
        GONE = "gone", pgettext_lazy("channel", "Gone for good")
        OFF = "off", pgettext_lazy("channel", "The channel was off")
        UNKNOWN = "unknown", pgettext_lazy("channel", "Nothing to say about this fact any more")

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="dispatches")
    fact = models.CharField(max_length=140)
    kind = models.CharField(_("kind"), max_length=30)
    params = models.JSONField(default=dict)
    message_id = models.CharField(max_length=40, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try = models.DateTimeField(_("next attempt"), null=True, default=timezone.now)
    problem = models.CharField(max_length=10, choices=Problem, blank=True)
    code = models.PositiveSmallIntegerField(null=True, help_text="HTTP status of the last answer")
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    seconds = models.FloatField(default=0, help_text="that the last attempt took")
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(DispatchQuerySet)()

    class Meta:
        verbose_name_plural = "dispatches"
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["channel", "fact"], name="dispatch_once")]
        indexes = [
            models.Index(fields=["merchant", "-created_at", "-id"], name="dispatch_newest"),
            models.Index(fields=["channel", "-created_at", "-id"], name="dispatch_of_channel"),
            models.Index(
                fields=["next_try"],
                name="dispatch_open",
                condition=models.Q(state__in=["queued", "sending"], next_try__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.fact}"

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.SENT, self.State.FAILED, self.State.NEEDLESS)


def new_message_id() -> str:
    return f"msg_{uuid.uuid4().hex}"
