"""Mails as rows: written first, in the transaction of what they tell, then sent, then marked."""

from __future__ import annotations

import base64
import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.tenancy import TenantManager, TenantModel, TenantQuerySet


class MailQuerySet(TenantQuerySet["Mail"]):
    def open(self) -> MailQuerySet:
        """What is still to be sent, or to be sent once more."""
        return self.filter(state__in=Mail.OPEN, next_try__isnull=False)

    def due(self, now: datetime) -> MailQuerySet:
        """Open ones whose time has come; one that is being sent is due again when its sender must be dead."""
        return self.open().filter(next_try__lte=now)

    def waiting(self) -> MailQuerySet:
        return self.filter(state__in=[Mail.State.QUEUED, Mail.State.SENDING])

    def to_address(self, address: str) -> MailQuerySet:
        """Those to one address, however it is written; an index finds them."""
        return self.alias(plain_to=Lower("to")).filter(plain_to=address.lower())

    def undelivered(self) -> MailQuerySet:
        return self.filter(state__in=[Mail.State.FAILED, Mail.State.SUPPRESSED])


class Mail(TenantModel):
    """One mail to one recipient. `merchant` is None for what concerns a person's own account.

    `message_id` is the same for every attempt, so a copy that arrives twice can be told as one. `dedupe` names what is
    told to whom: a second mail of that name is not written. `next_try` is None when nothing more will be tried.
    """

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("mail", "Waiting")
        SENDING = "sending", pgettext_lazy("mail", "Being sent")
        SENT = "sent", pgettext_lazy("mail", "Sent")
        MAYBE_SENT = "maybe_sent", pgettext_lazy("mail", "Perhaps sent")
        FAILED = "failed", pgettext_lazy("mail", "Failed")
        SUPPRESSED = "suppressed", pgettext_lazy("mail", "Not sent")
        NEEDLESS = "needless", pgettext_lazy("mail", "No longer needed")

    class Purpose(models.TextChoices):
        ACCOUNT = "account", _("Account and security")
        NOTICE = "notice", _("Notice to the team")
        BUYER = "buyer", _("News to a buyer")
        SUPPLIER = "supplier", _("Order to a supplier")

    OPEN: ClassVar[list[str]] = [State.QUEUED, State.SENDING, State.MAYBE_SENT]

    merchant = models.ForeignKey(  # type: ignore[assignment]
        "accounts.Merchant", models.CASCADE, null=True, blank=True, related_name="+", editable=False
    )
    to = models.EmailField(_("to"), max_length=254)
    sender = models.CharField(_("from"), max_length=320)
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(pgettext_lazy("mail", "text"), blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    language = models.CharField(max_length=10, default="en")
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose, default=Purpose.ACCOUNT)
    dedupe = models.CharField(max_length=200, null=True, unique=True)
    message_id = models.CharField(max_length=120, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    unclear = models.PositiveSmallIntegerField(default=0, help_text="attempts after which nobody knows")
    next_try = models.DateTimeField(_("next attempt"), null=True, default=timezone.now)
    last_error = models.CharField(_("answer"), max_length=500, blank=True)
    give_up_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(pgettext_lazy("mail", "written"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True)

    objects = TenantManager.from_queryset(MailQuerySet)()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["merchant", "-created_at", "-id"], name="mail_newest"),
            models.Index(fields=["-created_at", "-id"], name="mail_newest_of_all"),
            models.Index(
                fields=["next_try"],
                name="mail_open",
                condition=models.Q(state__in=["queued", "sending", "maybe_sent"], next_try__isnull=False),
            ),
            models.Index(fields=["state", "-created_at"], name="mail_by_state"),
            models.Index(Lower("to"), "merchant", name="mail_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"

    @property
    def log_label(self) -> str:
        """What the activity log calls it, which keeps no addresses."""
        return self.subject

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN and self.next_try is not None


class Attachment(TenantModel):
    """A file that goes with a mail, kept as long as its text. One with a `content_id` is a picture its HTML shows."""

    mail = models.ForeignKey(Mail, models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=80)
    content = models.BinaryField()
    content_id = models.CharField(max_length=120, blank=True, default="", db_default="")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def as_data_url(self) -> str:
        """For a page that shows the mail: a browser knows nothing of the other parts of a mail."""
        return f"data:{self.content_type};base64,{base64.b64encode(bytes(self.content)).decode()}"


class Delivery(TenantModel):
    """One attempt to send a mail and what came of it, or what the mail provider reported of it later.

    It is written down as an attempt begins, so one whose sender dies stands in the log as well.
    """

    class Outcome(models.TextChoices):
        STARTED = "started", pgettext_lazy("attempt", "Under way")
        CUT = "cut", pgettext_lazy("attempt", "Broken off before there was an answer")
        SENT = "sent", pgettext_lazy("attempt", "Accepted")
        KEPT = "kept", pgettext_lazy("attempt", "Kept in the mailbox of the demo")
        DEFERRED = "deferred", pgettext_lazy("attempt", "Put off by the mail server")
        DOWN = "down", pgettext_lazy("attempt", "Mail server not reached")
        UNCLEAR = "unclear", pgettext_lazy("attempt", "Handed over, no answer")
        REFUSED = "refused", pgettext_lazy("attempt", "Refused by the mail server")
        NO_MAILBOX = "no_mailbox", pgettext_lazy("attempt", "The address does not take mail")
        BOUNCED = "bounced", pgettext_lazy("attempt", "Came back")
        COMPLAINED = "complained", pgettext_lazy("attempt", "Reported as spam")

    merchant = models.ForeignKey(  # type: ignore[assignment]
        "accounts.Merchant", models.CASCADE, null=True, blank=True, related_name="+", editable=False
    )
    mail = models.ForeignKey(Mail, models.CASCADE, related_name="deliveries")
    at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=10, choices=Outcome)
    code = models.PositiveSmallIntegerField(null=True, help_text="of the SMTP answer")
    answer = models.CharField(max_length=500, blank=True)
    seconds = models.FloatField(default=0)

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["at"], name="delivery_under_way", condition=models.Q(outcome="started")),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.at:%F %T}"


class Suppression(models.Model):
    """An address that does not take mail or whose reader called it spam; only account mails are sent there.

    It holds for all shops, so a shop is shown those alone that it wrote to (queries.suppressed_for_shop).
    """

    class Source(models.TextChoices):
        REFUSED = "refused", pgettext_lazy("suppression", "Refused by its mail server")
        BOUNCED = "bounced", pgettext_lazy("suppression", "Mail came back")
        COMPLAINED = "complained", pgettext_lazy("suppression", "Reported as spam")

    address = models.EmailField(_("address"), primary_key=True, max_length=254, help_text="in lower case")
    source = models.CharField(
        pgettext_lazy("suppression", "why"),
        max_length=10,
        choices=Source,
        default=Source.REFUSED,
        db_default=Source.REFUSED,
    )
    reason = models.CharField(max_length=500)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.address


class ServerPause(models.Model):
    """There while the mail server cannot be reached: until `free_at` nobody but one mail at a time knocks."""

    server = models.CharField(max_length=200, primary_key=True)
    since = models.DateTimeField(default=timezone.now)
    failures = models.PositiveIntegerField(default=1)
    free_at = models.DateTimeField()
    answer = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"{self.server} since {self.since:%F %T}"


def new_message_id(domain: str) -> str:
    return f"<{uuid.uuid4().hex}@{domain}>"
