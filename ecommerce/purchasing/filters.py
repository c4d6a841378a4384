"""What suppliers and their prices can be filtered by, on pages and in the API alike."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from core.filters import IdFilter
from ecommerce.purchasing.models import Supplier, SupplierPrice


def currency_choices() -> list[tuple[str, str]]:
    codes = Supplier.objects.order_by("currency").values_list("currency", flat=True).distinct()
    return [(code, code) for code in codes]


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


class SupplierPriceFilters(django_filters.FilterSet):
    """For supplier_prices()."""

    supplier = IdFilter(label=_("Supplier"), field_name="supplier_id")
    variant = IdFilter(label=_("Variant"), field_name="variant_id")
    sku = django_filters.CharFilter(label=_("SKU"), field_name="variant__sku", lookup_expr="iexact", max_length=80)

    class Meta:
        model = SupplierPrice
        fields: list[str] = []
