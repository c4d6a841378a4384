"""Stock figures: totals, every variant, and the matrix of classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics.engine.stock import ENDLESS
from analytics.holdings.filters import UNSORTED
from analytics.holdings.listing import HOLDINGS
from analytics.holdings.models import Holding
from analytics.holdings.queries import Cell, holding_list, matrix, totals
from analytics.holdings.rules import known_days
from analytics.holdings.words import ADVICE, UNKNOWN, VALUE, VARIABILITY
from core.access import MerchantRequest, merchant_view
from core.exports import table_response
from core.htmx import page


@merchant_view("stock.view")
@require_GET
def holdings(request: MerchantRequest) -> HttpResponse:
    """What the stock is worth, how fast it turns, what lies dead and what was missed without it."""
    shop, places = totals()
    context: dict[str, Any] = {
        "page": HOLDINGS.page(holding_list(), request.GET),
        "shop": shop,
        "places": places,
        "endless": ENDLESS,
        "search_hint": _("SKU or product"),
    }
    if request.membership.may("stock.export"):
        context["export_url"] = reverse("holding-export", args=[request.merchant.slug])
    return page(request, "analytics/holdings/list.html", context, part="results")


@merchant_view("stock.export")
@require_GET
def export(request: MerchantRequest) -> HttpResponseBase:
    """The variants of the view with every figure."""
    head = [
        _("SKU"), _("Product"), _("Class by value"), _("Class by variability"), _("Variability"), _("On hand"),
        _("Available"), _("Stock value"), _("Sells per day"), _("Days of cover, low"), _("Days of cover"),
        _("Days of cover, high"), _("Cost of units sold"), _("Average stock value"), _("Turnover a year"),
        _("Last sale"), _("Days without a sale"), _("Dead stock"), _("Stock-out days"), _("Missed units"),
        _("Missed margin, low"), _("Missed margin"), _("Missed margin, high"),
    ]  # fmt: skip

    def rows() -> Iterator[list[Any]]:
        for one in HOLDINGS.matching(holding_list(), request.GET).iterator(chunk_size=1000):
            yield [
                one.variant.sku, one.variant.product.title, one.abc, one.xyz, _rounded(one.spread), one.on_hand,
                one.available, one.worth, round(one.per_day, 2),
                *map(known_days, (one.cover_low, one.cover, one.cover_high)), one.sold_cost, one.average_worth,
                _rounded(one.turnover), one.last_sale, one.idle_days,
                _("yes") if one.is_dead else "", one.out_days, _rounded(one.missed_units),
                *map(_rounded, (one.missed_margin_low, one.missed_margin, one.missed_margin_high)),
            ]  # fmt: skip

    return table_response(request, _("stock-figures"), head, rows())


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


@merchant_view("stock.view")
@require_GET
def classes(request: MerchantRequest) -> HttpResponse:
    """Nine cells, by value and by variability, with what suits each."""
    cells, stock = matrix(), reverse("stock-list", args=[request.merchant.slug])
    rows = [
        {
            "abc": abc,
            "words": VALUE[abc],
            "cells": [_told(cells.get((abc, xyz), Cell(abc, xyz)), stock) for xyz in (*"XYZ", "")],
        }
        for abc in "ABC"
    ]
    context = {
        "rows": rows,
        "heads": [(xyz, words) for xyz, words in VARIABILITY.items() if xyz],
        "newest": Holding.objects.order_by("-as_of").values_list("as_of", flat=True).first() if cells else None,
    }
    return page(request, "analytics/holdings/classes.html", context)


def _told(cell: Cell, stock: str) -> dict[str, Any]:
    return {
        "cell": cell,
        "name": f"{cell.abc}{cell.xyz}",
        "percent": round(cell.share * 100, 1),
        "advice": ADVICE.get((cell.abc, cell.xyz), UNKNOWN),
        "url": f"{stock}?abc={cell.abc}&xyz={cell.xyz or UNSORTED}",
    }
