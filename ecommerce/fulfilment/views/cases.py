"""The queue of parcels that need a person."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.fulfilment.actions import close_case, handle_case
from ecommerce.fulfilment.forms import CaseForm
from ecommerce.fulfilment.listing import CASES
from ecommerce.fulfilment.models import ParcelCase
from ecommerce.fulfilment.queries import case_list


@merchant_view("shipments.view")
@require_safe
def index(request: MerchantRequest) -> HttpResponse:
    """The cases that wait, by reason."""
    context = {
        "page": CASES.page(case_list(), request.GET),
        "now": timezone.now(),
        "search_hint": _("Tracking number, order, buyer"),
    }
    return page(request, "ecommerce/fulfilment/case_list.html", context, part="results")


def _find(pk: int) -> ParcelCase:
    return get_object_or_404(case_list(), pk=pk)


def _detail(request: MerchantRequest, case: ParcelCase, form: Any = None, status: int = 200) -> HttpResponse:
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
        "may_return": may("returns.handle"),
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


@merchant_view("shipments.edit")
@require_POST
def close(request: MerchantRequest, pk: int) -> HttpResponse:
    """Nothing is left to do about it."""
    case = close_case(_find(pk), actor=request.actor)
    return done(request, case.get_absolute_url(), _("The case is closed."))
