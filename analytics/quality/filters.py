"""What scores can be filtered by, on pages and in the API alike."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from analytics.quality.models import ListingQuality
from core.filters import IdFilter
from ecommerce.catalog.models import Product
from ecommerce.catalog.queries import category_choices, within_product_category


class QualityFilters(django_filters.FilterSet):
    category = django_filters.ChoiceFilter(label=_("Category"), choices=category_choices, method="in_category")
    state = django_filters.ChoiceFilter(label=_("State"), field_name="product__state", choices=Product.State.choices)
    score_max = django_filters.NumberFilter(label=_("Score up to"), field_name="score", lookup_expr="lte")

    class Meta:
        model = ListingQuality
        fields: list[str] = []

    def in_category(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return within_product_category(rows, value)


class QualityApiFilters(QualityFilters):
    product = IdFilter(field_name="product_id")
