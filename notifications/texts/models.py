"""What a shop says in its letters in place of our words, and under which name it writes."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.append_only import AppendOnlyModel
from core.tenancy import TenantModel


class Letterhead(TenantModel):
    """The sender of all letters to buyers and suppliers. Empty: the shop's name, and its contact address."""

    sender_name = models.CharField(_("sender name"), max_length=80, blank=True)
    reply_to = models.EmailField(_("replies go to"), blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant"], name="letterhead_once")]

    def __str__(self) -> str:
        return self.sender_name


class TextVersion(AppendOnlyModel, TenantModel):
    """What the shop said in a letter from a moment on, in one language; numbered from 1, never changed."""

    letter = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    number = models.PositiveIntegerField()
    subject = models.CharField(_("subject"), max_length=150)
    body = models.TextField(pgettext_lazy("mail", "text"), max_length=4000)
    by = models.CharField(max_length=150, help_text="who wrote it, as the activity log says")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "letter", "language", "number"], name="text_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.letter} {self.language} {self.number}"


class LetterText(TenantModel):
    """Which version a letter is written with; none is our own text.

    `broken_at` says since when its version cannot be used, and `problem` for which placeholder. Our text is sent then.
    """

    letter = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    version = models.ForeignKey(TextVersion, models.PROTECT, null=True, blank=True, related_name="+")
    broken_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "letter", "language"], name="letter_text_once")]

    def __str__(self) -> str:
        return f"{self.letter} {self.language}"
