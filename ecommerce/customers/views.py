"""The pages of customers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import table_response
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.customers.actions import (
    add_tag,
    change_customer,
    create_customer,
    record_consent,
    remove_tag,
)
from ecommerce.customers.forms import ConsentForm, CustomerForm, TagForm
from ecommerce.customers.listing import CUSTOMERS
from ecommerce.customers.models import Customer
from ecommerce.customers.queries import consent_history, consent_states, customer_list, tag_names


@merchant_view("customers.view")
def customer_list_page(request: MerchantRequest) -> HttpResponse:
    """The list of customers."""
    may = request.membership.may
    context: dict[str, Any] = {
        "page": CUSTOMERS.page(customer_list(), request.GET),
        "may_create": may("customers.create"),
        "search_hint": _("Name, e-mail, end of the phone number"),
        "may_give": may("coupons.edit"),
    }
    if may("customers.export"):
        context["export_url"] = reverse("customer-export", args=[request.merchant.slug])
    return page(request, "ecommerce/customers/list.html", context, part="results")


@merchant_view("customers.export")
def customer_export(request: MerchantRequest) -> HttpResponseBase:
    """The customers of the view, with what they agreed to."""
    head = [
        _("Customer name"), _("E-mail"), _("Phone"), _("Country"), _("Region"), _("City"), _("Tags"), _("Orders"),
        _("Spend"), _("Currency"), _("Last order"), _("Customer since"), _("Agreed to offers by e-mail"),
    ]  # fmt: skip
    zone = request.merchant.zone

    def day(moment: Any) -> str:
        return moment.astimezone(zone).date().isoformat() if moment else ""

    def rows() -> Iterator[list[Any]]:
        for customer in CUSTOMERS.matching(customer_list(), request.GET).iterator(chunk_size=500):
            yield [
                customer.name, customer.email, customer.phone, customer.country, customer.region, customer.city,
                ", ".join(tag.name for tag in customer.tags.all()), customer.order_count, customer.spend,
                request.merchant.currency, day(customer.last_order_at), day(customer.created_at),
                _("yes") if customer.marketing_email else _("no"),
            ]  # fmt: skip

    return table_response(request, _("customers"), head, rows())


@merchant_view("customers.view")
def customer_detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """One customer; orders, reviews and complaints come as panels."""
    return _detail(request, _customer(pk))


def _customer(pk: int) -> Customer:
    return get_object_or_404(Customer.objects.select_related("merchant").prefetch_related("tags"), pk=pk)


def _detail(
    request: MerchantRequest, customer: Customer, *, tag: TagForm | None = None, consent: ConsentForm | None = None
) -> HttpResponse:
    may = request.membership.may
    context = {
        "customer": customer,
        "states": consent_states(customer),
        "history": consent_history(customer)[:50],
        "tag_form": tag or TagForm(),
        "tag_names": tag_names(),
        "consent_form": consent or ConsentForm(),
        "may_edit": may("customers.edit"),
        "may_see_orders": may("orders.view"),
        "may_see_reviews": may("reviews.view"),
        "may_see_complaints": may("complaints.view"),
    }
    is_wrong = any(form is not None and form.errors for form in (tag, consent))
    return page(request, "ecommerce/customers/detail.html", context, status=422 if is_wrong else 200)


@merchant_view("customers.create")
def customer_new(request: MerchantRequest) -> HttpResponse:
    """A form for a new customer."""
    form = CustomerForm(request.POST or None, initial={"language": request.merchant.language})
    if form.is_valid():
        try:
            customer = create_customer(**form.cleaned_data, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, customer, _("%(name)s is saved.") % {"name": customer})
    back = {"back_url": reverse("customer-list", args=[request.merchant.slug]), "back_label": _("Customers")}
    context = {"form": form, "customer": None, **back}
    return page(request, "ecommerce/customers/form.html", context, status=422 if form.is_bound else 200)


@merchant_view("customers.edit")
def customer_edit(request: MerchantRequest, pk: int) -> HttpResponse:
    """A form for what is known of a customer."""
    customer = _customer(pk)
    known = {name: getattr(customer, name) for name in CustomerForm.base_fields}
    form = CustomerForm(request.POST or None, initial=known)
    if form.is_valid():
        try:
            change_customer(customer, **form.cleaned_data, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, customer, _("%(name)s is saved.") % {"name": form.cleaned_data["name"]})
    context = {
        "form": form,
        "customer": customer,
        "back_url": customer.get_absolute_url(),
        "back_label": customer.name,
    }
    return page(request, "ecommerce/customers/form.html", context, status=422 if form.is_bound else 200)


@merchant_view("customers.edit")
@require_POST
def customer_tag(request: MerchantRequest, pk: int) -> HttpResponse:
    """Put a tag on."""
    customer = _customer(pk)
    form = TagForm(request.POST)
    if form.is_valid():
        try:
            add_tag(customer, form.cleaned_data["tag"], actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, customer, _("Tagged “%(tag)s”.") % form.cleaned_data)
    return _detail(request, customer, tag=form)


@merchant_view("customers.edit")
@require_POST
def customer_untag(request: MerchantRequest, pk: int) -> HttpResponse:
    """Take a tag off."""
    customer = _customer(pk)
    name = request.POST.get("tag", "")
    remove_tag(customer, name, actor=request.actor)
    return done(request, customer, _("The tag “%(tag)s” is off.") % {"tag": name[:40]})


@merchant_view("customers.edit")
@require_POST
def customer_consent(request: MerchantRequest, pk: int) -> HttpResponse:
    """Write down what the customer agreed to or withdrew."""
    customer = _customer(pk)
    form = ConsentForm(request.POST)
    if form.is_valid():
        record_consent(customer, **form.cleaned_data, actor=request.actor)
        return done(request, customer, _("The answer is written down."))
    return _detail(request, customer, consent=form)
