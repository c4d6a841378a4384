"""What a list of complaints can be narrowed by, on the page and in the API."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from accounts.merchants.models import Merchant
from core.filters import DayRangeFilter
from ecommerce.complaints.models import Complaint


def shops(request: Any) -> Any:
    return Merchant.objects.order_by("name", "pk")


class ComplaintFilters(django_filters.FilterSet):
    """Days are those of the time zone in force: the merchant's."""

    topic = django_filters.ChoiceFilter(label=_("Topic"), choices=Complaint.Topic.choices, empty_label=_("All"))
    state = django_filters.ChoiceFilter(label=_("State"), choices=Complaint.State.choices, empty_label=_("All"))
    opened = DayRangeFilter("opened_at", label=_("Opened"))

    class Meta:
        model = Complaint
        fields: list[str] = []


class QueueFilters(django_filters.FilterSet):
    """For the moderators' queue."""

    topic = django_filters.ChoiceFilter(label=_("Topic"), choices=Complaint.Topic.choices, empty_label=_("All"))
    merchant = django_filters.ModelChoiceFilter(
        label=_("Shop"), queryset=shops, to_field_name="slug", empty_label=_("All shops")
    )

    class Meta:
        model = Complaint
        fields: list[str] = []
