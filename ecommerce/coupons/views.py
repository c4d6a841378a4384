"""The pages of coupons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.jobs.queue import enqueue
from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.events import plain
from core.exports import table_response
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.coupons.actions import MOST, check, issue_coupon, withdraw_coupon
from ecommerce.coupons.forms import CouponForm, ManyCouponsForm
from ecommerce.coupons.listing import COUPONS
from ecommerce.coupons.models import Coupon
from ecommerce.coupons.queries import coupon_list
from ecommerce.coupons.tasks import give_coupons
from ecommerce.customers.listing import CUSTOMERS
from ecommerce.customers.models import Customer
from ecommerce.customers.queries import customer_list


@merchant_view("coupons.view")
def coupon_list_page(request: MerchantRequest) -> HttpResponse:
    """The list of coupons."""
    context = {
        "page": COUPONS.page(coupon_list(), request.GET),
        "may_edit": request.membership.may("coupons.edit"),
        "search_hint": _("Code, order, customer"),
        "export_url": reverse("coupon-export", args=[request.merchant.slug]),
    }
    return page(request, "ecommerce/coupons/list.html", context, part="results")


@merchant_view("coupons.view")
def coupon_export(request: MerchantRequest) -> HttpResponseBase:
    """The coupons of the view."""
    head = [
        pgettext("coupon", "Code"), _("State"), _("Customer"), _("Kind"), _("Amount"), _("Percentage"),
        _("Least order value"), _("Currency"), _("Valid from"), _("Valid until"), _("Origin"), _("Used on order"),
        _("Taken off"), _("Note"),
    ]  # fmt: skip

    def rows() -> Iterator[list[Any]]:
        for one in COUPONS.matching(coupon_list(), request.GET).iterator(chunk_size=1000):
            yield [
                one.code, str(one.badge.label), one.customer.name if one.customer else "", one.get_kind_display(),
                one.amount or "", one.percent or "", one.least, request.merchant.currency, one.valid_from,
                one.valid_until or "", one.get_origin_display(), one.used_on, one.taken_off, one.note,
            ]  # fmt: skip

    return table_response(request, _("coupons"), head, rows())


def _coupon(pk: int) -> Coupon:
    return get_object_or_404(coupon_list(), pk=pk)


@merchant_view("coupons.view")
def coupon_detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """One coupon: what it takes off, for whom, and what became of it."""
    context = {"coupon": _coupon(pk), "may_edit": request.membership.may("coupons.edit")}
    return render(request, "ecommerce/coupons/detail.html", context)


@merchant_view("coupons.edit")
@require_http_methods(["GET", "POST"])
def coupon_new(request: MerchantRequest) -> HttpResponse:
    """A form for a coupon: with `customer` in the address for that one, else for whoever has its code."""
    customer = _customer_asked(request)
    form = CouponForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            coupon = issue_coupon(
                form.terms,
                customer=customer,
                code=data["code"],
                origin=data["origin"],
                note=data["note"],
                actor=request.actor,
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, coupon, _("Coupon %(code)s is ready.") % {"code": coupon.code})
    slug = request.merchant.slug
    context = {
        "form": form,
        "customer": customer,
        "back_url": customer.get_absolute_url() if customer else reverse("coupon-list", args=[slug]),
        "back_label": customer.name if customer else _("Coupons"),
    }
    return render(request, "ecommerce/coupons/form.html", context, status=422 if form.is_bound else 200)


def _customer_asked(request: HttpRequest) -> Customer | None:
    """The customer in the address; raises Http404 for one that does not exist."""
    asked = request.GET.get("customer", "")
    if not asked:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        raise Http404
    return get_object_or_404(Customer.objects.select_related("merchant"), pk=int(asked))


@merchant_view("coupons.edit")
@require_http_methods(["GET", "POST"])
def coupons_for_many(request: MerchantRequest) -> HttpResponse:
    """Give every customer of a view of the customer list, which is in the address, a coupon; in the background."""
    customers: QuerySet[Customer] = CUSTOMERS.matching(customer_list(), request.GET)
    form = ManyCouponsForm(request.POST if request.method == "POST" else None)
    ids = list(customers.order_by("pk").values_list("pk", flat=True).distinct())
    back = f"{reverse('customer-list', args=[request.merchant.slug])}?{request.GET.urlencode()}"
    if form.is_valid():
        try:
            _queue(request, form, ids)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            say = ngettext("%(count)d customer gets a coupon.", "%(count)d customers get a coupon each.", len(ids))
            to = reverse("coupon-list", args=[request.merchant.slug])
            return done(request, to, say % {"count": len(ids)})
    context = {"form": form, "count": len(ids), "back_url": back, "back_label": _("Customers")}
    return render(request, "ecommerce/coupons/many.html", context, status=422 if form.is_bound else 200)


def _queue(request: MerchantRequest, form: ManyCouponsForm, ids: list[int]) -> None:
    data = form.cleaned_data
    check(form.terms, note=data["note"])
    if not ids:
        raise Refused("nobody", _("No customer is in this view."))
    terms = {**plain(asdict(form.terms)), "origin": data["origin"], "note": data["note"]}
    for start in range(0, len(ids), MOST):
        some, key = ids[start : start + MOST], data["key"]
        enqueue(give_coupons, some, terms, key, asdict(request.actor), key=f"coupons:{key}:{start}")


@merchant_view("coupons.edit")
@require_POST
def coupon_withdraw(request: MerchantRequest, pk: int) -> HttpResponse:
    """See that nobody uses it any more."""
    coupon = withdraw_coupon(_coupon(pk), actor=request.actor)
    return done(request, coupon, _("Coupon %(code)s is withdrawn.") % {"code": coupon.code})
