"""Parcels on their way."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.append_only import AppendOnlyModel
from core.badges import Badge
from core.money import money_field
from core.tenancy import TenantManager, TenantModel, TenantQuerySet
from ecommerce.fulfilment.rules import STEPS_OF_REASON, follow_link


class Carrier(TenantModel):
    """Who carries parcels of this shop.

    `aliases` are the other names that parcels were sent under; `keys` are name, code and aliases as
    rules.carrier_key() compares them. `parcel_cost` is what a parcel costs on average, if known.
    """

    name = models.CharField(_("name"), max_length=60)
    code = models.CharField(_("code"), max_length=20, blank=True)
    aliases = models.JSONField(_("also written as"), default=list, blank=True)
    keys = models.JSONField(default=list)
    parcel_cost = money_field(_("cost of a parcel"), null=True, blank=True, default=None)
    is_active = models.BooleanField(_("in use"), default=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["merchant", "name"], name="carrier_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("carrier-detail", args=[self.merchant.slug, self.pk])


class CarrierService(TenantModel):
    """Days a carrier promises for a service, to a region; "" is any region that is not named."""

    carrier = models.ForeignKey(Carrier, models.CASCADE, related_name="services")
    name = models.CharField(_("service"), max_length=60, blank=True)
    region = models.CharField(_("region"), max_length=80, blank=True)
    days = models.PositiveSmallIntegerField(_("promised days"))

    class Meta:
        ordering = ["name", "region", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["carrier", "name", "region"], name="carrier_service_once"),
            models.CheckConstraint(condition=models.Q(days__gt=0, days__lte=90), name="carrier_service_days"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.region} {self.days}"


class ShipmentQuerySet(TenantQuerySet["Shipment"]):
    def under_way(self) -> ShipmentQuerySet:
        return self.filter(state__in=[Shipment.State.IN_TRANSIT, Shipment.State.OUT_FOR_DELIVERY])

    def likely_late(self) -> ShipmentQuerySet:
        """Not arrived, and by the carrier's own past rather after the promise than before it."""
        moving = [Shipment.State.IN_TRANSIT, Shipment.State.OUT_FOR_DELIVERY, Shipment.State.EXCEPTION]
        return self.filter(state__in=moving, late_chance__gte=Shipment.LIKELY, lost_at=None)

    def overdue(self, *, now: datetime) -> ShipmentQuerySet:
        """Promised before `now` and not delivered."""
        return self.exclude(state__in=Shipment.ARRIVED).filter(promised_at__lt=now, lost_at=None)


