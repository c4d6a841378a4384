"""What a list of returns can be narrowed by, on the page and in the API."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.filters import DayRangeFilter
from ecommerce.returns.models import Return, ReturnLine


class ReturnFilters(django_filters.FilterSet):
    """Days are those of the time zone in force: the merchant's."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=Return.State.choices, empty_label=_("All"))
    reason = django_filters.ChoiceFilter(
        label=_("Reason"), choices=Return.Reason.choices, empty_label=_("All"), method="with_reason"
    )
    clock = django_filters.ChoiceFilter(
        label=_("Clock"),
        choices=[("due_soon", pgettext_lazy("returns", "Due soon")), ("overdue", pgettext_lazy("returns", "Overdue"))],
        empty_label=_("All"),
        method="with_clock",
    )
    order = django_filters.CharFilter("order__number", label=_("Order"))
    requested = DayRangeFilter("requested_at", label=_("Requested"))

    class Meta:
        model = Return
        fields: list[str] = []

    def with_reason(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(pk__in=ReturnLine.objects.filter(reason=value).values("case"))

    def with_clock(self, rows: Any, name: str, value: str) -> Any:
        now = timezone.now()
        return rows.overdue(now=now) if value == "overdue" else rows.due_soon(now=now)
