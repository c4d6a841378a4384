"""What suppliers, prices and purchase orders can be filtered by, on pages and in the API alike."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from core.filters import Choices, DayField, IdFilter
from ecommerce.inventory.filters import warehouse_choices
from ecommerce.purchasing.models import PurchaseOrder, Supplier, SupplierPrice

currency_choices = Choices(
    lambda: Supplier.objects.order_by("currency").values_list("currency", flat=True).distinct(),
    lambda code: (code, code),
)


class SupplierFilters(django_filters.FilterSet):
    """For supplier_list()."""

    currency = django_filters.ChoiceFilter(label=_("Currency"), choices=currency_choices)
    lead_max = django_filters.NumberFilter(
        label=_("Promised delivery within days"),
        field_name="lead_days",
        lookup_expr="lte",
        max_digits=4,
        decimal_places=0,
    )

    class Meta:
        model = Supplier
        fields: list[str] = []


def percent_filter(label: Any, field: str, lookup: str) -> Any:
    """A bound on a figure in percent."""
    return django_filters.NumberFilter(
        label=label, field_name=field, lookup_expr=lookup, max_digits=5, decimal_places=1, min_value=0
    )


class ScoreFilters(django_filters.FilterSet):
    """For scored_suppliers(). Suppliers of whom too little is known to tell are not within any bound."""

    currency = django_filters.ChoiceFilter(label=_("Currency"), choices=currency_choices)
    on_time_max = percent_filter(_("On time, at most %"), "on_time", "lte")
    complete_max = percent_filter(_("Complete, at most %"), "complete", "lte")
    passed_max = percent_filter(_("Pass rate, at most %"), "passed", "lte")
    share_min = percent_filter(_("Share of buying, at least %"), "share", "gte")
    lead_max = django_filters.NumberFilter(
        label=_("Lead time within days"), field_name="lead", lookup_expr="lte", max_digits=4, decimal_places=0
    )
    sole_min = django_filters.NumberFilter(
        label=_("Variants without another source, at least"),
        field_name="sole",
        lookup_expr="gte",
        max_digits=6,
        decimal_places=0,
    )

    class Meta:
        model = Supplier
        fields: list[str] = []


class SupplierPriceFilters(django_filters.FilterSet):
    """For supplier_prices()."""

    supplier = IdFilter(label=_("Supplier"), field_name="supplier_id")
    variant = IdFilter(label=_("Variant"), field_name="variant_id")
    sku = django_filters.CharFilter(label=_("SKU"), field_name="variant__sku", lookup_expr="iexact", max_length=80)

    class Meta:
        model = SupplierPrice
        fields: list[str] = []


supplier_choices = Choices(
    lambda: Supplier.objects.order_by("name").values_list("pk", "name"), lambda row: (str(row[0]), row[1])
)


class DayFilter(django_filters.DateFilter):  # type: ignore[misc]
    field_class = DayField


class PurchaseFilters(django_filters.FilterSet):
    """For purchase_list()."""

    supplier = django_filters.ChoiceFilter(label=_("Supplier"), choices=supplier_choices)
    warehouse = django_filters.ChoiceFilter(label=_("Warehouse"), choices=warehouse_choices)
    state = django_filters.ChoiceFilter(label=_("State"), choices=PurchaseOrder.State.choices)
    expected_after = DayFilter(
        label=_("Expected from"),
        field_name="expected_on",
        lookup_expr="gte",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    expected_before = DayFilter(
        label=_("Expected up to"),
        field_name="expected_on",
        lookup_expr="lte",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    class Meta:
        model = PurchaseOrder
        fields: list[str] = []
