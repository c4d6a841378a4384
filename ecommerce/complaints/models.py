"""Complaints: a buyer and a merchant disagree, and the platform may have to decide."""

from __future__ import annotations

from datetime import datetime, timedelta
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
from ecommerce.complaints import rules


class ComplaintQuerySet(TenantQuerySet["Complaint"]):
    def open(self) -> ComplaintQuerySet:
        return self.filter(state__in=Complaint.OPEN)

    def overdue(self, *, now: datetime) -> ComplaintQuerySet:
        return self.open().filter(due_at__lt=now)

    def unanswered(self) -> ComplaintQuerySet:
        """The merchant owes an answer; the platform may have taken it over meanwhile."""
        return self.filter(state__in=[Complaint.State.OPENED, Complaint.State.INVESTIGATED], answered_at=None)

    def to_answer_by(self, moment: datetime) -> ComplaintQuerySet:
        """Unanswered, with the merchant's time over by `moment`."""
        return self.unanswered().filter(opened_at__lt=moment - rules.ANSWER_WITHIN)

    def due_soon(self, *, now: datetime, within: timedelta) -> ComplaintQuerySet:
        """The shop still has time to answer, but less than `within`."""
        return self.filter(state=Complaint.State.OPENED, due_at__gt=now, due_at__lte=now + within)

    def for_platform(self) -> ComplaintQuerySet:
        """What a moderator has to decide, the most urgent first."""
        return self.filter(state__in=Complaint.WITH_PLATFORM).order_by("due_at", "pk")


