"""What a list of orders can be narrowed by, on the page and in the API."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.filters import DayRangeFilter
from ecommerce.orders.finding import TO_GIVE_BACK, found_orders, to_give_back
from ecommerce.orders.models import Channel, Order, RiskFlag

SHIP_BY = [
    ("late", _("Late")),
    ("today", _("Today or earlier")),
    ("tomorrow", _("Tomorrow or earlier")),
    ("week", _("Within 7 days")),
]
RISK = [("open", _("To look at")), ("fine", _("Looked at, fine")), *RiskFlag.Kind.choices]
PAYMENT = [*Order.PaymentState.choices, (TO_GIVE_BACK, _("Money to give back"))]
STATES = [("standing", _("Not cancelled")), *Order.State.choices]
DAYS = {"today": 1, "tomorrow": 2, "week": 8}


class OrderFilters(django_filters.FilterSet):
    """Days are those of the time zone in force: the merchant's."""

    channel = django_filters.ChoiceFilter(label=_("Channel"), choices=Channel.choices, empty_label=_("All"))
    payment = django_filters.ChoiceFilter(
        label=_("Payment"), choices=PAYMENT, method="with_payment", empty_label=_("All")
    )
    state = django_filters.ChoiceFilter(label=_("State"), choices=STATES, method="in_state", empty_label=_("All"))
    ship_by = django_filters.ChoiceFilter(label=_("Ship by"), choices=SHIP_BY, method="due", empty_label=_("Any time"))
    placed = DayRangeFilter("placed_at", label=_("Placed"))
    city = django_filters.CharFilter(
        "ship_city", "icontains", label=_("City"), widget=forms.TextInput(attrs={"maxlength": 80})
    )

    risk = django_filters.ChoiceFilter(label=_("Risk"), choices=RISK, method="at_risk", empty_label=_("All"))
    tag = django_filters.CharFilter(
        "tags__name", "exact", label=_("Tag"), widget=forms.TextInput(attrs={"maxlength": 40, "list": "order-tags"})
    )

    class Meta:
        model = Order
        fields: list[str] = []

    def with_payment(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(to_give_back().read()) if value == TO_GIVE_BACK else rows.filter(payment_state=value)

    def in_state(self, rows: Any, name: str, value: str) -> Any:
        return rows.exclude(state=Order.State.CANCELLED) if value == "standing" else rows.filter(state=value)

    def at_risk(self, rows: Any, name: str, value: str) -> Any:
        flags = RiskFlag.objects.filter(order=OuterRef("pk"))
        if value in ("open", "fine"):
            flags = flags.filter(settled_at__isnull=value == "open")
        else:
            flags = flags.filter(kind=value, settled_at=None)
        return rows.filter(Exists(flags))

    def due(self, rows: Any, name: str, value: str) -> Any:
        now = timezone.now()
        if value == "late":
            return rows.late(now=now)
        today = timezone.localtime(now).date()
        end = datetime.combine(today + timedelta(days=DAYS[value]), time.min, timezone.get_current_timezone())
        return rows.due(until=end)


class OrderCalls(OrderFilters):
    """For programs, which have no box to type into."""

    search = django_filters.CharFilter(
        label=_("Search"),
        method="found",
        max_length=100,
        help_text=(
            "What the search of the list finds: the beginning of a number or e-mail, a part of the buyer's name, the"
            " end of a phone number, a SKU, a tracking number, the id on its channel."
        ),
    )

    def found(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(found_orders(value).read())
