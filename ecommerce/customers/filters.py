"""What customers can be filtered by, on pages and in the API alike."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from core.filters import Choices
from ecommerce.customers.models import Customer
from ecommerce.customers.queries import countries, tag_names

country_choices = Choices(countries, lambda code: (code, code))
tag_choices = Choices(tag_names, lambda name: (name, name))


class CustomerFilters(django_filters.FilterSet):
    """For customer_list()."""

    country = django_filters.ChoiceFilter(label=_("Country"), choices=country_choices)
    region = django_filters.CharFilter(label=_("Region"), lookup_expr="icontains", max_length=80)
    tag = django_filters.ChoiceFilter(label=_("Tag"), field_name="tags__name", choices=tag_choices)
    spend_min = django_filters.NumberFilter(
        label=_("Spend from"), field_name="spend", lookup_expr="gte", max_digits=12, decimal_places=2
    )
    spend_max = django_filters.NumberFilter(
        label=_("Spend up to"), field_name="spend", lookup_expr="lte", max_digits=12, decimal_places=2
    )
    orders_min = django_filters.NumberFilter(
        label=_("Orders from"), field_name="order_count", lookup_expr="gte", max_digits=9, decimal_places=0
    )
    orders_max = django_filters.NumberFilter(
        label=_("Orders up to"), field_name="order_count", lookup_expr="lte", max_digits=9, decimal_places=0
    )

    class Meta:
        model = Customer
        fields: list[str] = []
