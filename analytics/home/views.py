"""The first page of a shop."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics.forecasts.models import Measure
from analytics.forecasts.words import day_name, figure
from analytics.home.queries import Tile, ahead, look, restock
from core.access import MerchantRequest, member_view


@member_view
@require_GET
def home(request: MerchantRequest) -> HttpResponse:
    """What to do, how the day goes, what is about to happen; each part for those who may see it."""
    merchant, now = request.merchant, timezone.now()
    may = request.membership.may
    found = look(merchant, now, facts=may("facts.view"), forecasts=may("forecasts.view"), stock=may("stock.view"))
    context: dict[str, Any] = {"now": now, "to_do": found.to_do}
    if may("facts.view"):
        past, today, last_week = found.past, found.today, found.last_week
        fortnight = past[-14:]
        context["tiles"] = [
            Tile(label, getattr(today, name), kind, getattr(last_week, name), [float(read(fact)) for fact in fortnight])
            for label, name, kind, read in (
                (_("Sales today"), "value", "money", lambda fact: fact.value),
                (_("Orders today"), "orders", "count", lambda fact: fact.orders),
                (_("Average order"), "average", "money", lambda fact: fact.average_order or 0),
            )
        ]
        seen = sum(fact.reviews for fact in past[-28:])
        context["rating"] = round(sum(fact.rating_sum for fact in past[-28:]) / seen, 2) if seen else None
        context["rating_count"] = seen
        context["refunded"] = sum(fact.refunded for fact in past[-28:])
        context["has_sales"] = any(fact.orders for fact in past) or today.orders
    if may("forecasts.view") and context.get("has_sales"):
        expected = ahead(merchant, found)
        context["ahead"] = expected
        if expected is not None:

            def shown(value: float) -> str:
                return figure(value, Measure.SALES_VALUE, merchant.currency)

            context["table"] = [
                [day_name(day), shown(middle), f"{shown(low)} – {shown(high)}"]
                for day, middle, low, high in expected.rows
            ]
            context["head"] = [_("Day"), _("Middle"), _("8 in 10")]
    if may("stock.view"):
        context["low_count"], context["low"] = restock(merchant, found)
        context["may_order"] = may("purchasing.edit")
    return render(request, "analytics/home/index.html", context)
