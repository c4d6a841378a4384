"""Every price that was ever set: the list, and its export."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.access import MerchantRequest, merchant_view
from core.exports import clock, table_response
from core.htmx import page
from ecommerce.catalog.listing import PRICES
from ecommerce.catalog.queries import price_changes


@merchant_view("products.view")
@require_safe
def index(request: MerchantRequest) -> HttpResponse:
    """All price changes, the newest first; of one product with `product`."""
    context: dict[str, Any] = {
        "page": PRICES.page(price_changes(), request.GET),
        "search_hint": _("SKU, reason, person"),
    }
    if request.membership.may("products.export"):
        context["export_url"] = reverse("price-change-export", args=[request.merchant.slug])
    return page(request, "ecommerce/catalog/prices.html", context, part="results")


@merchant_view("products.export")
@require_safe
def export(request: MerchantRequest) -> HttpResponseBase:
    """The price changes of the view, one row each."""
    changes = PRICES.matching(price_changes(), request.GET)
    head = [
        _("From"), _("Product"), _("SKU"), _("Price before"), _("Price"), _("Currency"), _("Set by"), _("Person"),
        _("Reason"),
    ]  # fmt: skip
    shown = clock(request.merchant.zone, seconds=True)

    def rows() -> Iterator[list[Any]]:
        for change in changes.iterator(chunk_size=1000):
            yield [
                shown(change.at), change.variant.product.title, change.variant.sku,
                "" if change.old is None else change.old, change.price, request.merchant.currency,
                change.get_source_display() if change.source else "", change.actor_label, change.reason,
            ]  # fmt: skip

    return table_response(request, _("prices"), head, rows(), of=changes)
