"""Promotions: past and planned ones, a report on each, and planning."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from analytics.promotions import showing
from analytics.promotions.actions import plan_promotion
from analytics.promotions.forms import PlanForm
from analytics.promotions.listing import PROMOTIONS
from analytics.promotions.queries import promotion_list
from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import done, page


@merchant_view("promotions.view")
@require_GET
def promotions(request: MerchantRequest) -> HttpResponse:
    context = {
        "page": PROMOTIONS.page(promotion_list(), request.GET),
        "may_edit": request.membership.may("promotions.edit"),
    }
    return page(request, "analytics/promotions/list.html", context, part="results")


@merchant_view("promotions.view")
@require_GET
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """What was promised, what came, and how the two compare."""
    found = get_object_or_404(promotion_list(), pk=pk)
    context = {
        "promotion": found,
        "plan": showing.planned(found),
        "report": showing.reported(found.report_or_none, request.merchant.currency),
        "verdict": showing.verdict(found),
    }
    return render(request, "analytics/promotions/detail.html", context)


@merchant_view("promotions.edit")
@require_http_methods(["GET", "POST"])
def plan(request: MerchantRequest) -> HttpResponse:
    form = PlanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = plan_promotion(**form.cleaned_data, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, made.get_absolute_url(), _("The plan is written down with its forecast."))
    context: dict[str, Any] = {
        "form": form,
        "submit": _("Forecast and keep"),
        "back_url": reverse("promotion-list", args=[request.merchant.slug]),
        "back_label": _("Promotions"),
    }
    return render(request, "analytics/promotions/plan.html", context, status=422 if form.errors else 200)
