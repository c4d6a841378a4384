"""Parcels on their way."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.badges import Badge
from core.tenancy import TenantManager, TenantModel, TenantQuerySet
from ecommerce.fulfilment.rules import follow_link


class ShipmentQuerySet(TenantQuerySet["Shipment"]):
    def under_way(self) -> ShipmentQuerySet:
        return self.filter(state__in=[Shipment.State.IN_TRANSIT, Shipment.State.OUT_FOR_DELIVERY])

    def overdue(self, *, now: datetime) -> ShipmentQuerySet:
        """Promised before `now` and not delivered."""
        return self.exclude(state__in=Shipment.ARRIVED).filter(promised_at__lt=now)


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
    ARRIVED: ClassVar[list[str]] = [State.DELIVERED, State.RETURNED]

    order = models.ForeignKey("ecommerce.Order", models.CASCADE, related_name="shipments")
    warehouse = models.ForeignKey("ecommerce.Warehouse", models.PROTECT, null=True, blank=True, related_name="+")
    carrier = models.CharField(_("carrier"), max_length=60, blank=True)
    tracking_number = models.CharField(_("tracking number"), max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.IN_TRANSIT)
    shipped_at = models.DateTimeField(_("shipped"), default=timezone.now)
    promised_at = models.DateTimeField(_("promised"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantManager.from_queryset(ShipmentQuerySet)()

    class Meta:
        ordering = ["-shipped_at", "-pk"]
        indexes = [
            models.Index(fields=["merchant", "-shipped_at", "-id"], name="shipment_newest"),
            models.Index(fields=["merchant", "tracking_number"], name="shipment_tracking"),
            models.Index(fields=["merchant", "updated_at", "id"], name="shipment_updated"),
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
    """What the carrier reported; the same report twice is kept once."""

    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="events")
    at = models.DateTimeField(_("time"), default=timezone.now)
    state = models.CharField(_("state"), max_length=16, choices=Shipment.State)
    description = models.CharField(_("description"), max_length=200, blank=True)
    location = models.CharField(_("place"), max_length=100, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["shipment", "at", "state"], name="tracking_event_once")]

    def __str__(self) -> str:
        return f"{self.state} {self.at:%F}"
