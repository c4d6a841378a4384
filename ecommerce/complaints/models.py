"""Complaints: a buyer and a merchant disagree, and the platform may have to decide."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.money import money_field
from core.tenancy import TenantManager, TenantModel, TenantQuerySet


class ComplaintQuerySet(TenantQuerySet["Complaint"]):
    def open(self) -> ComplaintQuerySet:
        return self.filter(state__in=Complaint.OPEN)

    def overdue(self, *, now: datetime) -> ComplaintQuerySet:
        return self.open().filter(due_at__lt=now)


class Complaint(TenantModel):
    """`due_at` is when the next party must have acted: the merchant answers, or the platform decides."""

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
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, blank=True, related_name="+")
    decision = models.CharField(_("decision"), max_length=12, choices=Decision, blank=True)
    decision_reason = models.TextField(_("statement of reasons"), blank=True, max_length=3000)
    refund_asked = money_field(_("refund asked"), null=True, blank=True, default=None)
    refund_decided = money_field(_("refund decided"), null=True, blank=True, default=None)
    closed_at = models.DateTimeField(null=True, blank=True)
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
