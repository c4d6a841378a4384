"""The staff's list of merchants."""

from __future__ import annotations

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.merchants.models import Merchant
from accounts.merchants.queries import search_merchants
from core.filters import DayRangeFilter
from core.lists import Listing, Sort, Tab

State = Merchant.State


class MerchantFilters(django_filters.FilterSet):
    applied = DayRangeFilter(field_name="applied_at", label=_("Applied"))
    currency = django_filters.CharFilter(
        field_name="currency", lookup_expr="iexact", label=_("Currency"), widget=forms.TextInput(attrs={"size": 4})
    )

    class Meta:
        model = Merchant
        fields = ("applied", "currency")


MERCHANTS = Listing(
    sorts=[
        Sort("applied", _("Applied"), "applied_at", descending=True),
        Sort("name", _("Name"), "name"),
        Sort("changed", _("Changed"), "state_changed_at", descending=True),
    ],
    tabs=[
        Tab("applied", _("To decide"), lambda rows: rows.filter(state=State.APPLIED)),
        Tab("active", _("Active"), lambda rows: rows.filter(state=State.ACTIVE)),
        Tab("restricted", _("Restricted"), lambda rows: rows.filter(state=State.RESTRICTED)),
        Tab("suspended", _("Suspended"), lambda rows: rows.filter(state=State.SUSPENDED)),
        Tab("holiday", _("On holiday"), lambda rows: rows.filter(state=State.HOLIDAY)),
        Tab("refused", _("Refused"), lambda rows: rows.filter(state=State.REFUSED)),
    ],
    filters=MerchantFilters,
    search=search_merchants,
)