class Shipment(TenantModel):
    """One parcel of an order."""

    class State(models.TextChoices):
        IN_TRANSIT = "in_transit", pgettext_lazy("shipment", "In transit")
        OUT_FOR_DELIVERY = "out_for_delivery", pgettext_lazy("shipment", "Out for delivery")
        DELIVERED = "delivered", pgettext_lazy("shipment", "Delivered")
        EXCEPTION = "exception", pgettext_lazy("shipment", "Problem")
        RETURNED = "returned", pgettext_lazy("shipment", "Returned to sender")

    BADGES: ClassVar[dict[str, Badge]] = {
        State.IN_TRANSIT: Badge("info", State.IN_TRANSIT.label, "half"),
        State.OUT_FOR_DELIVERY: Badge("info", State.OUT_FOR_DELIVERY.label, icon="truck-delivery"),
        State.DELIVERED: Badge("success", State.DELIVERED.label, "full"),
        State.EXCEPTION: Badge("critical", State.EXCEPTION.label, icon="alert-triangle"),
        State.RETURNED: Badge("neutral", State.RETURNED.label, icon="arrow-back-up"),
    }
    LIKELY: ClassVar[float] = 0.5  # the chance of being late from which it is expected
    ARRIVED: ClassVar[list[str]] = [State.DELIVERED, State.RETURNED]

    order = models.ForeignKey("ecommerce.Order", models.CASCADE, related_name="shipments")
    warehouse = models.ForeignKey("ecommerce.Warehouse", models.PROTECT, null=True, blank=True, related_name="+")
    carrier = models.CharField(_("carrier"), max_length=60, blank=True)
    carried_by = models.ForeignKey(Carrier, models.SET_NULL, null=True, blank=True, related_name="shipments")
    tracking_number = models.CharField(_("tracking number"), max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.IN_TRANSIT)
    shipped_at = models.DateTimeField(_("shipped"), default=timezone.now)
    promised_at = models.DateTimeField(_("promised"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    moved_at = models.DateTimeField(null=True, blank=True, help_text="time of the latest report")
    expected_at = models.DateTimeField(_("expected"), null=True, blank=True)
    expected_from = models.DateTimeField(null=True, blank=True, help_text="start of the 80 % range")
    expected_to = models.DateTimeField(null=True, blank=True, help_text="end of the 80 % range")
    late_chance = models.FloatField(null=True, blank=True, help_text="of coming after the promise, 0 to 1")
    sent_again_as = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, db_index=False, related_name="sent_before",
        help_text="the parcel in which its goods left again after they came back or were lost",
    )  # fmt: skip
    lost_at = models.DateTimeField(
        null=True, blank=True, help_text="when it was given up and the same goods were sent once more"
    )
    taken_back_at = models.DateTimeField(
        null=True, blank=True, help_text="when its goods, which came back, were counted into stock or written off"
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantManager.from_queryset(ShipmentQuerySet)()

    class Meta:
        ordering = ["-shipped_at", "-pk"]
        indexes = [
            models.Index(fields=["merchant", "-shipped_at", "-id"], name="shipment_newest"),
            models.Index(fields=["merchant", "tracking_number"], name="shipment_tracking"),
            models.Index(fields=["merchant", "updated_at", "id"], name="shipment_updated"),
            models.Index(fields=["carried_by", "-shipped_at"], name="shipment_carrier"),
            models.Index(
                fields=["merchant", "shipped_at"],
                name="shipment_open",
                condition=models.Q(state__in=["in_transit", "out_for_delivery", "exception"]),
            ),
            models.Index(
                fields=["sent_again_as"], name="shipment_again", condition=models.Q(sent_again_as__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.tracking_number or f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("shipment-detail", args=[self.merchant.slug, self.pk])

    @property
    def badge(self) -> Badge:
        return self.BADGES[self.state]

    @property
    def follow_url(self) -> str:
        """The carrier's own page for the parcel, or ""."""
        return follow_link(self.carrier, self.tracking_number)

    @property
    def may_be_late(self) -> bool:
        """Whether it rather comes after the promise than before, and has not yet."""
        return not self.has_arrived and self.late_chance is not None and self.late_chance >= self.LIKELY

    @property
    def is_settled(self) -> bool:
        """Whether it came back or was lost, and it is decided what became of its goods."""
        return self.sent_again_as_id is not None or self.taken_back_at is not None

    @property
    def may_turn_up(self) -> bool:
        """Whether it was given up as lost and its goods may still come to light."""
        return self.lost_at is not None and self.taken_back_at is None

    @property
    def has_arrived(self) -> bool:
        return self.state in self.ARRIVED

    def is_overdue(self, now: datetime) -> bool:
        return not self.has_arrived and self.promised_at is not None and self.promised_at < now


class ShipmentLine(TenantModel):
    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="lines")
    order_line = models.ForeignKey("ecommerce.OrderLine", models.CASCADE, related_name="shipment_lines")
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shipment", "order_line"], name="shipment_line_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="shipment_line_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.order_line_id}"


class TrackingEvent(TenantModel):
    """What the carrier reported; the same report twice is kept once. `state` is where the parcel is after it."""

    class Kind(models.TextChoices):
        PICKED_UP = "picked_up", pgettext_lazy("tracking", "Picked up")
        IN_TRANSIT = "in_transit", pgettext_lazy("tracking", "In transit")
        ARRIVED_AT = "arrived_at", pgettext_lazy("tracking", "Arrived at a depot")
        CUSTOMS = "customs", pgettext_lazy("tracking", "At customs")
        OUT_FOR_DELIVERY = "out_for_delivery", pgettext_lazy("tracking", "Out for delivery")
        DELIVERED = "delivered", pgettext_lazy("tracking", "Delivered")
        FAILED_ATTEMPT = "failed_attempt", pgettext_lazy("tracking", "Delivery failed")
        ADDRESS_PROBLEM = "address_problem", pgettext_lazy("tracking", "Address problem")
        PROBLEM = "problem", pgettext_lazy("tracking", "Problem")
        RETURNED = "returned", pgettext_lazy("tracking", "Returned to sender")

    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="events")
    at = models.DateTimeField(_("time"), default=timezone.now)
    kind = models.CharField(_("report"), max_length=20, choices=Kind, blank=True, default="")
    state = models.CharField(_("state"), max_length=16, choices=Shipment.State)
    description = models.CharField(_("description"), max_length=200, blank=True)
    location = models.CharField(_("place"), max_length=100, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["shipment", "at", "state", "kind"], name="tracking_event_once")]

    def __str__(self) -> str:
        return f"{self.kind or self.state} {self.at:%F}"

    @property
    def label(self) -> str:
        """What it tells; rows from before there were kinds have only the state."""
        return str(self.get_kind_display() if self.kind else self.get_state_display())


class DeliveryPrediction(AppendOnlyModel, TenantModel):
    """What was said about the arrival of a parcel, when, and on how many parcels of the past it rests."""

    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="predictions")
    carrier = models.ForeignKey(Carrier, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    low = models.DateTimeField()
    middle = models.DateTimeField()
    high = models.DateTimeField()
    late_chance = models.FloatField(null=True)
    parcels = models.PositiveIntegerField()
    is_first = models.BooleanField(default=False)

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["carrier", "made_at"], name="prediction_carrier")]
        constraints = [
            models.UniqueConstraint(
                fields=["shipment"], condition=models.Q(is_first=True), name="prediction_first_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shipment_id} {self.middle:%F}"


class ParcelCaseQuerySet(TenantQuerySet["ParcelCase"]):
    def open(self) -> ParcelCaseQuerySet:
        return self.filter(closed_at=None)

    def waiting(self, *, now: datetime) -> ParcelCaseQuerySet:
        """Open ones that are not put to rest."""
        return self.open().filter(models.Q(snoozed_until=None) | models.Q(snoozed_until__lte=now))


class ParcelCase(TenantModel):
    """Something about a parcel that a person must look at. One open case for each reason of a parcel."""

    class Reason(models.TextChoices):
        NO_MOVEMENT = "no_movement", pgettext_lazy("parcel", "No movement")
        OVERDUE = "overdue", pgettext_lazy("parcel", "Promised day passed")
        FAILED_ATTEMPT = "failed_attempt", pgettext_lazy("parcel", "Delivery failed")
        ADDRESS_PROBLEM = "address_problem", pgettext_lazy("parcel", "Address problem")
        PROBLEM = "problem", pgettext_lazy("parcel", "Problem at the carrier")
        RETURNED = "returned", pgettext_lazy("parcel", "Returned to sender")

    LATE = (Reason.OVERDUE, Reason.NO_MOVEMENT)

    class Step(models.TextChoices):
        CONTACT_CARRIER = "contact_carrier", pgettext_lazy("parcel", "Ask the carrier")
        CONTACT_BUYER = "contact_buyer", pgettext_lazy("parcel", "Ask the buyer")
        CORRECT_ADDRESS = "correct_address", pgettext_lazy("parcel", "Correct the address")
        RESHIP = "reship", pgettext_lazy("parcel", "Send it again")
        REFUND = "refund", pgettext_lazy("parcel", "Refund with a return")

    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="cases")
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    opened_at = models.DateTimeField(_("since"), default=timezone.now)
    told_at = models.DateTimeField(null=True, blank=True)
    assigned_to = models.ForeignKey("accounts.User", models.SET_NULL, null=True, blank=True, related_name="+")
    snoozed_until = models.DateTimeField(null=True, blank=True)
    step = models.CharField(_("next step"), max_length=20, choices=Step, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=150, blank=True, help_text="empty where it closed by itself")
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantManager.from_queryset(ParcelCaseQuerySet)()

    class Meta:
        ordering = ["opened_at", "pk"]
        indexes = [
            models.Index(
                fields=["merchant", "opened_at", "id"], name="parcel_case_open", condition=models.Q(closed_at=None)
            ),
            models.Index(fields=["merchant", "-closed_at"], name="parcel_case_closed"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["shipment", "reason"], condition=models.Q(closed_at=None), name="parcel_case_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shipment_id} {self.reason}"

    def get_absolute_url(self) -> str:
        return reverse("parcel-case-detail", args=[self.merchant.slug, self.pk])

    @property
    def badge(self) -> Badge:
        tone = "warning" if self.reason in (self.Reason.NO_MOVEMENT, self.Reason.OVERDUE) else "critical"
        return Badge(tone, str(self.get_reason_display()), icon="alert-triangle")

    @property
    def usual_step(self) -> str:
        """What one does first about this reason."""
        return str(self.Step(STEPS_OF_REASON[self.reason][0]).label)

    @property
    def may_be_settled(self) -> bool:
        """Whether the goods are back with the shop and wait for a decision."""
        parcel = self.shipment
        is_back = self.reason == self.Reason.RETURNED and parcel.state == Shipment.State.RETURNED
        return self.closed_at is None and is_back and (not parcel.is_settled or parcel.may_turn_up)

    @property
    def may_be_sent_again(self) -> bool:
        """Whether the goods that came back can leave in another parcel: not where others went out in their place."""
        return self.may_be_settled and not self.shipment.is_settled

    @property
    def may_be_replaced(self) -> bool:
        """Whether the parcel can be given up as lost: it is out there, and so is not known to be with anybody."""
        fits = "reship" in STEPS_OF_REASON[self.reason] and self.reason != self.Reason.RETURNED
        return self.closed_at is None and fits and not self.shipment.has_arrived and not self.shipment.is_settled

    @property
    def may_be_readdressed(self) -> bool:
        """Whether another address helps: the carrier could not hand the parcel over, or brought it back."""
        return self.closed_at is None and "correct_address" in STEPS_OF_REASON[self.reason]


class CarrierDelay(TenantModel):
    """A day on which far more parcels of a carrier were late than usual (events.CarrierRanLate); told once.

    `usual` is the carrier's own share of late parcels before, 0 to 1.
    """

    carrier = models.ForeignKey(Carrier, models.CASCADE, related_name="delays")
    day = models.DateField()
    late = models.PositiveIntegerField()
    due = models.PositiveIntegerField()
    usual = models.FloatField()
    found_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-day", "-pk"]
        constraints = [models.UniqueConstraint(fields=["carrier", "day"], name="carrier_delay_once")]

    def __str__(self) -> str:
        return f"{self.carrier_id} {self.day}"


class TrackingUpload(TenantModel):
    """A file of reports. `rows` wait to be written and are let go then; `bad` are [row, field, sentence, cells]."""

    file_name = models.CharField(max_length=200)
    header = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    count = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    repeated = models.PositiveIntegerField(default=0)
    bad = models.JSONField(default=list)
    job_id = models.BigIntegerField(null=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name
