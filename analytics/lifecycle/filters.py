"""What stages can be filtered by, on pages and in the API alike."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.lifecycle.models import ProductStage, Stage, Suggestion
from core.filters import DayRangeFilter, IdFilter
from ecommerce.catalog.queries import category_choices, within_product_category

BEHIND = (Stage.DECLINING, Stage.END)
STAGES = [("behind", _("Falling behind")), *Stage.choices]


class StageFilters(django_filters.FilterSet):
    category = django_filters.ChoiceFilter(label=_("Category"), choices=category_choices, method="in_category")
    stage = django_filters.ChoiceFilter(label=_("Stage"), choices=STAGES, method="in_stage")
    suggestion = django_filters.ChoiceFilter(label=_("Suggestion"), choices=Suggestion.choices)

    since = DayRangeFilter(label=pgettext_lazy("stage", "Since"), method="since_days")
    praised = DayRangeFilter(label=_("Praised and rising since"), method="praised_on")

    class Meta:
        model = ProductStage
        fields: list[str] = []

    def in_stage(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(stage__in=BEHIND) if value == "behind" else rows.filter(stage=value)

    def since_days(self, rows: QuerySet[Any], name: str, value: slice) -> QuerySet[Any]:
        bounds = {"since__gte": value.start, "since__lte": value.stop}
        return rows.filter(**{key: timezone.localtime(moment).date() for key, moment in bounds.items() if moment})

    def praised_on(self, rows: QuerySet[Any], name: str, value: slice) -> QuerySet[Any]:
        """Told on these days, whether or not that is over by now."""
        bounds = {"gte": value.start, "lte": value.stop}
        given = {f"product__episodes__opened_at__{name}": moment for name, moment in bounds.items() if moment}
        return rows.filter(product__episodes__kind="praised", **given)

    def in_category(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return within_product_category(rows, value)


class StageApiFilters(StageFilters):
    product = IdFilter(field_name="product_id")
