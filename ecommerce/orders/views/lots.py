"""The orders that got units of a lot, for recalls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from core.access import MerchantRequest, merchant_view
from core.exports import clock, table_response
from core.htmx import page
from ecommerce.inventory.lots import lot_detail
from ecommerce.orders.listing import LOT_ORDERS
from ecommerce.orders.queries import orders_with_lot


@merchant_view("orders.view")
def of_lot(request: MerchantRequest, pk: int) -> HttpResponse:
    """Who got units of a lot."""
    lot = get_object_or_404(lot_detail(), pk=pk)
    context: dict[str, Any] = {
        "lot": lot,
        "page": LOT_ORDERS.page(orders_with_lot(lot), request.GET),
        "search_hint": _("Order or buyer"),
        "may_see_stock": request.membership.may("stock.view"),
    }
    if request.membership.may("orders.export"):
        context["export_url"] = reverse("lot-orders-export", args=[request.merchant.slug, pk])
    return page(request, "ecommerce/orders/of_lot.html", context, part="results")


@merchant_view("orders.export")
def export(request: MerchantRequest, pk: int) -> HttpResponseBase:
    """The orders of the view, with what one needs to write to the buyers."""
    lot = get_object_or_404(lot_detail(), pk=pk)
    head = [
        _("Lot"), _("SKU"), _("Order"), _("Buyer"), _("E-mail"), _("Phone"), _("Country"), _("Shipped"), _("Units"),
        _("Returned"),
    ]  # fmt: skip
    shown = clock(request.merchant.zone, seconds=True)

    def rows() -> Iterator[list[Any]]:
        for row in LOT_ORDERS.matching(orders_with_lot(lot), request.GET).iterator(chunk_size=1000):
            order = row.line.order
            yield [
                lot.code, lot.variant.sku, order.number, order.buyer_name, order.buyer_email, order.buyer_phone,
                order.ship_country, shown(row.at), row.units,
                row.returned,
            ]  # fmt: skip

    return table_response(request, f"{_('lot')}-{lot.pk}", head, rows())
