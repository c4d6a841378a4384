"""What a shop writes to its buyers, how often, and what became of each letter."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.badges import Badge
from core.tenancy import TenantManager, TenantModel, TenantQuerySet
from ecommerce.customers.models import Consent
from notifications.buyers.kinds import KINDS

MOST_A_DAY, INVITATIONS_A_MONTH = 5, 2  # before a shop says otherwise


class LetterRules(TenantModel):
    """Which letters a shop does not send, and how many a buyer gets at most; None is no limit.

    A shop that never changed anything has no row. `invites_unasked` tells whether buyers who were never asked are
    invited to review, too.
    """

    off = models.JSONField(_("letters not sent"), default=list)
    most_a_day = models.PositiveSmallIntegerField(_("letters a day"), null=True, blank=True, default=MOST_A_DAY)
    invitations_a_month = models.PositiveSmallIntegerField(
        _("invitations in 30 days"), null=True, blank=True, default=INVITATIONS_A_MONTH
    )
    invites_unasked = models.BooleanField(_("invite who was never asked"), default=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant"], name="letter_rules_once")]

    def __str__(self) -> str:
        return f"{self.most_a_day}, {self.invitations_a_month}"


class BuyerNoticeQuerySet(TenantQuerySet["BuyerNotice"]):
    def written(self) -> BuyerNoticeQuerySet:
        return self.filter(outcome=BuyerNotice.Outcome.WRITTEN)

    def withheld(self) -> BuyerNoticeQuerySet:
        return self.exclude(outcome=BuyerNotice.Outcome.WRITTEN)


class BuyerNotice(TenantModel):
    """One letter for one fact: the mail it became, or why it became none.

    `fact` names what is told; a second row of that name is not written. An invitation within another letter has a row
    of its own with the mail of that letter.
    """

    class Outcome(models.TextChoices):
        WRITTEN = "written", pgettext_lazy("letter", "Written")
        UNWANTED = "unwanted", _("The buyer does not want it")
        DAY_FULL = "day_full", _("Enough letters for a day")
        MONTH_FULL = "month_full", _("Enough invitations for 30 days")

    BADGES: ClassVar[dict[str, Badge]] = {
        Outcome.WRITTEN: Badge("neutral", Outcome.WRITTEN.label, "full"),
        Outcome.UNWANTED: Badge("neutral", Outcome.UNWANTED.label, icon="ban"),
        Outcome.DAY_FULL: Badge("warning", Outcome.DAY_FULL.label, icon="clock"),
        Outcome.MONTH_FULL: Badge("warning", Outcome.MONTH_FULL.label, icon="clock"),
    }

    customer = models.ForeignKey("ecommerce.Customer", models.SET_NULL, null=True, related_name="+")
    order = models.ForeignKey(
        "ecommerce.Order", models.CASCADE, null=True, blank=True, related_name="+", help_text="none: about the buyer"
    )
    letter = models.CharField(_("letter"), max_length=30)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Consent.Purpose, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, default=Outcome.WRITTEN)
    mail = models.ForeignKey("notifications.Mail", models.SET_NULL, null=True, blank=True, related_name="+")
    fact = models.CharField(max_length=140)
    at = models.DateTimeField(_("time"), default=timezone.now)

    objects = TenantManager.from_queryset(BuyerNoticeQuerySet)()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["merchant", "-at", "-id"], name="buyer_notice_newest"),
            models.Index(fields=["customer", "-at", "-id"], name="buyer_notice_of_buyer"),
            models.Index(fields=["at"], name="buyer_notice_by_age"),
        ]
        constraints = [models.UniqueConstraint(fields=["merchant", "fact"], name="buyer_notice_once")]

    def __str__(self) -> str:
        return f"{self.letter}: {self.outcome}"

    @property
    def label(self) -> Any:
        """What the letter is called; its name where no code knows it any more."""
        return KINDS[self.letter].label if self.letter in KINDS else self.letter

    @property
    def badge(self) -> Badge:
        return self.BADGES[self.outcome]
