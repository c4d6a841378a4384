"""What a list of parcels can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.filters import DayRangeFilter
from ecommerce.fulfilment.models import Carrier, ParcelCase, Shipment
from ecommerce.inventory.models import Warehouse


def _carriers(request: Any) -> Any:
    return Carrier.objects.all()


def _warehouses(request: Any) -> Any:
    return Warehouse.objects.all()


class ShipmentFilters(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=Shipment.State.choices, empty_label=_("All"))
    carrier = django_filters.CharFilter(
        method="with_carrier", label=_("Carrier"), widget=forms.TextInput(attrs={"maxlength": 60})
    )
    warehouse = django_filters.ModelChoiceFilter(label=_("Warehouse"), queryset=_warehouses, empty_label=_("All"))
    shipped = DayRangeFilter("shipped_at", label=_("Shipped"))
    city = django_filters.CharFilter(
        "order__ship_city", "icontains", label=_("City"), widget=forms.TextInput(attrs={"maxlength": 80})
    )

    likely_late = django_filters.ChoiceFilter(
        method="by_forecast", label=_("Arrival"), choices=[("yes", _("Likely late"))], empty_label=_("All")
    )

    class Meta:
        model = Shipment
        fields: list[str] = []

    def by_forecast(self, rows: Any, name: str, value: str) -> Any:
        return rows.likely_late()

    def with_carrier(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(carrier__icontains=value) | Q(carried_by__name__icontains=value))


class PromiseFilters(django_filters.FilterSet):
    """Of parcels, which the table by carrier and region is made of."""

    carrier = django_filters.ModelChoiceFilter(
        "carried_by", label=_("Carrier"), queryset=_carriers, empty_label=_("All")
    )
    region = django_filters.CharFilter(
        "order__ship_region", "icontains", label=_("Region"), widget=forms.TextInput(attrs={"maxlength": 80})
    )
    shipped = DayRangeFilter("shipped_at", label=_("Shipped"))

    class Meta:
        model = Shipment
        fields: list[str] = []


ABOUT = [("late", _("Late or standing still")), ("other", _("Other problems"))]


class CaseFilters(django_filters.FilterSet):
    carrier = django_filters.ModelChoiceFilter(
        "shipment__carried_by",
        label=_("Carrier"),
        queryset=_carriers,
        empty_label=_("All"),
        null_label=_("unknown carrier"),
        null_value="none",
    )
    warehouse = django_filters.ModelChoiceFilter(
        "shipment__warehouse", label=_("Warehouse"), queryset=_warehouses, empty_label=_("All")
    )
    about = django_filters.ChoiceFilter(label=_("About"), choices=ABOUT, method="by_reason", empty_label=_("All"))
    opened = DayRangeFilter("opened_at", label=_("Since"))

    class Meta:
        model = ParcelCase
        fields: list[str] = []

    def by_reason(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(reason__in=ParcelCase.LATE) if value == "late" else rows.exclude(reason__in=ParcelCase.LATE)
