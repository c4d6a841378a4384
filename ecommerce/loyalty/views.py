"""Points on the page of a customer, their ledger, and the shop's terms."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.coupons.queries import coupons_of, usable_coupons
from ecommerce.customers.models import Customer
from ecommerce.loyalty.actions import change_points, change_points_rules, exchange_points
from ecommerce.loyalty.forms import OnceForm, PointsForm, PointsRulesForm
from ecommerce.loyalty.listing import LEDGER
from ecommerce.loyalty.queries import ledger_of, points_rules, standing_of

SHOWN = 5


def _customer(pk: int) -> Customer:
    return get_object_or_404(Customer.objects.select_related("merchant"), pk=pk)


@merchant_view("customers.view")
@require_safe
def of_customer(request: MerchantRequest, pk: int) -> HttpResponse:
    """A panel for the page of a customer: their points and open coupons."""
    customer, slug = _customer(pk), request.merchant.slug
    if not request.headers.get("HX-Request"):
        return redirect("customer-ledger", slug, pk)
    may_see = request.membership.may("coupons.view")
    context = {
        "customer": customer,
        "standing": standing_of(customer),
        "newest": ledger_of(customer)[:SHOWN],
        "coupons": usable_coupons(customer, request.merchant.today())[:SHOWN] if may_see else [],
        "may_see_coupons": may_see,
        "may_give": request.membership.may("coupons.edit"),
    }
    return page(request, "ecommerce/loyalty/of_customer.html", context)


@merchant_view("customers.view")
@require_safe
def ledger(request: MerchantRequest, pk: int) -> HttpResponse:
    """Every change of a customer's points, their coupons, and what can be done."""
    return _ledger(request, _customer(pk))


def _ledger(request: MerchantRequest, customer: Customer, form: PointsForm | None = None) -> HttpResponse:
    may, terms = request.membership.may, points_rules()
    standing = standing_of(customer)
    context: dict[str, Any] = {
        "customer": customer,
        "page": LEDGER.page(ledger_of(customer), request.GET),
        "standing": standing,
        "terms": terms,
        "may_change": may("points.edit"),
        "may_exchange": may("points.edit") and terms.is_on and standing.balance >= terms.exchange_points,
        "may_give": may("coupons.edit"),
        "coupons": coupons_of(customer)[:20] if may("coupons.view") else [],
        "form": form or PointsForm(),
        "once": OnceForm(),
    }
    is_wrong = form is not None and form.is_bound
    return page(request, "ecommerce/loyalty/ledger.html", context, part="results", status=422 if is_wrong else 200)


@merchant_view("points.edit")
@require_POST
def change(request: MerchantRequest, pk: int) -> HttpResponse:
    """Grant points or take some off, with the reason."""
    customer = _customer(pk)
    form = PointsForm(request.POST)
    if form.is_valid():
        try:
            entry = change_points(customer, **form.cleaned_data, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            to = reverse("customer-ledger", args=[request.merchant.slug, pk])
            return done(request, to, _("Saved. Points now: %(balance)s.") % {"balance": f"{entry.balance:,}"})
    return _ledger(request, customer, form)


@merchant_view("points.edit")
@require_POST
def exchange(request: MerchantRequest, pk: int) -> HttpResponse:
    """Turn points of the customer into a coupon."""
    customer = _customer(pk)
    form = OnceForm(request.POST)
    if not form.is_valid():
        return redirect("customer-ledger", request.merchant.slug, pk)
    coupon = exchange_points(customer, key=form.cleaned_data["key"], actor=request.actor)
    to = reverse("customer-ledger", args=[request.merchant.slug, pk])
    return done(request, to, _("Coupon %(code)s is ready.") % {"code": coupon.code})


@merchant_view("shop.edit")
@require_http_methods(["GET", "POST"])
def rules(request: MerchantRequest) -> HttpResponse:
    """What the shop gives points for and what they are worth."""
    known = points_rules()
    form = PointsRulesForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(known, name) for name in PointsRulesForm.base_fields},
    )
    if form.is_valid():
        try:
            change_points_rules(**form.cleaned_data, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            here = reverse("points-rules", args=[request.merchant.slug])
            return done(request, here, _("Saved. It holds for points from now on."))
    context = {"form": form, "back_url": reverse("shop-settings", args=[request.merchant.slug])}
    return render(request, "ecommerce/loyalty/rules.html", context, status=422 if form.is_bound else 200)
