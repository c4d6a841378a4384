"""What a list of parcels can be narrowed by."""

from __future__ import annotations

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from core.filters import DayRangeFilter
from ecommerce.fulfilment.models import Shipment


class ShipmentFilters(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=Shipment.State.choices, empty_label=_("All"))
    carrier = django_filters.CharFilter(
        "carrier", "icontains", label=_("Carrier"), widget=forms.TextInput(attrs={"maxlength": 60})
    )
    shipped = DayRangeFilter("shipped_at", label=_("Shipped"))
    city = django_filters.CharFilter(
        "order__ship_city", "icontains", label=_("City"), widget=forms.TextInput(attrs={"maxlength": 80})
    )

    class Meta:
        model = Shipment
        fields: list[str] = []
