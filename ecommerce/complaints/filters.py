"""What a list of complaints can be narrowed by, on the page and in the API."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.merchants.models import Merchant
from core.filters import DayRangeFilter
from ecommerce.complaints.models import Complaint
from ecommerce.fulfilment.models import Carrier, Shipment
from ecommerce.fulfilment.rules import DELIVERY_TOPICS
from ecommerce.fulfilment.scorecard import PERIOD


def shops(request: Any) -> Any:
    return Merchant.objects.order_by("name", "pk")


def carriers(request: Any) -> Any:
    return Carrier.objects.order_by("name", "pk")


class ComplaintFilters(django_filters.FilterSet):
    """Days are those of the time zone in force: the merchant's."""

    topic = django_filters.ChoiceFilter(label=_("Topic"), choices=Complaint.Topic.choices, empty_label=_("All"))
    state = django_filters.ChoiceFilter(label=_("State"), choices=Complaint.State.choices, empty_label=_("All"))
    opened = DayRangeFilter("opened_at", label=_("Opened"))
    carrier = django_filters.ModelChoiceFilter(
        label=_("Carrier, about the delivery"), queryset=carriers, empty_label=_("All"), method="with_carrier"
    )
    region = django_filters.CharFilter("order__ship_region", label=_("Region"))

    class Meta:
        model = Complaint
        fields: list[str] = []

    def with_carrier(self, rows: Any, name: str, value: Carrier) -> Any:
        """Those that the carrier's scorecard counts: about the delivery of parcels of its half year."""
        sent = Shipment.objects.filter(carried_by=value, shipped_at__gt=timezone.now() - PERIOD)
        return rows.filter(topic__in=DELIVERY_TOPICS, order__in=sent.values("order"))


class QueueFilters(django_filters.FilterSet):
    """For the moderators' queue."""

    topic = django_filters.ChoiceFilter(label=_("Topic"), choices=Complaint.Topic.choices, empty_label=_("All"))
    state = django_filters.ChoiceFilter(label=_("State"), choices=Complaint.State.choices, empty_label=_("All"))
    merchant = django_filters.ModelChoiceFilter(
        label=_("Shop"), queryset=shops, to_field_name="slug", empty_label=_("All shops")
    )

    class Meta:
        model = Complaint
        fields: list[str] = []
