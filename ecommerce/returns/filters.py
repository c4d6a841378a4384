"""What a list of returns can be narrowed by, on the page and in the API."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.filters import Choices, DayRangeFilter, IdFilter
from ecommerce.purchasing.models import Supplier
from ecommerce.returns.models import Return, ReturnLine
from ecommerce.returns.queries import NOT_COMING
from ecommerce.returns.reasons import lines_of_supplier

STANDING = "standing"
UNKNOWN = "unknown"

supplier_choices = Choices(
    lambda: Supplier.objects.order_by("name", "pk").only("name"), lambda supplier: (str(supplier.pk), supplier.name)
)


class ReturnFilters(django_filters.FilterSet):
    """Days are those of the time zone in force: the merchant's."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[*Return.State.choices, (STANDING, _("Neither refused nor called off"))],
        empty_label=_("All"),
        method="in_state",
    )
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
    placed = DayRangeFilter("order__placed_at", label=_("Day of the order"))
    product = IdFilter(label=_("Product"), method="of_product")
    supplier = django_filters.ChoiceFilter(
        label=_("Supplier"),
        choices=supplier_choices,
        empty_label=_("All"),
        null_label=_("Unknown"),
        null_value=UNKNOWN,
        method="of_supplier",
    )

    class Meta:
        model = Return
        fields: list[str] = []

    def in_state(self, rows: Any, name: str, value: str) -> Any:
        return rows.exclude(state__in=NOT_COMING) if value == STANDING else rows.filter(state=value)

    def of_product(self, rows: Any, name: str, value: int) -> Any:
        return rows.filter(pk__in=ReturnLine.objects.filter(order_line__variant__product=value).values("case"))

    def of_supplier(self, rows: Any, name: str, value: str) -> Any:
        """With units of the supplier, of the product that is asked for at the same time, as the reasons lay them."""
        lines = lines_of_supplier(None if value == UNKNOWN else int(value))
        if product := self.form.cleaned_data.get("product"):
            lines = lines.filter(order_line__variant__product=product)
        return rows.filter(pk__in=lines.values("case"))

    def with_reason(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(pk__in=ReturnLine.objects.filter(reason=value).values("case"))

    def with_clock(self, rows: Any, name: str, value: str) -> Any:
        now = timezone.now()
        return rows.overdue(now=now) if value == "overdue" else rows.due_soon(now=now)
