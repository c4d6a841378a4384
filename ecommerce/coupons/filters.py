"""What coupons can be filtered by, on pages and in the API alike."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.filters import IdFilter
from ecommerce.coupons.models import Coupon


class CouponFilters(django_filters.FilterSet):
    """For coupon_list()."""

    customer = IdFilter(label=_("Customer number"), field_name="customer_id")
    origin = django_filters.ChoiceFilter(label=_("Origin"), choices=Coupon.Origin)
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Coupon.Kind)
    code = django_filters.CharFilter(label=pgettext_lazy("coupon", "Code"), lookup_expr="iexact", max_length=40)

    class Meta:
        model = Coupon
        fields: list[str] = []