class Complaint(TenantModel):
    """`due_at` is when the next party must have acted.

    The merchant answers an opened one, the buyer reacts to an answer, the platform decides what was escalated or
    appealed, and a decision becomes final. `refund_decided` is the sum of what decisions gave back.
    """

    class State(models.TextChoices):
        OPENED = "opened", pgettext_lazy("complaint", "Opened")
        ANSWERED = "answered", pgettext_lazy("complaint", "Answered")
        INVESTIGATED = "investigated", pgettext_lazy("complaint", "Under investigation")
        DECIDED = "decided", pgettext_lazy("complaint", "Decided")
        APPEALED = "appealed", pgettext_lazy("complaint", "Appealed")
        CLOSED = "closed", pgettext_lazy("complaint", "Closed")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.OPENED: {State.ANSWERED, State.INVESTIGATED, State.DECIDED, State.CLOSED},
        State.ANSWERED: {State.INVESTIGATED, State.DECIDED, State.CLOSED},
        State.INVESTIGATED: {State.ANSWERED, State.DECIDED},
        State.DECIDED: {State.APPEALED, State.CLOSED},
        State.APPEALED: {State.DECIDED},
        State.CLOSED: set(),
    }
    OPEN: ClassVar[list[str]] = [State.OPENED, State.ANSWERED, State.INVESTIGATED, State.APPEALED]
    WITH_PLATFORM: ClassVar[list[str]] = [State.INVESTIGATED, State.APPEALED]
    BADGES: ClassVar[dict[str, Badge]] = {
        State.OPENED: Badge("warning", State.OPENED.label, "empty"),
        State.ANSWERED: Badge("neutral", State.ANSWERED.label, "half"),
        State.INVESTIGATED: Badge("info", State.INVESTIGATED.label, "half"),
        State.DECIDED: Badge("neutral", State.DECIDED.label, "full"),
        State.APPEALED: Badge("info", State.APPEALED.label, icon="scale"),
        State.CLOSED: Badge("neutral", State.CLOSED.label, "full"),
    }

    class Topic(models.TextChoices):
        DAMAGED = "damaged", _("Arrived damaged")
        NOT_AS_DESCRIBED = "not_as_described", _("Not as described")
        NOT_ARRIVED = "not_arrived", _("Did not arrive")
        LATE = "late", _("Arrived late")
        SERVICE = "service", _("Poor service")
        REFUND = "refund", _("Refund not paid")
        OTHER = "other", _("Something else")

    class Decision(models.TextChoices):
        FOR_BUYER = "for_buyer", _("For the buyer")
        PARTLY = "partly", _("Partly for the buyer")
        FOR_MERCHANT = "for_merchant", _("For the merchant")

    class Escalation(models.TextChoices):
        OVERDUE = "overdue", _("The shop did not answer in time")
        BUYER = "buyer", _("The buyer asked for a decision")
        MERCHANT = "merchant", _("The shop asked for a decision")
        PLATFORM = "platform", _("The platform took it up")

    class Closing(models.TextChoices):
        SETTLED = "settled", _("The buyer says it is settled")
        OFFER_ACCEPTED = "offer_accepted", _("The buyer accepted the offer")
        NO_REPLY = "no_reply", _("The buyer did not come back to the answer")
        FINAL = "final", _("The decision is final")
        PLATFORM = "platform", _("The platform closed it")

    number = models.CharField(_("number"), max_length=20)
    order = models.ForeignKey("ecommerce.Order", models.PROTECT, null=True, blank=True, related_name="complaints")
    customer = models.ForeignKey("ecommerce.Customer", models.PROTECT, null=True, blank=True, related_name="complaints")
    product = models.ForeignKey("ecommerce.Product", models.SET_NULL, null=True, blank=True, related_name="complaints")
    topic = models.CharField(_("topic"), max_length=20, choices=Topic, default=Topic.OTHER)
    subject = models.CharField(_("subject"), max_length=150)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPENED)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    due_at = models.DateTimeField(_("due"))
    answered_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    escalated_because = models.CharField(max_length=10, choices=Escalation, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, blank=True, related_name="+")
    decision = models.CharField(_("decision"), max_length=12, choices=Decision, blank=True)
    decision_reason = models.TextField(_("statement of reasons"), blank=True, max_length=3000)
    refund_asked = money_field(_("refund asked"), null=True, blank=True, default=None)
    refund_offered = money_field(_("refund offered"), null=True, blank=True, default=None)
    refund_decided = money_field(_("refund decided"), null=True, blank=True, default=None)
    appealed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.CharField(max_length=16, choices=Closing, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantManager.from_queryset(ComplaintQuerySet)()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        indexes = [
            models.Index(fields=["merchant", "-opened_at", "-id"], name="complaint_newest"),
            models.Index(fields=["merchant", "updated_at", "id"], name="complaint_updated"),
            models.Index(fields=["state", "due_at"], name="complaint_queue"),
        ]
        constraints = [models.UniqueConstraint(fields=["merchant", "number"], name="complaint_number")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("complaint-detail", args=[self.merchant.slug, self.number])

    @property
    def badge(self) -> Badge:
        return self.BADGES[self.state]

    @property
    def buyer_name(self) -> str:
        return (self.customer.name if self.customer else "") or (self.order.buyer_name if self.order else "")

    @property
    def buyer_email(self) -> str:
        """Where the buyer can be reached, or ""."""
        return (self.customer.email if self.customer else "") or (self.order.buyer_email if self.order else "")

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def may_be_answered(self) -> bool:
        """Whether the merchant may answer; what the platform investigates can be answered once."""
        if self.state == self.State.INVESTIGATED:
            return self.answered_at is None
        return self.state in (self.State.OPENED, self.State.ANSWERED)

    @property
    def has_offer(self) -> bool:
        """An offer of the merchant that the buyer may accept."""
        return self.state == self.State.ANSWERED and bool(self.refund_offered)

    def why_no_appeal(self, now: datetime) -> str | None:
        """Why the merchant cannot appeal (a code of rules.why_no_appeal), or None."""
        return rules.why_no_appeal(
            state=self.state,
            decision=self.decision,
            decided_at=self.decided_at,
            appealed_at=self.appealed_at,
            now=now,
        )

    def clock(self, now: datetime) -> Clock:
        return rules.clock(state=self.state, due=self.due_at, now=now)

    def may_become(self, state: str) -> bool:
        return state in self.TRANSITIONS[self.state]


class ComplaintMessage(TenantModel):
    """One turn of the conversation; an internal one is seen by the side that wrote it only."""

    class Author(models.TextChoices):
        BUYER = "buyer", _("Buyer")
        MERCHANT = "merchant", _("Merchant")
        STAFF = "staff", _("Platform")

    complaint = models.ForeignKey(Complaint, models.CASCADE, related_name="messages")
    author = models.CharField(max_length=8, choices=Author)
    author_label = models.CharField(max_length=150, blank=True)
    is_internal = models.BooleanField(default=False)
    text = models.TextField(_("message"), max_length=5000)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:40]
