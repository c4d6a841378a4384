"""The pages of parcels: sending one, the list, one parcel and its reports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import clock, table_response
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.fulfilment.actions import add_tracking_event, change_tracking, mark_parcel_delivered, ship_order
from ecommerce.fulfilment.forms import ReportForm, ShipForm, TrackingForm
from ecommerce.fulfilment.listing import SHIPMENTS
from ecommerce.fulfilment.models import Shipment
from ecommerce.fulfilment.queries import carriers_used, shipment_detail, shipment_list
from ecommerce.inventory.models import Warehouse
from ecommerce.orders.queries import order_detail


@merchant_view("orders.ship")
@require_http_methods(["GET", "HEAD", "POST"])
def ship(request: MerchantRequest, number: str) -> HttpResponse:
    """Send a parcel: a page of its own, or a dialog's content where htmx asks for it."""
    order = get_object_or_404(order_detail(), number=number)
    carriers, warehouses = carriers_used(), list(Warehouse.objects.all())
    form = ShipForm(
        request.POST or None,
        lines=order.lines.all(),
        warehouses=warehouses,
        initial={"carrier": carriers[0] if carriers else ""},
    )
    if form.is_valid():
        data = form.cleaned_data
        try:
            parcel = ship_order(
                order,
                units=form.units,
                carrier=data["carrier"],
                tracking_number=data["tracking_number"],
                warehouse=data.get("warehouse"),
                actor=request.actor,
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            units = sum(form.units.values())
            say = ngettext("%(n)d item marked as shipped.", "%(n)d items marked as shipped.", units) % {"n": units}
            return done(request, parcel.order.get_absolute_url(), say)
    context = {
        "order": order,
        "form": form,
        "carriers": carriers,
        "in_dialog": request.headers.get("HX-Target") == "step-ship",
    }
    status = 422 if form.is_bound else 200
    return page(request, "ecommerce/fulfilment/ship.html", context, part="step-ship", status=status)


@merchant_view("shipments.view")
@require_safe
def index(request: MerchantRequest) -> HttpResponse:
    """The list of parcels."""
    context: dict[str, Any] = {
        "page": SHIPMENTS.page(shipment_list(), request.GET),
        "now": timezone.now(),
        "search_hint": _("Tracking number, order, buyer"),
        "search_label": _("Search shipments"),
        "may_edit": request.membership.may("shipments.edit"),
    }
    if request.membership.may("orders.export"):
        context["export_url"] = reverse("shipment-export", args=[request.merchant.slug])
    return page(request, "ecommerce/fulfilment/list.html", context, part="results")


@merchant_view("orders.export")
@require_safe
def export(request: MerchantRequest) -> HttpResponseBase:
    """The parcels of the view, one row each, times as the merchant's clock has them."""
    head = [
        _("Tracking number"), _("Carrier"), _("State"), _("Order"), _("Buyer"), _("City"), _("Items"), _("Shipped"),
        _("Promised"), _("Delivered"), _("Warehouse"), _("Expected"),
    ]  # fmt: skip

    shown = clock(request.merchant.zone)

    def rows() -> Iterator[list[Any]]:
        for parcel in SHIPMENTS.matching(shipment_list(), request.GET).iterator(chunk_size=500):
            order = parcel.order
            yield [
                parcel.tracking_number, parcel.carrier, parcel.get_state_display(), order.number, order.buyer_name,
                order.ship_city, parcel.units, shown(parcel.shipped_at), shown(parcel.promised_at),
                shown(parcel.delivered_at), parcel.warehouse or "", shown(parcel.expected_at),
            ]  # fmt: skip

    return table_response(request, _("shipments"), head, rows())


def _find(pk: int) -> Shipment:
    return get_object_or_404(shipment_detail(), pk=pk)


def _detail(
    request: MerchantRequest, parcel: Shipment, *, tracking: Any = None, report: Any = None, status: int = 200
) -> HttpResponse:
    first = {"carrier": parcel.carrier, "tracking_number": parcel.tracking_number}
    context = {
        "parcel": parcel,
        "order": parcel.order,
        "now": timezone.now(),
        "is_overdue": parcel.is_overdue(timezone.now()),
        "tracking": tracking or TrackingForm(initial=first, prefix="tracking"),
        "report": report or ReportForm(prefix="report"),
        "carriers": carriers_used(),
        "cases": [case for case in parcel.cases.all() if case.closed_at is None],
        "late_percent": None if parcel.late_chance is None else round(100 * parcel.late_chance),
        "may_edit": request.membership.may("shipments.edit"),
        "sees_order": request.membership.may("orders.view"),
    }
    return page(request, "ecommerce/fulfilment/detail.html", context, status=status)


@merchant_view("shipments.view")
@require_safe
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """One parcel: what is in it, where it is, what was reported."""
    return _detail(request, _find(pk))


@merchant_view("shipments.edit")
@require_POST
def tracking(request: MerchantRequest, pk: int) -> HttpResponse:
    """Correct carrier and tracking number."""
    parcel, form = _find(pk), TrackingForm(request.POST, prefix="tracking")
    if not form.is_valid():
        return _detail(request, parcel, tracking=form, status=422)
    parcel = change_tracking(parcel, **form.cleaned_data, actor=request.actor)
    return done(request, parcel.get_absolute_url(), _("Tracking number saved."))


@merchant_view("shipments.edit")
@require_POST
def report(request: MerchantRequest, pk: int) -> HttpResponse:
    """Write down what the carrier reported."""
    parcel, form = _find(pk), ReportForm(request.POST, prefix="report")
    if form.is_valid():
        try:
            add_tracking_event(parcel, **form.cleaned_data, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, parcel.get_absolute_url(), _("Report added."))
    return _detail(request, parcel, report=form, status=422)


@merchant_view("shipments.edit")
@require_POST
def deliver(request: MerchantRequest, pk: int) -> HttpResponse:
    """The parcel arrived."""
    parcel = mark_parcel_delivered(_find(pk), actor=request.actor)
    return done(request, parcel.get_absolute_url(), _("Parcel %(parcel)s was delivered.") % {"parcel": parcel})
