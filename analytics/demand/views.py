"""What of every variant will be asked for, how long its stock lasts, and what to order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics.demand import showing, words
from analytics.demand.forms import TermsForm
from analytics.demand.listing import OUTLOOKS
from analytics.demand.models import DemandOutlook
from analytics.demand.outlooks import terms_of_shop
from analytics.demand.queries import Work, accuracy, outlook_list, work
from analytics.demand.rules import refusal
from analytics.demand.run_views import state_of_work
from analytics.demand.service import promise_to, standings
from analytics.demand.sheets import Sheet, sheet_of
from analytics.demand.tables import outlook_row
from analytics.demand.terms import clear_terms, set_terms, terms_of
from analytics.engine.demand import LEVELS
from analytics.engine.stock import ENDLESS
from analytics.forecasts.queries import edges_of
from analytics.forecasts.words import refusal as refusal_words
from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import csv_response, table_response
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.catalog.models import Product, Variant
from ecommerce.catalog.queries import variant_list


@merchant_view("forecasts.view")
@require_GET
def index(request: MerchantRequest) -> HttpResponse:
    """Every variant with what is expected of it, its stock and what to order."""
    known = work(request.merchant)
    newest = known.newest
    listed = OUTLOOKS.page(outlook_list(), request.GET)
    context: dict[str, Any] = {
        "page": listed,
        "rows": _rows(request, listed.rows),
        "newest": newest,
        "search_hint": _("SKU or product"),
        "may_run": request.membership.may("forecasts.run"),
        "may_edit": request.membership.may("demand.edit"),
        "may_order": request.membership.may("purchasing.edit"),
        "may_import": request.membership.may("imports.run"),
        **state_of_work(request, known),
    }
    if newest is None:
        context |= _why_none(request, known)
    else:
        context["export_url"] = reverse("demand-export", args=[request.merchant.slug])
        context["is_old"] = (request.merchant.today() - newest.data_to).days > 2  # type: ignore[operator]
    return page(request, "analytics/demand/list.html", context, part="results")


def _why_none(request: MerchantRequest, known: Work) -> dict[str, str]:
    """Why there is no forecast yet, and what would change it; nothing where the first comes with the night."""
    first, last = edges_of(known.traded, request.merchant.today()) or (None, None)
    no = refusal(first, last)
    if no is None:
        return {}
    why, cure = refusal_words(no.code, no.facts)
    return {"why": why, "cure": cure}


@merchant_view("forecasts.view")
@require_GET
def export(request: MerchantRequest) -> HttpResponseBase:
    """The variants of the view with all figures of theirs."""
    head = [
        _("SKU"), _("Product"), _("Variant"), _("Category"), _("How it sells"), _("Forecast from"), _("Mean"),
        _("Low, 8 in 10"), _("Middle"), _("High, 8 in 10"), _("Mean of the run before"), _("Available"),
        _("Lasts, days"), _("Sold out, earliest"), _("Sold out, middle"), _("Sold out, latest"), _("Delivery, days"),
        _("Order at stock of"), _("Order by"), _("Order quantity"), _("To order"), _("No forecast"),
    ]  # fmt: skip

    def rows() -> Iterator[list[Any]]:
        for one in OUTLOOKS.matching(outlook_list(), request.GET).iterator(chunk_size=1000):
            variant = one.variant
            yield [
                variant.sku, variant.product.title, variant.title, one.category.label if one.category else "",
                one.get_pattern_display(), one.as_of, round(one.mean, 2), round(one.low, 2), round(one.middle, 2),
                round(one.high, 2), None if one.before is None else round(one.before, 2), one.available,
                None if one.lasts >= ENDLESS else round(one.lasts, 1), one.out_low, one.out_middle, one.out_high,
                one.lead_days, one.reorder_point, one.order_by, one.order_quantity,
                _("yes") if one.to_order else _("no"), one.get_reason_display(),
            ]  # fmt: skip

    return table_response(request, _("demand"), head, rows())


def _found(request: MerchantRequest, pk: int) -> tuple[Variant, DemandOutlook | None, Sheet | None]:
    variant = get_object_or_404(variant_list(), pk=pk)
    outlook = outlook_list().select_related("variant__merchant", "run__merchant").filter(variant=variant).first()
    usable = outlook is not None and outlook.reason != DemandOutlook.Reason.FAILED
    return variant, outlook, sheet_of(outlook) if usable else None  # type: ignore[arg-type]


@merchant_view("forecasts.view")
@require_GET
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """One variant: what will be asked for, how long the stock lasts, what to order, and how well that went so far."""
    variant, outlook, sheet = _found(request, pk)
    context: dict[str, Any] = {
        "variant": variant,
        "outlook": outlook,
        "sheet": sheet,
        "may_edit": request.membership.may("demand.edit"),
        "may_override": request.membership.may("forecasts.override"),
        "may_see_product": request.membership.may("products.view"),
        "may_see_stock": request.membership.may("stock.view"),
    }
    if sheet is not None:
        context |= _shown(request, sheet)
    return render(request, "analytics/demand/detail.html", context)


def _shown(request: MerchantRequest, sheet: Sheet) -> dict[str, Any]:
    weekly = request.GET.get("by") == "week"
    suggestions = sheet.suggestions()
    suggestion = showing.chosen(suggestions, request.GET.get("sure"), sheet.level)
    head, table = showing.fan_table(sheet, weekly=weekly)
    stock_head, stock_table = showing.stock_table(sheet)
    terms, is_own = terms_of(sheet.variant)
    return {
        "tiles": showing.tiles(sheet),
        "weekly": weekly,
        "chart": showing.fan(sheet, weekly=weekly),
        "head": head,
        "table": table,
        "says": showing.finding(sheet),
        "stock_chart": showing.stock_chart(sheet) if sheet.available is not None and not sheet.is_over else None,
        "stock_head": stock_head,
        "stock_table": stock_table,
        "stock_says": showing.stock_finding(sheet),
        "sure": suggestion.sure,
        "sure_words": showing.sure_words(suggestions),
        "suggestions": suggestions,
        "suggestion": suggestion,
        "occasions": words.occasions(sheet.run),
        "reasons": showing.reasons(sheet),
        "about": showing.about(sheet),
        "pattern": words.pattern_name(sheet.pattern),
        "record": showing.record(sheet),
        "alike": showing.alike(accuracy(showing.recent(request.merchant.today())), sheet.pattern),
        "terms": terms,
        "terms_are_own": is_own,
        "point": showing.reorder_point(sheet, None if is_own else promise_to(sheet.outlook.abc, terms)),
    }


@merchant_view("forecasts.view")
@require_GET
def detail_export(request: MerchantRequest, pk: int) -> HttpResponseBase:
    """The days ahead of one variant with all kept quantiles, and of its stock if nothing is ordered."""
    variant, _outlook, sheet = _found(request, pk)
    if sheet is None:
        raise Http404
    left = dict(showing.stock_days(sheet)) if sheet.available is not None else {}
    head = [
        "day",
        "mean",
        *(f"q{level * 1000:03.0f}" for level in LEVELS),
        "left_low_80",
        "left_middle",
        "left_high_80",
    ]
    rows = (
        [
            day.isoformat(),
            round(float(mean), 3),
            *(round(float(one), 3) for one in row),
            *([round(left[day][place], 1) for place in (1, 3, 5)] if day in left else [None] * 3),
        ]
        for day, mean, row in zip(sheet.days, sheet.mean, sheet.quantiles, strict=True)
    )
    return csv_response(f"{_('demand')}-{variant.pk}", head, rows)


@merchant_view("demand.edit")
def shop_terms(request: MerchantRequest) -> HttpResponse:
    """The terms the whole shop orders on."""
    return _terms(request, None)


@merchant_view("demand.edit")
def variant_terms(request: MerchantRequest, pk: int) -> HttpResponse:
    """The terms of one variant, or back to those of the shop."""
    return _terms(request, get_object_or_404(variant_list(), pk=pk))


def _terms(request: MerchantRequest, variant: Variant | None) -> HttpResponse:
    slug = request.merchant.slug
    back = reverse("demand-detail", args=[slug, variant.pk]) if variant else reverse("demand-list", args=[slug])
    if variant is not None and request.method == "POST" and request.POST.get("do") == "clear":
        clear_terms(variant, actor=request.actor)
        return done(request, back, _("%(sku)s is ordered on the shop’s terms again.") % {"sku": variant.sku})
    terms, is_own = terms_of(variant) if variant else (terms_of_shop(), False)
    form = TermsForm.of(terms, request.POST or None, of_shop=variant is None)
    if form.is_valid():
        try:
            set_terms(variant, **form.terms(), actor=request.actor)
        except Refused as no:
            add_refusal(form, no)
        else:
            return done(request, back, _("The ordering terms are saved."))
    context = {
        "form": form,
        "variant": variant,
        "is_own": is_own,
        "back_url": back,
        "back_label": variant.sku if variant else _("Demand"),
        "submit": _("Save terms"),
        "promise": None if variant else words.promise_rows(standings(terms)),
    }
    return page(request, "analytics/demand/terms.html", context, status=422 if form.is_bound else 200)


@merchant_view("forecasts.view")
@require_GET
def product_demand(request: MerchantRequest, pk: int) -> HttpResponse:
    """The demand of a product's variants, as a panel of its page."""
    product = get_object_or_404(Product.objects.select_related("merchant"), pk=pk)
    rows = outlook_list().filter(variant__product=product).order_by("variant__sku", "pk")
    context = {"product": product, "rows": _rows(request, rows)}
    return page(request, "analytics/demand/product.html", context, part="product-demand")


@merchant_view("forecasts.view")
@require_GET
def stock_demand(request: MerchantRequest, pk: int) -> HttpResponse:
    """The demand of one variant, as a panel of its stock page."""
    variant = get_object_or_404(variant_list(), pk=pk)
    rows = outlook_list().filter(variant=variant)
    context = {"variant": variant, "rows": _rows(request, rows)}
    return page(request, "analytics/demand/stock.html", context, part="stock-demand")


def _rows(request: MerchantRequest, outlooks: Iterable[DemandOutlook]) -> list[dict[str, Any]]:
    return [outlook_row(one, request.merchant.today()) for one in outlooks]
