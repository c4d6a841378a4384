"""What figures of stock can be filtered by, on pages and in the API alike."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from analytics.holdings.models import Holding
from core.filters import IdFilter
from ecommerce.catalog.models import Variant
from ecommerce.catalog.queries import category_choices, within_product_category
from ecommerce.inventory.filters import UNSORTED, VALUES, VARIABILITIES


class HoldingFilters(django_filters.FilterSet):
    category = django_filters.ChoiceFilter(label=_("Category"), choices=category_choices, method="in_category")
    abc = django_filters.ChoiceFilter(label=_("Class by value"), choices=VALUES)
    xyz = django_filters.ChoiceFilter(label=_("Class by variability"), choices=VARIABILITIES, method="in_xyz")

    class Meta:
        model = Holding
        fields: list[str] = []

    def in_category(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(variant__in=within_product_category(Variant.objects.all(), value).order_by().values("pk"))

    def in_xyz(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(xyz="" if value == UNSORTED else value)


class HoldingApiFilters(HoldingFilters):
    sku = django_filters.CharFilter(label=_("SKU"), field_name="variant__sku", lookup_expr="iexact", max_length=80)
    variant = IdFilter(label=_("Variant"), field_name="variant_id")
    is_dead = django_filters.BooleanFilter(label=_("Dead stock"))

    class Meta:
        model = Holding
        fields: list[str] = []
