"""What outlooks can be filtered by, on pages and in the API alike."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.demand.models import DemandOutlook, PatternName
from core.filters import IdFilter
from ecommerce.catalog.queries import category_choices, within_category
from ecommerce.inventory.filters import VALUES


class OutlookFilters(django_filters.FilterSet):
    category = django_filters.ChoiceFilter(label=_("Category"), choices=category_choices, method="in_category")
    pattern = django_filters.ChoiceFilter(label=pgettext_lazy("demand", "Sells"), choices=PatternName.choices)

    abc = django_filters.ChoiceFilter(label=_("Class by value"), choices=VALUES)

    class Meta:
        model = DemandOutlook
        fields: list[str] = []

    def in_category(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return within_category(rows, value)


class OutlookApiFilters(OutlookFilters):
    sku = django_filters.CharFilter(field_name="variant__sku", lookup_expr="iexact", max_length=80)
    product = IdFilter(field_name="variant__product_id")
    to_order = django_filters.BooleanFilter()
    runs_out = django_filters.BooleanFilter()
    has_forecast = django_filters.BooleanFilter()
