"""What is done to many orders: the ticked ones, or all that the view's filters find, be they twenty thousand."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.batches.actions import MOST, RowIn
from accounts.batches.kinds import Kind
from accounts.batches.starting import begin, form_key
from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.htmx import back, done
from ecommerce.orders import actions, kinds
from ecommerce.orders.forms import BulkCancelForm, BulkTagForm
from ecommerce.orders.listing import ORDERS
from ecommerce.orders.models import Order
from ecommerce.orders.queries import order_list, tag_names

BARS = (
    ("pack", "orders.pack", "order-pack-many"),
    ("confirm", "orders.confirm", "order-confirm-many"),
    ("ship", "orders.ship", "order-ship-many"),
    ("slips", "orders.ship", "order-slips-many"),
    ("invoices", "orders.edit", "order-invoices-many"),
    ("tag", "orders.edit", "order-tag-many"),
    ("cancel", "orders.cancel", "order-cancel-many"),
)
KEYS = (
    ("A", gettext_lazy("Select all rows on this page")),
    ("W", gettext_lazy("Select all in this view")),
    ("P", gettext_lazy("Mark as packed")),
    ("S", gettext_lazy("Ship orders")),
    ("L", gettext_lazy("Print packing slips")),
    ("I", gettext_lazy("Print invoices")),
    ("T", gettext_lazy("Tag orders")),
)


def bar(request: MerchantRequest) -> dict[str, Any]:
    """What the bar of the list needs: the address of each action the person may take, and the form's name."""
    urls = {}
    for name, word, url in BARS:
        if request.membership.may(word):
            try:
                urls[name] = reverse(url, args=[request.merchant.slug])
            except NoReverseMatch:  # a deployment may leave that feature out
                continue
    first = next(iter(urls.values()), "")
    found = {"bulk": urls, "bulk_key": tuple(urls.items()), "batch_key": form_key(), "list_keys": KEYS}
    return found | ({"bulk_url": first} if first else {})


def list_url(request: MerchantRequest) -> str:
    return reverse("order-list", args=[request.merchant.slug])


def chosen(request: MerchantRequest) -> list[RowIn]:
    """The orders a bulk action was asked for, as they are now; one more than allowed is enough to be refused."""
    rows = ORDERS.chosen(order_list(), request.GET, request.POST).values_list("pk", "number")[: MOST + 1]
    found = [RowIn(pk, number) for pk, number in rows]
    if not found:
        raise Refused("nothing_chosen", _("Choose at least one order."))
    return found


def repeat(request: MerchantRequest, *, to: str = "") -> dict[str, Any]:
    """What a page in between has to post again."""
    return {
        "rows": request.POST.getlist("row"),
        "all": request.POST.get("all", ""),
        "next": back(request, list_url(request)),
        "batch_key": request.POST.get("batch") or form_key(),
        "to": to or request.get_full_path(),
    }


def _together(request: MerchantRequest, kind: Kind, button: str) -> HttpResponse:
    """Take a step for many orders. The whole of a view is shown first and done on a second word (`sure`)."""
    rows = chosen(request)
    if request.POST.get("all") and not request.POST.get("sure"):
        context = {**repeat(request), "title": kind.title, "button": button, "count": len(rows), "kind": kind}
        return render(request, "ecommerce/orders/sure.html", context)
    return begin(request, kind.key, rows, back=back(request, list_url(request)))


@merchant_view("orders.confirm")
@require_POST
def confirm_many(request: MerchantRequest) -> HttpResponse:
    """Confirm the ticked orders, or all of the view."""
    return _together(request, kinds.CONFIRM, _("Confirm orders"))


@merchant_view("orders.pack")
@require_POST
def pack_many(request: MerchantRequest) -> HttpResponse:
    """Mark the ticked orders as packed, or all of the view."""
    return _together(request, kinds.PACK, _("Mark as packed"))


@merchant_view("orders.ship")
@require_POST
def slips_many(request: MerchantRequest) -> HttpResponse:
    """Packing slips of the ticked orders, or of all of the view."""
    return _together(request, kinds.PRINT_SLIPS, _("Print packing slips"))


@merchant_view("orders.edit")
@require_POST
def invoices_many(request: MerchantRequest) -> HttpResponse:
    """Invoices of the ticked orders, or of all of the view."""
    return _together(request, kinds.PRINT_INVOICES, _("Print invoices"))


@merchant_view("orders.cancel")
@require_POST
def cancel_many(request: MerchantRequest) -> HttpResponse:
    """Cancel the ticked orders, or all of the view; asks for the reason first."""
    rows = chosen(request)
    form = BulkCancelForm(request.POST if request.POST.get("sure") else None)
    if not form.is_valid():
        context = {"form": form, "count": len(rows), **repeat(request)}
        status = 422 if form.is_bound else 200
        return render(request, "ecommerce/orders/cancel_many.html", context, status=status)
    params = {"reason": form.why}
    return begin(request, kinds.CANCEL.key, rows, params=params, back=back(request, list_url(request)))


@merchant_view("orders.edit")
@require_POST
def tag_many(request: MerchantRequest) -> HttpResponse:
    """Put a tag on the ticked orders, or on all of the view, or take it off; asks which."""
    rows = chosen(request)
    form = BulkTagForm(request.POST if request.POST.get("sure") else None)
    if not form.is_valid():
        context = {"form": form, "count": len(rows), "tag_names": tag_names(), **repeat(request)}
        return render(request, "ecommerce/orders/tag_many.html", context, status=422 if form.is_bound else 200)
    kind = kinds.UNTAG if form.cleaned_data["way"] == "off" else kinds.TAG
    params = {"tag": form.cleaned_data["tag"]}
    return begin(request, kind.key, rows, params=params, back=back(request, list_url(request)))


def _order(number: str) -> Order:
    return get_object_or_404(Order.objects.select_related("merchant"), number=number)


@merchant_view("orders.edit")
@require_POST
def tag(request: MerchantRequest, number: str) -> HttpResponse:
    """Put a word on one order."""
    order, name = _order(number), request.POST.get("tag", "")
    actions.tag_order(order, name, actor=request.actor)
    return done(request, order, _("Tagged “%(tag)s”.") % {"tag": name[:40]})


@merchant_view("orders.edit")
@require_POST
def untag(request: MerchantRequest, number: str) -> HttpResponse:
    """Take a word off one order."""
    order, name = _order(number), request.POST.get("tag", "")
    actions.untag_order(order, name, actor=request.actor)
    return done(request, order, _("The tag “%(tag)s” is off.") % {"tag": name[:40]})
