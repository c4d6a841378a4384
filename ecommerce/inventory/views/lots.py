"""The pages of lots."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import table_response
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.catalog.queries import variant_list
from ecommerce.inventory.actions import LotIn, change_lot, fill_lot
from ecommerce.inventory.forms import FillLotForm, LotForm
from ecommerce.inventory.listing import LOT_MOVES, LOTS
from ecommerce.inventory.lots import lot_detail, lot_list, moves_of_lot, places_of_lot, with_days
from ecommerce.inventory.models import Warehouse
from ecommerce.inventory.queries import places_of

ASKS = require_http_methods(["GET", "HEAD", "POST"])


@merchant_view("stock.view")
def lot_list_page(request: MerchantRequest) -> HttpResponse:
    """The lots of the shop, each in every warehouse where it is."""
    found = LOTS.page(lot_list(), request.GET)
    context: dict[str, Any] = {"page": found, "search_hint": _("Lot, SKU or product")}
    with_days(found.rows)
    if request.membership.may("stock.export"):
        context["export_url"] = reverse("lot-export", args=[request.merchant.slug])
    return page(request, "ecommerce/inventory/lots.html", context, part="results")


@merchant_view("stock.export")
def lot_export(request: MerchantRequest) -> HttpResponseBase:
    """The lots of the view."""
    head = [
        _("Lot"), _("SKU"), _("Product"), _("Warehouse"), _("Units"), _("Expiry date"), _("Days left"),
        _("Received on"), _("Supplier"), _("Reference"),
    ]  # fmt: skip
    today = timezone.localdate()

    def rows() -> Iterator[list[Any]]:
        for row in LOTS.matching(lot_list(), request.GET).iterator(chunk_size=1000):
            lot = row.lot
            yield [
                lot.code, lot.variant.sku, lot.variant.full_title, row.level.warehouse.name, row.units,
                lot.expires_on, lot.days_left(today), lot.received_on, lot.supplier, lot.reference,
            ]  # fmt: skip

    return table_response(request, _("lots"), head, rows())


@merchant_view("stock.view")
def lot_page(request: MerchantRequest, pk: int) -> HttpResponse:
    """One lot: where it is, what came and went of it, and the way to the orders that got it."""
    lot = get_object_or_404(lot_detail(), pk=pk)
    today = timezone.localdate()
    places = list(places_of_lot(lot))
    context = {
        "lot": lot,
        "places": places,
        "units": sum(place.units for place in places),
        "days": lot.days_left(today),
        "is_expired": lot.has_expired(today),
        "page": LOT_MOVES.page(moves_of_lot(lot), request.GET),
        "may_adjust": request.membership.may("stock.adjust"),
        "may_see_orders": request.membership.may("orders.view"),
    }
    return page(request, "ecommerce/inventory/lot.html", context, part="results")


@merchant_view("stock.adjust")
@ASKS
def lot_edit(request: MerchantRequest, pk: int) -> HttpResponse:
    """Correct the expiry date of a lot."""
    lot = get_object_or_404(lot_detail(), pk=pk)
    form = LotForm(request.POST if request.method == "POST" else None, initial={"expires_on": lot.expires_on})
    if form.is_valid():
        change_lot(lot, expires_on=form.cleaned_data["expires_on"], actor=request.actor)
        return done(request, lot, _("The lot %(lot)s is saved.") % {"lot": lot.code})
    context = {
        "form": form,
        "lot": lot,
        "submit": _("Save"),
        "back_url": lot.get_absolute_url(),
        "back_label": lot.code,
    }
    return page(request, "ecommerce/inventory/lot_form.html", context, status=422 if form.is_bound else 200)


@merchant_view("stock.adjust")
@ASKS
def stock_lot(request: MerchantRequest, pk: int) -> HttpResponse:
    """Say which lot units on the shelf are of."""
    variant = get_object_or_404(variant_list(), pk=pk)
    back = reverse("stock-detail", args=[request.merchant.slug, pk])
    form = FillLotForm(request.POST or None, initial={"warehouse": Warehouse.objects.first()})
    if form.is_valid():
        data = form.cleaned_data
        try:
            lot = fill_lot(
                variant, data["warehouse"], LotIn(data["lot"], data["expires_on"]), data["units"], actor=request.actor
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            words = {"n": data["units"], "lot": lot}
            return done(request, back, _("Put into the lot %(lot)s: %(n)d.") % words)
    context = {
        "form": form,
        "variant": variant,
        "places": places_of(variant),
        "submit": _("Put into the lot"),
        "back_url": back,
        "back_label": variant.sku,
    }
    return page(request, "ecommerce/inventory/lot_fill.html", context, status=422 if form.is_bound else 200)
