"""The queue of parcels that need a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import clock, table_response
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.fulfilment.actions import (
    add_tracking_event,
    close_case,
    handle_case,
    readdress,
    send_in_its_place,
    take_in,
)
from ecommerce.fulfilment.forms import AddressForm, AgainForm, CaseForm, TakeInForm
from ecommerce.fulfilment.listing import CASES
from ecommerce.fulfilment.models import ParcelCase
from ecommerce.fulfilment.queries import carriers_used, case_list
from ecommerce.inventory.models import Warehouse


@merchant_view("shipments.view")
@require_safe
def index(request: MerchantRequest) -> HttpResponse:
    """The cases that wait, by reason."""
    context = {
        "page": CASES.page(case_list(), request.GET),
        "now": timezone.now(),
        "search_hint": _("Tracking number, order, buyer"),
    }
    if request.membership.may("orders.export"):
        context["export_url"] = reverse("parcel-case-export", args=[request.merchant.slug])
    return page(request, "ecommerce/fulfilment/case_list.html", context, part="results")


@merchant_view("orders.export")
@require_safe
def export(request: MerchantRequest) -> HttpResponseBase:
    """The cases of the view, one row each, times as the merchant's clock has them."""
    head = [
        _("Tracking number"), _("Reason"), _("Since"), _("Carrier"), _("Order"), _("Buyer"), _("City"), _("Warehouse"),
        _("Shipped"), _("Promised"), _("Next step"), _("Who does it"), _("Note"), _("Closed"),
    ]  # fmt: skip
    shown, found = clock(request.merchant.zone), CASES.matching(case_list(), request.GET)

    def rows() -> Iterator[list[Any]]:
        for case in found.iterator(chunk_size=500):
            parcel, order = case.shipment, case.shipment.order
            yield [
                parcel.tracking_number, case.get_reason_display(), shown(case.opened_at),
                parcel.carried_by or parcel.carrier, order.number, order.buyer_name, order.ship_city,
                parcel.warehouse or "", shown(parcel.shipped_at), shown(parcel.promised_at),
                case.get_step_display() if case.step else "", case.assigned_to or "", case.note, shown(case.closed_at),
            ]  # fmt: skip

    return table_response(request, _("parcel problems"), head, rows(), of=found)


def _find(pk: int) -> ParcelCase:
    return get_object_or_404(case_list(), pk=pk)


def _forms(request: MerchantRequest, case: ParcelCase, forms: dict[str, Any]) -> dict[str, Any]:
    """The forms of what can be done about goods that came back; those in `forms` as they were sent."""
    may, order, parcel = request.membership.may, case.shipment.order, case.shipment
    found: dict[str, Any] = {}
    if case.may_be_readdressed and may("orders.edit"):
        found["address"] = AddressForm(initial={name: getattr(order, name) for name in AddressForm.base_fields})
    if (case.may_be_sent_again or case.may_be_replaced) and may("orders.ship"):
        found["again"] = _again_form(case, initial={"carrier": parcel.carrier})
    if case.may_be_settled and may("returns.settle"):
        lines = parcel.lines.select_related("order_line").order_by("pk")
        found["back"] = TakeInForm(lines=lines, refundable=_is_refundable(case))
    return found | forms


def _again_form(case: ParcelCase, *given: Any, **how: Any) -> AgainForm:
    """What a parcel in the place of this one takes; goods that are lost leave stock once more."""
    places = list(Warehouse.objects.all()) if case.may_be_replaced else []
    first = case.shipment.warehouse_id or next((place.pk for place in places if place.is_default), None)
    return AgainForm(*given, warehouses=places, first=first, prefix="again", **how)


def _is_refundable(case: ParcelCase) -> bool:
    order = case.shipment.order
    return case.shipment.lost_at is None and order.is_charged and order.refundable > 0


def _detail(
    request: MerchantRequest, case: ParcelCase, form: Any = None, status: int = 200, **forms: Any
) -> HttpResponse:
    first = {"step": case.step, "note": case.note, "assigned_to": case.assigned_to}
    may = request.membership.may
    context = {
        "case": case,
        "parcel": case.shipment,
        "order": case.shipment.order,
        "form": form or CaseForm(case=case, initial=first),
        "reports": list(case.shipment.events.all()[:5]),
        "now": timezone.now(),
        "is_resting": case.snoozed_until is not None and case.snoozed_until > timezone.now(),
        "may_edit": may("shipments.edit") and case.closed_at is None,
        "sees_order": may("orders.view"),
        "may_ship": may("orders.ship"),
        "may_return": may("returns.handle") and not case.may_be_settled,
        "is_with_carrier": not case.shipment.has_arrived,
        "carriers": carriers_used(),
        **_forms(request, case, forms),
    }
    return page(request, "ecommerce/fulfilment/case.html", context, status=status)


@merchant_view("shipments.view")
@require_safe
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """One case: what happened, and what is done about it."""
    return _detail(request, _find(pk))


@merchant_view("shipments.edit")
@require_POST
def handle(request: MerchantRequest, pk: int) -> HttpResponse:
    """Say what is done about a case, by whom and when."""
    case = _find(pk)
    form = CaseForm(request.POST, case=case)
    if form.is_valid():
        try:
            handle_case(case, **form.given(), actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, case.get_absolute_url(), _("Saved."))
    return _detail(request, case, form, 422)


@merchant_view("orders.edit")
@require_POST
def address(request: MerchantRequest, pk: int) -> HttpResponse:
    """Correct the address of the order whose parcel could not be handed over."""
    case, form = _find(pk), AddressForm(request.POST)
    if form.is_valid():
        try:
            readdress(case, buyer=form.cleaned_data, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, case.get_absolute_url(), _("The address is corrected."))
    return _detail(request, case, status=422, address=form)


@merchant_view("orders.ship")
@require_POST
def again(request: MerchantRequest, pk: int) -> HttpResponse:
    """Send the goods that came back in a new parcel, or the same once more in the place of a lost one."""
    case = _find(pk)
    form = _again_form(case, request.POST)
    if form.is_valid():
        try:
            parcel = send_in_its_place(case, **form.cleaned_data, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, parcel.get_absolute_url(), _("The goods are on their way again."))
    return _detail(request, case, status=422, again=form)


@merchant_view("returns.settle")
@require_POST
def take_back(request: MerchantRequest, pk: int) -> HttpResponse:
    """Take the goods that came back into stock or write them off, and pay the buyer back."""
    case = _find(pk)
    lines = case.shipment.lines.select_related("order_line").order_by("pk")
    form = TakeInForm(request.POST, lines=lines, refundable=_is_refundable(case))
    if form.is_valid():
        try:
            take_in(case, **form.given(), actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, case.get_absolute_url(), _("The goods are taken back."))
    return _detail(request, case, status=422, back=form)


@merchant_view("shipments.edit")
@require_POST
def came_back(request: MerchantRequest, pk: int) -> HttpResponse:
    """The parcel is at the shop again, as somebody there knows."""
    parcel = _find(pk).shipment
    add_tracking_event(parcel, kind="returned", at=timezone.now(), actor=request.actor)
    case = case_list().filter(shipment=parcel, reason=ParcelCase.Reason.RETURNED).order_by("-pk").first()
    return done(request, (case or parcel).get_absolute_url(), _("The parcel is back."))


@merchant_view("shipments.edit")
@require_POST
def close(request: MerchantRequest, pk: int) -> HttpResponse:
    """Nothing is left to do about it."""
    case = close_case(_find(pk), actor=request.actor)
    return done(request, case.get_absolute_url(), _("The case is closed."))
