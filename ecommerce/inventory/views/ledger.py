"""The page of every move of stock, and the exports of moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from core.access import MerchantRequest, merchant_view
from core.exports import clock, table_response
from core.htmx import page
from ecommerce.catalog.queries import variant_list
from ecommerce.inventory.ledger import ledger_of, move_list
from ecommerce.inventory.listing import LEDGER, MOVES


@merchant_view("stock.view")
def move_list_page(request: MerchantRequest) -> HttpResponse:
    """Every move of stock in the shop, newest first."""
    context: dict[str, Any] = {
        "page": MOVES.page(move_list(), request.GET),
        "search_hint": _("SKU, product or barcode"),
    }
    if request.membership.may("stock.export"):
        context["export_url"] = reverse("move-export", args=[request.merchant.slug])
    return page(request, "ecommerce/inventory/moves.html", context, part="results")


@merchant_view("stock.export")
def move_export(request: MerchantRequest) -> HttpResponseBase:
    """The moves of the view."""
    rows = MOVES.matching(move_list(), request.GET)
    return table_response(request, _("stock-moves"), _head(), _rows(request, rows, lambda move: move.variant.sku))


@merchant_view("stock.export")
def stock_move_export(request: MerchantRequest, pk: int) -> HttpResponseBase:
    """The ledger of one variant."""
    variant = get_object_or_404(variant_list(), pk=pk)
    rows = LEDGER.matching(ledger_of(variant), request.GET)
    return table_response(
        request, f"{_('stock')}-{variant.pk}", _head(), _rows(request, rows, lambda move: variant.sku)
    )


def _head() -> list[str]:
    return [_("Time"), _("SKU"), _("Warehouse"), _("Quantity"), _("Reason"), _("Reference"), _("Note"), _("By")]


def _rows(request: MerchantRequest, moves: QuerySet[Any], sku: Callable[[Any], str]) -> Iterator[list[Any]]:
    shown = clock(request.merchant.zone, seconds=True)
    for move in moves.iterator(chunk_size=1000):
        yield [
            shown(move.at), sku(move), move.warehouse.name, move.quantity, move.get_reason_display(), move.reference,
            move.note, move.actor_label,
        ]  # fmt: skip
