"""What products and variants can be filtered by, on pages and in the API alike."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.filters import DayRangeFilter, IdFilter
from ecommerce.catalog.models import PriceChange, Product, Variant
from ecommerce.catalog.queries import category_choices, within_category


class ProductFilters(django_filters.FilterSet):
    """For product_list(): the prices are those of any of the product's variants."""

    category = django_filters.ChoiceFilter(label=_("Category"), choices=category_choices, method="in_category")
    brand = django_filters.CharFilter(label=_("Brand"), lookup_expr="iexact", max_length=100)
    state = django_filters.ChoiceFilter(label=_("State"), choices=Product.State.choices)
    price_min = django_filters.NumberFilter(
        label=_("Price from"), field_name="price_high", lookup_expr="gte", max_digits=12, decimal_places=2
    )
    price_max = django_filters.NumberFilter(
        label=_("Price up to"), field_name="price_low", lookup_expr="lte", max_digits=12, decimal_places=2
    )

    tag = django_filters.CharFilter(
        "tags__name", "exact", label=_("Tag"), widget=forms.TextInput(attrs={"maxlength": 40})
    )

    class Meta:
        model = Product
        fields: list[str] = []

    def in_category(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return within_category(rows, value)


class VariantFilters(django_filters.FilterSet):
    """For variant_list()."""

    sku = django_filters.CharFilter(label=_("SKU"), lookup_expr="iexact", max_length=80)
    product = IdFilter(label=_("Product"), field_name="product_id")
    is_active = django_filters.BooleanFilter(label=_("For sale"))

    class Meta:
        model = Variant
        fields: list[str] = []


class PriceFilters(django_filters.FilterSet):
    """For price_changes(). Days are those of the time zone in force: the merchant's."""

    product = IdFilter(label=_("Product"), field_name="variant__product_id")
    variant = IdFilter(label=_("Variant"), field_name="variant_id")
    source = django_filters.ChoiceFilter(label=_("Set by"), choices=PriceChange.Source.choices)
    at = DayRangeFilter("at", label=_("From"))

    class Meta:
        model = PriceChange
        fields: list[str] = []
