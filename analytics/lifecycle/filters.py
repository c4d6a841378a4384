"""What stages can be filtered by, on pages and in the API alike."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from analytics.lifecycle.models import ProductStage, Stage, Suggestion
from core.filters import IdFilter
from ecommerce.catalog.queries import category_choices, within_product_category


class StageFilters(django_filters.FilterSet):
    category = django_filters.ChoiceFilter(label=_("Category"), choices=category_choices, method="in_category")
    stage = django_filters.ChoiceFilter(label=_("Stage"), choices=Stage.choices)
    suggestion = django_filters.ChoiceFilter(label=_("Suggestion"), choices=Suggestion.choices)

    class Meta:
        model = ProductStage
        fields: list[str] = []

    def in_category(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return within_product_category(rows, value)


class StageApiFilters(StageFilters):
    product = IdFilter(field_name="product_id")
