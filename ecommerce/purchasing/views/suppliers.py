"""The pages of suppliers and their price lists."""

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
from ecommerce.catalog.models import Variant
from ecommerce.purchasing.actions import archive_supplier, change_supplier, create_supplier, set_price
from ecommerce.purchasing.forms import PriceForm, SupplierForm
from ecommerce.purchasing.listing import PRICES, SUPPLIERS
from ecommerce.purchasing.models import Supplier
from ecommerce.purchasing.queries import price_history, price_list, skus_for_sale, supplier_list
from ecommerce.purchasing.scorecard import scorecard


@merchant_view("suppliers.view")
def supplier_list_page(request: MerchantRequest) -> HttpResponse:
    """The list of suppliers."""
    context = {
        "page": SUPPLIERS.page(supplier_list(), request.GET),
        "may_edit": request.membership.may("suppliers.edit"),
        "may_compare": request.membership.may("purchasing.view"),
        "search_hint": _("Name, contact person or e-mail"),
        "export_url": reverse("supplier-export", args=[request.merchant.slug]),
    }
    return page(request, "ecommerce/purchasing/suppliers.html", context, part="results")


@merchant_view("suppliers.view")
def supplier_export(request: MerchantRequest) -> HttpResponseBase:
    """The suppliers of the view."""
    head = [
        _("Short name"), _("Name"), _("Contact person"), _("E-mail"), _("Language"), _("Currency"),
        _("Promised delivery, days"), _("Payment terms"), _("Archived"),
    ]  # fmt: skip

    def rows() -> Iterator[list[Any]]:
        for one in SUPPLIERS.matching(supplier_list(), request.GET).iterator(chunk_size=1000):
            yield [
                one.code, one.name, one.contact, one.email, one.language_label, one.currency, one.lead_days,
                one.payment_terms, _("yes") if one.archived_at else _("no"),
            ]  # fmt: skip

    return table_response(request, _("suppliers"), head, rows())


def _supplier(pk: int) -> Supplier:
    return get_object_or_404(supplier_list(), pk=pk)


@merchant_view("suppliers.view")
def supplier_detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """One supplier: who they are, and what they ask for what."""
    supplier, may = _supplier(pk), request.membership.may
    context = {
        "supplier": supplier,
        "card": scorecard(supplier, request.merchant.today()) if may("purchasing.view") else None,
        "page": PRICES.page(price_list(supplier, request.merchant.today()), request.GET),
        "may_edit": may("suppliers.edit"),
        "may_import": may("suppliers.edit") and may("imports.run"),
        "may_order": may("purchasing.edit") and supplier.archived_at is None,
        "search_hint": _("SKU or product"),
        "export_url": reverse("supplier-pricing-export", args=[request.merchant.slug, pk]),
    }
    return page(request, "ecommerce/purchasing/supplier.html", context, part="results")


@merchant_view("suppliers.view")
def supplier_prices_export(request: MerchantRequest, pk: int) -> HttpResponseBase:
    """What a supplier asks today."""
    supplier = _supplier(pk)
    head = [
        _("SKU"), _("Product"), _("Price"), _("Currency"), _("Smallest order, units"), _("In multiples of, units"),
        _("Valid from"),
    ]  # fmt: skip

    def rows() -> Iterator[list[Any]]:
        prices = PRICES.matching(price_list(supplier, request.merchant.today()), request.GET)
        for row in prices.iterator(chunk_size=1000):
            yield [
                row.variant.sku, row.variant.full_title, row.price, supplier.currency, row.minimum, row.multiple,
                row.valid_from,
            ]  # fmt: skip

    return table_response(request, f"{_('prices')}-{supplier.code}", head, rows())


@merchant_view("suppliers.edit")
def supplier_new(request: MerchantRequest) -> HttpResponse:
    """A form for a new supplier."""
    form = SupplierForm(request.POST or None, initial={"currency": request.merchant.currency})
    if form.is_valid():
        try:
            supplier = create_supplier(**form.cleaned_data, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, supplier, _("%(name)s is saved.") % {"name": supplier})
    back = {"back_url": reverse("supplier-list", args=[request.merchant.slug]), "back_label": _("Suppliers")}
    context = {"form": form, "supplier": None, **back}
    return page(request, "ecommerce/purchasing/supplier_form.html", context, status=422 if form.is_bound else 200)


@merchant_view("suppliers.edit")
def supplier_edit(request: MerchantRequest, pk: int) -> HttpResponse:
    """A form for what is known of a supplier."""
    supplier = _supplier(pk)
    known = {name: getattr(supplier, name) for name in SupplierForm.base_fields}
    form = SupplierForm(request.POST or None, initial=known)
    if form.is_valid():
        try:
            change_supplier(supplier, **form.cleaned_data, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, supplier, _("%(name)s is saved.") % {"name": form.cleaned_data["name"]})
    back = {"back_url": supplier.get_absolute_url(), "back_label": supplier.name}
    context = {"form": form, "supplier": supplier, **back}
    return page(request, "ecommerce/purchasing/supplier_form.html", context, status=422 if form.is_bound else 200)


@merchant_view("suppliers.edit")
@require_POST
def supplier_archive(request: MerchantRequest, pk: int) -> HttpResponse:
    """Put a supplier away, or with `again` take it up again."""
    supplier = _supplier(pk)
    archived = not request.POST.get("again")
    archive_supplier(supplier, archived=archived, actor=request.actor)
    say = _("%(name)s is archived.") if archived else _("%(name)s is in use again.")
    return done(request, supplier, say % {"name": supplier})


@merchant_view("suppliers.edit")
def supplier_pricing(request: MerchantRequest, pk: int) -> HttpResponse:
    """A form for what a supplier asks for a variant; `?sku=` names one whose earlier prices are shown."""
    supplier = _supplier(pk)
    asked = request.GET.get("sku", "").replace("\0", "")[:80]
    variant = Variant.objects.select_related("product").filter(sku=asked).first() if asked else None
    history = list(price_history(supplier, variant)[:50]) if variant is not None else []
    newest = history[0] if history else None
    first = {name: getattr(newest, name) for name in ("price", "minimum", "multiple")} if newest else {}
    form = PriceForm(request.POST or None, initial={"sku": asked, "is_offered": "yes", **first})
    if form.is_valid():
        given = dict(form.cleaned_data)
        thing = given.pop("sku")
        try:
            set_price(supplier, thing, **given, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, supplier, _("The price of %(sku)s is saved.") % {"sku": thing.sku})
    context = {
        "form": form,
        "supplier": supplier,
        "variant": variant,
        "history": history,
        "skus": skus_for_sale(),
        "back_url": supplier.get_absolute_url(),
        "back_label": supplier.name,
    }
    return page(request, "ecommerce/purchasing/price_form.html", context, status=422 if form.is_bound else 200)
