"""What a list of questions can be narrowed by, on the page and in the API."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from core.filters import DayRangeFilter, IdFilter
from ecommerce.catalog.models import Product
from ecommerce.orders.models import Channel
from ecommerce.questions.models import ProductQuestion


class ProductField(forms.IntegerField):
    """The id of a product of the shop, which a chip shows by its title."""

    def clean(self, value: Any) -> Any:
        key = super().clean(value)
        product = None if key is None else Product.objects.filter(pk=key).first()
        if key is not None and product is None:
            raise forms.ValidationError(_("There is none like this."))
        return product


class ProductFilter(IdFilter):
    """By a product that a link names: a shop has too many of them for a list to choose from."""

    field_class = ProductField


class QuestionFilters(django_filters.FilterSet):
    """Days are those of the time zone in force: the merchant's."""

    channel = django_filters.ChoiceFilter(label=_("Channel"), choices=Channel.choices, empty_label=_("All"))
    asked = DayRangeFilter("asked_at", label=_("Asked"))
    product = ProductFilter(label=_("Product"), widget=forms.HiddenInput)

    class Meta:
        model = ProductQuestion
        fields: list[str] = []


class QuestionApiFilters(QuestionFilters):
    answered = django_filters.BooleanFilter("answered_at", lookup_expr="isnull", exclude=True, label=_("Answered"))
