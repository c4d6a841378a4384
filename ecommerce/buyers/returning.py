"""The page on which a buyer asks to send something back, and sees how far that is."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Refused
from core.forms import add_refusal
from core.photos import photo_response
from ecommerce.buyers.forms import ReturnRatingForm
from ecommerce.buyers.links import RETURN, TRACK, BuyerRequest, buyer_of, buyer_view, language_for, path_for
from ecommerce.orders.models import Order
from ecommerce.returns.actions import rate_return, request_return
from ecommerce.returns.forms import RequestForm
from ecommerce.returns.models import Return, ReturnPhoto
from ecommerce.returns.queries import arrived_of, returns_of_order


@buyer_view(RETURN)
@require_http_methods(["GET", "HEAD", "POST"])
def return_page(request: BuyerRequest) -> HttpResponse:
    """The returns of an order, and a form for what arrived and can still come back unless one waits for its answer."""
    orders = Order.objects.select_related("merchant", "customer").prefetch_related("lines")
    order = orders.filter(pk=request.link.object_id).first()
    if order is None:
        raise Http404
    free = arrived_of(order, timezone.now())
    if order.delivered_at is None and not any(free.values()) and not order.returns.exists():
        raise Http404
    with translation.override(language_for(order.customer, request)):
        cases = list(returns_of_order(order))
        for case in cases:
            case.replacement_path = path_for("buyer-track", TRACK, case.replacement) if case.replacement else ""  # type: ignore[attr-defined]
            case.rating_form = ReturnRatingForm(auto_id=f"rate{case.pk}_%s") if case.may_be_rated else None  # type: ignore[attr-defined]
        waits = any(case.state == Return.State.REQUESTED for case in cases)
        form = RequestForm(
            request.POST if request.method == "POST" else None,
            request.FILES or None,
            lines=order.lines.all(),
            free=free,
        )
        if form.is_valid():
            try:
                photos = form.cleaned_data["photos"]
                request_return(order, lines=form.wanted, photos=photos, actor=buyer_of(order.customer))
            except Refused as refusal:
                add_refusal(form, refusal)
            else:
                messages.success(request, _("The shop has your request. Until when it answers stands on this page."))
                return redirect(request.path)
        may_ask = bool(form.unit_lines) and (not waits or form.is_bound)
        context = {"order": order, "cases": cases, "form": form, "may_ask": may_ask, "token": request.token}
        return render(request, "ecommerce/buyers/return.html", context, status=422 if form.is_bound else 200)


@buyer_view(RETURN)
@require_POST
def return_rating(request: BuyerRequest, pk: int) -> HttpResponse:
    """How well the shop handled a return of the order, said once."""
    case = Return.objects.select_related("order__customer").filter(pk=pk, order=request.link.object_id).first()
    if case is None:
        raise Http404
    with translation.override(language_for(case.order.customer, request)):
        form = ReturnRatingForm(request.POST)
        if not form.is_valid():
            messages.error(request, next(iter(form.errors.values()))[0])
            return redirect("buyer-return", request.token)
        try:
            rate_return(case, **form.cleaned_data, actor=buyer_of(case.order.customer))
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("Thank you. The shop reads it."))
        return redirect("buyer-return", request.token)


@buyer_view(RETURN)
@require_safe
def return_photo(request: BuyerRequest, pk: int) -> HttpResponseBase:
    """A picture the buyer sees again on the page of the order's returns."""
    found = ReturnPhoto.objects.filter(pk=pk, case__order=request.link.object_id).first()
    if found is None:
        raise Http404
    return photo_response(found.stored_as, f"{found.pk}.jpg")
