"""Making an order another one, or two: edit, split, duplicate."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import done
from core.templatetags.sc import money
from ecommerce.orders import actions
from ecommerce.orders.actions.editing import BUYER, difference
from ecommerce.orders.forms import EditForm, MoreLines, SplitForm
from ecommerce.orders.models import Order
from ecommerce.orders.queries import skus_to_offer
from ecommerce.orders.views.steps import asks, find, step_page


@merchant_view("orders.edit")
@asks
def edit(request: MerchantRequest, number: str) -> HttpResponse:
    """Buyer, address, lines and shipping. "Show the total" comes back with the sums and changes nothing."""
    order = find(number)
    if refusal := actions.why_not_edit(order):
        raise refusal
    with_lines = actions.why_not_edit_lines(order) is None
    first = {name: getattr(order, name) for name in (*BUYER, "shipping_fee")}
    form = EditForm(request.POST or None, initial=first, lines=order.lines.all(), with_lines=with_lines)
    more = MoreLines(request.POST or None, prefix="more")
    context: dict[str, Any] = {"order": order, "form": form, "more": more, "with_lines": with_lines}
    context |= {"skus": skus_to_offer() if with_lines else [], "why": actions.why_not_edit_lines(order)}
    if form.is_valid() and (not with_lines or more.is_valid()):
        wanted = _lines_wanted(form, more) if with_lines else {}
        try:
            if "look" in request.POST:
                plan = actions.plan_edit(order, **wanted)
                context |= {"sums": plan.totals, "difference": difference(order, plan.totals)}
                context["back_to_pay"] = -context["difference"]
                return render(request, "ecommerce/orders/edit.html", context)
            buyer = {name: form.cleaned_data[name] for name in BUYER}
            order = actions.edit_order(order, buyer=buyer, **wanted, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, order.get_absolute_url(), _edited(order))
    return render(request, "ecommerce/orders/edit.html", context, status=422 if form.is_bound else 200)


def _lines_wanted(form: EditForm, more: Any) -> dict[str, Any]:
    return {
        "quantities": form.quantities,
        "add": [line.line_in() for line in more if line.has_changed()],
        "shipping_fee": form.cleaned_data["shipping_fee"],
    }


def _edited(order: Order) -> str:
    words = {"number": order.number, "total": money(order.total, order.currency)}
    if order.is_charged and order.owed:
        words["owed"] = money(order.owed, order.currency)
        return _("Order %(number)s comes to %(total)s now. %(owed)s is still to be paid.") % words
    if order.overpaid:
        words["over"] = money(order.overpaid, order.currency)
        return _("Order %(number)s comes to %(total)s now. %(over)s can be refunded.") % words
    return _("Order %(number)s is changed.") % words


@merchant_view("orders.edit")
@asks
def split(request: MerchantRequest, number: str) -> HttpResponse:
    order = find(number)
    form = SplitForm(request.POST or None, lines=order.lines.all())
    if form.is_valid():
        try:
            second = actions.split_order(order, lines=form.units, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            say = _("Order %(second)s was split off order %(number)s.")
            words = {"second": second.number, "number": order.number}
            return done(request, second.get_absolute_url(), say % words)
    return step_page(request, "split", order, form, status=422 if form.is_bound else 200)


@merchant_view("orders.create")
@require_POST
def duplicate(request: MerchantRequest, number: str) -> HttpResponse:
    """A new, unpaid order like this one; its page opens."""
    order = find(number)
    copy = actions.duplicate_order(order, actor=request.actor)
    say = _("Order %(copy)s is a copy of order %(number)s. It is not paid yet.")
    return done(request, copy.get_absolute_url(), say % {"copy": copy.number, "number": order.number})
