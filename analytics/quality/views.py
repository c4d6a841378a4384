"""Listings by what is wrong with them, and the score of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics.quality.listing import GOOD, POOR, QUALITIES
from analytics.quality.models import ListingQuality
from analytics.quality.queries import quality_list, quality_of
from analytics.quality.words import NAMES, parts_of
from core.access import MerchantRequest, merchant_view
from core.exports import csv_response
from core.htmx import page
from ecommerce.catalog.models import Product

FAULTS_SHOWN = 2


def _tone(score: float) -> str:
    return "success" if score >= GOOD else "critical" if score < POOR else "warning"


def _row(one: ListingQuality, slug: str) -> dict[str, Any]:
    parts = [part for part in parts_of(one, slug) if part.faults]
    return {
        "one": one,
        "tone": _tone(one.score),
        "parts": parts[:FAULTS_SHOWN],
        "more": max(len(parts) - FAULTS_SHOWN, 0),
    }


@merchant_view("facts.view")
@require_GET
def qualities(request: MerchantRequest) -> HttpResponse:
    """What to mend first: sales times what is missing of the score."""
    listed = QUALITIES.page(quality_list(), request.GET)
    context: dict[str, Any] = {
        "page": listed,
        "rows": [_row(one, request.merchant.slug) for one in listed.rows],
        "search_hint": _("Product or SKU"),
    }
    if request.membership.may("products.export"):
        context["export_url"] = reverse("quality-export", args=[request.merchant.slug])
    return page(request, "analytics/quality/list.html", context, part="results")


@merchant_view("products.export")
@require_GET
def export(request: MerchantRequest) -> HttpResponseBase:
    """The listings of the view with the points of every part and all that is wrong."""
    head = [
        _("Product"), _("State"), _("Category"), _("Score"), _("Sales"), _("Worth mending"), *NAMES.values(),
        _("To mend"),
    ]  # fmt: skip

    def rows() -> Iterator[list[Any]]:
        for one in QUALITIES.matching(quality_list(), request.GET).iterator(chunk_size=500):
            parts = {part.name: part for part in parts_of(one, request.merchant.slug)}
            faults = [fault for name in NAMES if name in parts for fault in parts[name].faults]
            yield [
                one.product.title, one.product.get_state_display(),
                one.product.category.label if one.product.category else "", one.score, round(one.sales, 2),
                round(one.worth, 2), *(parts[name].points if name in parts else None for name in NAMES),
                " ".join(faults),
            ]  # fmt: skip

    return csv_response(_("listing-quality"), head, rows())


@merchant_view("facts.view")
@require_GET
def product_quality(request: MerchantRequest, pk: int) -> HttpResponse:
    """The score of one product with its list of what to mend, as a panel of its page."""
    product = get_object_or_404(Product.objects.select_related("merchant"), pk=pk)
    one = quality_of(product)
    context = {
        "product": product,
        "one": one,
        "tone": _tone(one.score) if one else "",
        "parts": parts_of(one, request.merchant.slug) if one else [],
        "may_edit": request.membership.may("products.edit"),
    }
    return page(request, "analytics/quality/product.html", context, part="product-quality")
