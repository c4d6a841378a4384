"""Promotions: past and planned ones, a report on each, what they did on the whole, and planning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from analytics.promotions import showing, shown
from analytics.promotions.actions import plan_promotion
from analytics.promotions.forms import PlanForm
from analytics.promotions.listing import PROMOTIONS
from analytics.promotions.models import Promotion
from analytics.promotions.overview import overview
from analytics.promotions.queries import names_of, open_drafts, promotion_list
from analytics.promotions.shares import share_story
from analytics.promotions.words import name_them
from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import csv_response, table_response
from core.forms import add_refusal
from core.htmx import done, page

LIST_COLUMNS = (
    "name", "kind", "category", "first_day", "last_day", "price_cut", "products", "units", "expected", "extra_low",
    "extra", "extra_high", "discount",
)  # fmt: skip
WEEK_COLUMNS = ("week", "promoted", "units", "expected", "low_80", "high_80")
NEED_COLUMNS = ("sku", "product", "usual", "low_80", "middle", "high_80", "needed", "left", "to_order", "order_by")
EXPORT_MOST = 2_000


@merchant_view("promotions.view")
@require_GET
def promotions(request: MerchantRequest) -> HttpResponse:
    found = PROMOTIONS.page(promotion_list(), request.GET)
    name_them(found.rows, request.merchant)
    context = {
        "page": found,
        "may_edit": request.membership.may("promotions.edit"),
        "drafts": open_drafts(request.merchant.today()),
        "export_url": reverse("promotion-list-export", args=[request.merchant.slug]),
    }
    return page(request, "analytics/promotions/list.html", context, part="results")


@merchant_view("promotions.view")
@require_GET
def export_list(request: MerchantRequest) -> HttpResponseBase:
    """The promotions of the view as CSV with plain numbers."""
    found = list(PROMOTIONS.matching(promotion_list(), request.GET)[:EXPORT_MOST])
    name_them(found, request.merchant)
    return table_response(request, "promotions", LIST_COLUMNS, map(_cells, found))


def _cells(one: Promotion) -> list[Any]:
    report = one.report_or_none
    told = ("units", "expected", "extra_low", "extra", "extra_high", "discount")
    figures = [getattr(report, name, None) for name in told]
    return [
        one.name,
        one.kind,
        one.category.code if one.category else "",
        one.first_day.isoformat(),
        one.last_day.isoformat(),
        one.depth,
        len(one.variants),
        *("" if figure is None else figure for figure in figures),
    ]


@merchant_view("promotions.view")
@require_GET
def uplift(request: MerchantRequest) -> HttpResponse:
    """What past promotions did on the whole, by price cut, product and channel."""
    rows = overview()
    context = {"sections": shown.typical(rows), "finding": shown.typical_finding(rows)}
    return render(request, "analytics/promotions/uplift.html", context)


@merchant_view("promotions.view")
@require_GET
def export_uplift(request: MerchantRequest) -> HttpResponseBase:
    return csv_response("promotion-uplift", shown.TYPICAL_COLUMNS, map(shown.typical_cells, overview()))


@merchant_view("promotions.view")
@require_GET
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """What was promised, what came, and how the two compare."""
    found = get_object_or_404(promotion_list(), pk=pk)
    name_them([found], request.merchant)
    currency = request.merchant.currency
    report = found.report_or_none
    may_see_share = report is not None and request.membership.may("forecasts.view")
    context = {
        "promotion": found,
        "plan": showing.planned(found, currency),
        "report": showing.reported(report, currency),
        "verdict": showing.verdict(found),
        "share": shown.share(share_story(found, request.merchant), found) if may_see_share else None,
    }
    return render(request, "analytics/promotions/detail.html", context)


@merchant_view("promotions.view")
@require_GET
def export_weeks(request: MerchantRequest, pk: int) -> HttpResponseBase:
    """The weeks round a promotion as CSV; no rows while it has no report."""
    found = get_object_or_404(promotion_list(), pk=pk)
    return csv_response(f"promotion-{found.first_day}", WEEK_COLUMNS, _week_cells(found))


def _week_cells(one: Promotion) -> Iterator[list[Any]]:
    report = one.report_or_none
    for week in report.figures.get("weeks", ()) if report else ():
        expected = [week.get(name, "") for name in ("expected", "low", "high")]
        yield [week["day"], int(week["on"]), week["units"], *expected]


@merchant_view("promotions.view")
@require_GET
def export_needs(request: MerchantRequest, pk: int) -> HttpResponseBase:
    """The stock a plan takes as CSV; no rows for a promotion that was found."""
    found = get_object_or_404(promotion_list(), pk=pk)
    return csv_response(f"promotion-stock-{found.first_day}", NEED_COLUMNS, _need_cells(found))


def _need_cells(one: Promotion) -> Iterator[list[Any]]:
    needs = one.promise.get("needs", ())
    names = names_of([need["variant"] for need in needs])
    for need in needs:
        variant = names.get(need["variant"])
        known = [variant.sku, variant.full_title] if variant else ["", ""]
        counts = ["" if need[name] is None else need[name] for name in ("need", "left", "order")]
        yield [*known, need["usual"], *need["units"], *counts, one.promise["order_by"]]


@merchant_view("promotions.edit")
@require_http_methods(["GET", "POST"])
def plan(request: MerchantRequest) -> HttpResponse:
    form = PlanForm(request.POST or None, initial=request.GET.dict())
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
