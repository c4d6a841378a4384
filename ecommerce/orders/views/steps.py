"""What is done to one order: each step a POST; those that ask for something have a page that is a dialog, too."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import done, page
from core.templatetags.sc import money
from ecommerce.orders import actions
from ecommerce.orders.forms import CancelForm, HoldForm, NoteForm, PaymentForm, RefundForm
from ecommerce.orders.models import Order
from ecommerce.orders.queries import line_worths, order_detail
from ecommerce.orders.rules import ZERO
from ecommerce.orders.views.pages import show

asks = require_http_methods(["GET", "HEAD", "POST"])


def find(number: str) -> Order:
    return get_object_or_404(order_detail(), number=number)


def step_page(
    request: MerchantRequest, name: str, order: Order, form: Any, *, status: int = 200, **context: Any
) -> HttpResponse:
    """The page of a step; as a dialog's content where htmx asks for it."""
    part = f"step-{name}"
    context |= {"order": order, "form": form, "in_dialog": request.headers.get("HX-Target") == part}
    return page(request, f"ecommerce/orders/{name}.html", context, part=part, status=status)


@merchant_view("orders.confirm")
@require_POST
def confirm(request: MerchantRequest, number: str) -> HttpResponse:
    order = actions.confirm_order(find(number), actor=request.actor)
    return done(request, order.get_absolute_url(), _("Order %(number)s confirmed.") % {"number": order.number})


@merchant_view("orders.pack")
@require_POST
def pack(request: MerchantRequest, number: str) -> HttpResponse:
    order = actions.pack_order(find(number), actor=request.actor)
    return done(request, order.get_absolute_url(), _("Order %(number)s is packed.") % {"number": order.number})


@merchant_view("orders.edit")
@require_POST
def release(request: MerchantRequest, number: str) -> HttpResponse:
    order = actions.release_order(find(number), actor=request.actor)
    return done(request, order.get_absolute_url(), _("Work on order %(number)s goes on.") % {"number": order.number})


@merchant_view("orders.edit")
@require_POST
def note(request: MerchantRequest, number: str) -> HttpResponse:
    order, form = find(number), NoteForm(request.POST)
    if not form.is_valid():
        return show(request, order.number, form, status=422)
    actions.add_note(order, text=form.cleaned_data["text"], actor=request.actor)
    return done(request, f"{order.get_absolute_url()}#timeline", _("Note added."))


@merchant_view("orders.edit")
@asks
def pay(request: MerchantRequest, number: str) -> HttpResponse:
    """The money came in by another way: by bank transfer, in cash."""
    order, form = find(number), PaymentForm(request.POST or None)
    if form.is_valid():
        try:
            actions.take_payment(order, **form.cleaned_data, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, order.get_absolute_url(), _("Order %(number)s is paid.") % {"number": order.number})
    return step_page(request, "pay", order, form, status=422 if form.is_bound else 200)


@merchant_view("orders.edit")
@asks
def hold(request: MerchantRequest, number: str) -> HttpResponse:
    order, form = find(number), HoldForm(request.POST or None)
    if form.is_valid():
        try:
            actions.hold_order(order, reason=form.why, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, order.get_absolute_url(), _("Order %(number)s is on hold.") % {"number": order.number})
    return step_page(request, "hold", order, form, status=422 if form.is_bound else 200)


@merchant_view("orders.cancel")
@asks
def cancel(request: MerchantRequest, number: str) -> HttpResponse:
    """Call off what has not left; giving the money back with it is a choice, and a right, of its own."""
    order = find(number)
    refundable = order.refundable > 0 and request.membership.may("orders.refund")
    form = CancelForm(request.POST or None, lines=order.lines.all(), partly=order.is_charged, refundable=refundable)
    if form.is_valid():
        try:
            with transaction.atomic():
                _cancel(order, form, request)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, order.get_absolute_url(), _("Order %(number)s: cancelled.") % {"number": order.number})
    return step_page(request, "cancel", order, form, status=422 if form.is_bound else 200)


def _cancel(order: Order, form: CancelForm, request: MerchantRequest) -> None:
    chosen = form.chosen
    actions.cancel_order(order, reason=form.why, lines=chosen, actor=request.actor)
    if form.cleaned_data.get("refund"):
        went_off = chosen if chosen is not None else {line.pk: line.to_ship for line in order.lines.all()}
        whole = all(units == line.quantity for line in order.lines.all() for units in [went_off.get(line.pk, 0)])
        actions.refund_order(order, reason=form.why, lines=None if whole else went_off, actor=request.actor)


@merchant_view("orders.refund")
@asks
def refund(request: MerchantRequest, number: str) -> HttpResponse:
    """Give money back. While the form is filled in, htmx asks for the sum; what is posted must be the sum shown."""
    order = find(number)
    first: dict[str, Any] = {"shipping_fee": order.shipping_fee if not order.refunded_total else ZERO}
    if order.overpaid:  # an edit left money over: that is what is offered, without giving back any item
        first |= {"shipping_fee": ZERO, "amount": order.overpaid}
    asking = request.GET if request.headers.get("HX-Target") == "refund-sum" else None
    form = RefundForm(
        request.POST if request.method == "POST" else asking,
        initial=first,
        lines=order.lines.all(),
        worths=line_worths(order, refundable=True),
        refundable=order.refundable,
    )
    if asking is not None:
        return page(request, "ecommerce/orders/refund.html", {"order": order, "form": form}, part="refund-sum")
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("shown") != str(form.sum):
                raise Refused("sum_changed", _("The sum is another one now. Check it and confirm once more."))
            payment = _refund(order, form, request)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            say = _("%(amount)s refunded on order %(number)s.") % {
                "amount": money(payment.amount, order.currency),
                "number": order.number,
            }
            return done(request, order.get_absolute_url(), say)
    return step_page(request, "refund", order, form, status=422 if request.method == "POST" else 200)


def _refund(order: Order, form: RefundForm, request: MerchantRequest) -> Any:
    data = form.cleaned_data
    return actions.refund_order(
        order,
        reason=form.why,
        amount=form.sum,
        lines=form.units,
        shipping_fee=data["shipping_fee"] or ZERO,
        restock=data["restock"],
        actor=request.actor,
    )
