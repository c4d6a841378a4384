"""The page that compares suppliers by their figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.access import MerchantRequest, merchant_view
from core.exports import table_response
from core.htmx import page
from ecommerce.purchasing.listing import SCORES
from ecommerce.purchasing.scores import currency_totals, score_of, scored_suppliers


@merchant_view("purchasing.view")
def score_list_page(request: MerchantRequest) -> HttpResponse:
    """All suppliers beside each other: what receipts, prices and orders of twelve months say of each."""
    today = request.merchant.today()
    totals = currency_totals(today)
    found = SCORES.page(scored_suppliers(today, totals), request.GET)
    context = {
        "page": found,
        "scores": [score_of(row, totals) for row in found.rows],
        "may_see_suppliers": request.membership.may("suppliers.view"),
        "search_hint": _("Name, contact person or e-mail"),
        "export_url": reverse("supplier-score-export", args=[request.merchant.slug]),
    }
    return page(request, "ecommerce/purchasing/scores.html", context, part="results")


@merchant_view("purchasing.view")
def score_export(request: MerchantRequest) -> HttpResponseBase:
    """The suppliers of the view with their figures; empty where too little tells."""
    head = [
        _("Short name"), _("Name"), _("Receipts"), pgettext("supplier", "On time, %"),
        pgettext("supplier", "Complete, %"), _("Pass rate, %"), _("Lead time, days"), _("Promised delivery, days"),
        _("Price moves, %"), _("Bought"), _("Currency"), _("Share of buying, %"), _("Variants without another source"),
    ]  # fmt: skip
    today = request.merchant.today()
    totals = currency_totals(today)

    def rows() -> Iterator[list[Any]]:
        for row in SCORES.matching(scored_suppliers(today, totals), request.GET).iterator(chunk_size=500):
            one = score_of(row, totals)
            yield [
                row.code, row.name, one.receipts, rounded(one.on_time), rounded(one.complete), rounded(one.passed),
                rounded(one.lead), row.lead_days, rounded(one.price_move), one.bought, row.currency,
                rounded(one.share), one.sole,
            ]  # fmt: skip

    return table_response(request, _("supplier-comparison"), head, rows())


def rounded(figure: float | None) -> float | None:
    """A figure as a file holds it: to a tenth."""
    return None if figure is None else round(figure, 1)
