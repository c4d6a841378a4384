"""Goods that come back: the case, and the units of order lines in it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.badges import Badge
from core.clocks import Clock
from core.money import money_field
from core.tenancy import TenantManager, TenantModel, TenantQuerySet
from ecommerce.fulfilment.rules import follow_link
from ecommerce.returns import rules


class ReturnQuerySet(TenantQuerySet["Return"]):
    def open(self) -> ReturnQuerySet:
        return self.filter(state__in=Return.OPEN)

    def due_soon(self, *, now: datetime) -> ReturnQuerySet:
        """The shop has less than DUE_SOON of its own time left."""
        return self.filter(due_at__gt=now, warn_at__lte=now)

    def overdue(self, *, now: datetime) -> ReturnQuerySet:
        return self.filter(due_at__lt=now)


class Return(TenantModel):
    """Units of one order that come back.

    `due_at` is when the shop must have answered, settled or repaired, None where it does not have to act: while the
    goods are on their way, and at the end. `reference` is the asking program's own name of the request. `replacement`
    is the order that goes out in exchange; `back_carrier` and `back_tracking` name the parcel with the repaired goods.
    `rating` is what the buyer thinks of how it was handled, 1 to 5, said once.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", pgettext_lazy("return", "Requested")
        APPROVED = "approved", pgettext_lazy("return", "Approved")
        REFUSED = "refused", pgettext_lazy("return", "Refused")
        RECEIVED = "received", pgettext_lazy("return", "Received")
        REPAIRING = "repairing", pgettext_lazy("return", "In repair")
        SETTLED = "settled", pgettext_lazy("return", "Settled")
        CANCELLED = "cancelled", pgettext_lazy("return", "Called off")

    OPEN: ClassVar[list[str]] = [State.REQUESTED, State.APPROVED, State.RECEIVED, State.REPAIRING]
    BADGES: ClassVar[dict[str, Badge]] = {
        State.REQUESTED: Badge("warning", State.REQUESTED.label, "empty"),
        State.APPROVED: Badge("info", State.APPROVED.label, "half"),
        State.REFUSED: Badge("neutral", State.REFUSED.label, icon="ban"),
        State.RECEIVED: Badge("warning", State.RECEIVED.label, "half"),
        State.REPAIRING: Badge("info", State.REPAIRING.label, "half"),
        State.SETTLED: Badge("success", State.SETTLED.label, "full"),
        State.CANCELLED: Badge("neutral", State.CANCELLED.label, icon="ban"),
    }

    class Source(models.TextChoices):
        MERCHANT = "merchant", _("Shop")
        BUYER = "buyer", _("Buyer")
        API = "api", _("API")

    class Reason(models.TextChoices):
        DAMAGED = "damaged", _("Arrived damaged")
        FAULTY = "faulty", _("Does not work")
        NOT_AS_DESCRIBED = "not_as_described", _("Not as described")
        WRONG_ITEM = "wrong_item", _("Wrong item")
        SIZE = "size", _("Does not fit")
        LATE = "late", _("Arrived late")
        CHANGED_MIND = "changed_mind", _("No longer wanted")
        OTHER = "other", _("Something else")

    class Outcome(models.TextChoices):
        REFUND = "refund", pgettext_lazy("return", "Refund")
        EXCHANGE = "exchange", pgettext_lazy("return", "Exchange")
        REPAIR = "repair", pgettext_lazy("return", "Repair")
        NONE = "none", pgettext_lazy("return", "Nothing given back")

    number = models.CharField(_("number"), max_length=20)
    order = models.ForeignKey("ecommerce.Order", models.PROTECT, related_name="returns")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.REQUESTED)
    requested_by = models.CharField(_("requested by"), max_length=8, choices=Source, default=Source.MERCHANT)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    requested_at = models.DateTimeField(_("requested"), default=timezone.now)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    warn_at = models.DateTimeField(null=True, blank=True, help_text="when the shop is warned, on a day it is open")
    answered_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="settled, refused or called off")
    refusal = models.CharField(_("reason of the refusal"), max_length=500, blank=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, blank=True)
    outcome_reason = models.CharField(_("reason"), max_length=500, blank=True)
    refund_amount = money_field(_("refund"), null=True, blank=True, default=None)
    payment = models.ForeignKey("ecommerce.Payment", models.SET_NULL, null=True, blank=True, related_name="+")
    replacement = models.OneToOneField(
        "ecommerce.Order", models.SET_NULL, null=True, blank=True, related_name="in_exchange_for"
    )
    sent_back_at = models.DateTimeField(_("sent back"), null=True, blank=True)
    back_carrier = models.CharField(_("carrier"), max_length=60, blank=True)
    back_tracking = models.CharField(_("tracking number"), max_length=80, blank=True)
    rating = models.PositiveSmallIntegerField(_("buyer’s rating"), null=True, blank=True)
    rating_words = models.CharField(_("words of the buyer"), max_length=500, blank=True)
    rated_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True, help_text="that the present clock runs out was told")
    late_at = models.DateTimeField(null=True, blank=True, help_text="that the present clock has run out was told")
    escalated_at = models.DateTimeField(null=True, blank=True, help_text="that it stayed late was told the owner")
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantManager.from_queryset(ReturnQuerySet)()

    class Meta:
        ordering = ["-requested_at", "-pk"]
        indexes = [
            models.Index(fields=["merchant", "-requested_at", "-id"], name="return_newest"),
            models.Index(fields=["merchant", "updated_at", "id"], name="return_updated"),
            models.Index(
                fields=["merchant", "rated_at"], name="return_rated", condition=models.Q(rating__isnull=False)
            ),
            models.Index(fields=["due_at"], name="return_due", condition=models.Q(due_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "number"], name="return_number"),
            models.UniqueConstraint(
                fields=["merchant", "reference"], condition=~models.Q(reference=""), name="return_reference"
            ),
            models.CheckConstraint(
                condition=models.Q(rating__isnull=True) | models.Q(rating__range=(1, 5)), name="return_rating_stars"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("return-detail", args=[self.merchant.slug, self.number])

    @property
    def badge(self) -> Badge:
        return self.BADGES[self.state]

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def may_be_rated(self) -> bool:
        """Whether its buyer can say how it was handled, and has not yet."""
        return self.rating is None and rules.may_be_rated(self.state)

    @property
    def back_link(self) -> str:
        """The carrier's own page for the parcel with the repaired goods, or ""."""
        return follow_link(self.back_carrier, self.back_tracking)

    def may(self, step: str) -> bool:
        """Whether its state allows a step of rules.STEPS."""
        return rules.may(step, self.state)

    def clock(self, now: datetime) -> Clock | None:
        """The clock that runs, or None where the shop does not have to act."""
        if self.due_at is None:
            return None
        return rules.clock(state=self.state, due=self.due_at, now=now, at=self.merchant.working_time)


class ReturnLine(TenantModel):
    """Units of an order's line that come back, and what was found when they came."""

    case = models.ForeignKey(Return, models.CASCADE, related_name="lines")
    order_line = models.ForeignKey("ecommerce.OrderLine", models.CASCADE, related_name="return_lines")
    quantity = models.PositiveIntegerField(_("quantity"))
    reason = models.CharField(_("reason"), max_length=16, choices=Return.Reason, default=Return.Reason.OTHER)
    details = models.CharField(_("details"), max_length=500, blank=True)
    restocked = models.PositiveIntegerField(_("to the shelf"), default=0)
    repaired = models.PositiveIntegerField(_("to repair"), default=0)
    written_off = models.PositiveIntegerField(_("written off"), default=0)

    class Meta:
        ordering = ["case_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "order_line"], name="return_line_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="return_line_quantity"),
            models.CheckConstraint(
                condition=models.Q(
                    quantity__gte=models.F("restocked") + models.F("repaired") + models.F("written_off")
                ),
                name="return_line_came_within_quantity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.order_line_id}"

    @property
    def came(self) -> int:
        return self.restocked + self.repaired + self.written_off


class ReturnPhoto(TenantModel):
    """A picture of what is wrong with the goods: a JPEG written by us below MEDIA_ROOT. Gone when it is erased."""

    case = models.ForeignKey(Return, models.CASCADE, related_name="photos")
    stored_as = models.CharField(max_length=120, help_text="path under MEDIA_ROOT; our own name, never the uploader's")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the stored picture")
    size = models.PositiveIntegerField(help_text="bytes")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    added_by = models.CharField(_("added by"), max_length=8, choices=Return.Source, default=Return.Source.MERCHANT)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["case_id", "pk"]
        constraints = [models.UniqueConstraint(fields=["case", "digest"], name="return_photo_once")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.digest[:8]}"
