"""The page on which many orders are sent at once, with their tracking numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.batches.actions import MOST
from accounts.batches.starting import begin, form_key
from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import csv_response
from core.forms import add_refusal
from core.htmx import back
from ecommerce.fulfilment.forms import ShipManyForm
from ecommerce.fulfilment.kinds import SHIP
from ecommerce.fulfilment.tracking_files import LARGEST, read_text, read_upload, rows_of
from ecommerce.orders.listing import ORDERS
from ecommerce.orders.models import Order
from ecommerce.orders.queries import order_list

TYPED = 1_000  # orders whose numbers are put into the field; more come by file


@merchant_view("orders.ship")
@require_http_methods(["GET", "HEAD", "POST"])
def ship_many(request: MerchantRequest) -> HttpResponse:
    """Ask for the tracking numbers of the ticked orders, or of those in a file, and send them."""
    if request.POST.get("sure") != "1":
        numbers = _chosen(request)
        lines = "".join(f"{number},\n" for number in numbers[:TYPED])
        return _page(request, ShipManyForm(initial={"lines": lines}), chosen=len(numbers))
    form = ShipManyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    given = form.cleaned_data
    try:
        content = b""
        if given["file"]:
            content = given["file"].read(LARGEST + 1)
            lines = read_upload(content)
        else:
            lines = read_text(given["lines"])
        numbers = [line.order.lstrip("#").strip() for line in lines]
        rows = rows_of(lines, _known(numbers), carrier=given["carrier"], bare=given["bare"])
    except Refused as refusal:
        if not given["file"]:
            refusal = Refused(refusal.code, refusal.message, lines=refusal.message)
        add_refusal(form, refusal)
        return _page(request, form, status=422)
    return begin(request, SHIP.key, rows, back=_back(request), said=[hashlib.sha256(content).hexdigest()])


def _known(numbers: list[str]) -> dict[str, int]:
    """The ids of the shop's orders with these numbers."""
    found: dict[str, int] = {}
    for start in range(0, len(numbers), 900):
        some = Order.objects.filter(number__in=numbers[start : start + 900]).order_by()
        found |= dict(some.values_list("number", "pk"))
    return found


@merchant_view("orders.ship")
@require_safe
def lines(request: MerchantRequest) -> HttpResponseBase:
    """A CSV file to fill in and send back: a line for each order of the view that is still to be shipped."""
    head = [_("Order"), _("Tracking number"), _("Carrier")]

    def rows() -> Iterator[list[Any]]:
        found = ORDERS.matching(order_list(), request.GET).filter(state__in=Order.TO_SHIP)
        for number in found.values_list("number", flat=True)[:MOST].iterator(chunk_size=2000):
            yield [number, "", ""]

    return csv_response(_("tracking numbers"), head, rows())


def _chosen(request: MerchantRequest) -> list[str]:
    """The numbers of the orders that were ticked, or of all of the view."""
    if request.method != "POST":
        return []
    rows = ORDERS.chosen(order_list(), request.GET, request.POST).values_list("number", flat=True)
    return list(rows[: MOST + 1])


def _back(request: MerchantRequest) -> str:
    return back(request, reverse("order-list", args=[request.merchant.slug]))


def _page(request: MerchantRequest, form: ShipManyForm, *, chosen: int = 0, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "next": _back(request),
        "batch_key": request.POST.get("batch") or form_key(),
        "shown": TYPED,
        "chosen": chosen,
        "left_out": max(0, min(chosen, MOST) - TYPED),
        "most": MOST if chosen > MOST else 0,
        "title": _("Ship orders"),
    }
    if context["left_out"] and request.POST.get("all"):
        address = reverse("order-ship-lines", args=[request.merchant.slug])
        context["lines_url"] = f"{address}?{request.GET.urlencode()}"
    return render(request, "ecommerce/fulfilment/ship_many.html", context, status=status)
