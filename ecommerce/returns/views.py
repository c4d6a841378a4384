"""The pages of returns: asking for one, the list, one return and its steps, the reasons by product."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.saved.showing import default_view, saved_for
from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import clock, table_response
from core.forms import add_refusal
from core.htmx import done, page
from core.photos import photo_response
from ecommerce.catalog.models import Product
from ecommerce.inventory.models import Warehouse
from ecommerce.orders.models import Order
from ecommerce.returns import actions, rules
from ecommerce.returns.filters import STANDING, UNKNOWN
from ecommerce.returns.forms import PhotosForm, ReceiveForm, RefuseForm, RequestForm, SendBackForm, SettleForm
from ecommerce.returns.listing import RETURN_LIST, RETURNS
from ecommerce.returns.models import Return, ReturnPhoto
from ecommerce.returns.queries import (
    Returns,
    exchangeable,
    reasons_by_product,
    return_detail,
    return_list,
    returnable,
    returns_of_order,
    timeline,
    worth_of,
)
from ecommerce.returns.reasons import ratings_since, reasons_by_supplier
from ecommerce.returns.words import clock_in_words

SPANS = (30, 90, 365)


@merchant_view("returns.view")
@require_safe
def index(request: MerchantRequest) -> HttpResponse:
    """The list of returns."""
    if first := default_view(request, RETURN_LIST):
        return first
    now = timezone.now()
    found = RETURNS.page(return_list(), request.GET)
    context: dict[str, Any] = {
        "saved": saved_for(request, RETURN_LIST, found),
        "page": found,
        "rows": [(case, clock_in_words(case, now)) for case in found.rows],
        "search_hint": _("Number, order, buyer, SKU"),
        "search_label": _("Search returns"),
    }
    if request.membership.may("orders.export"):
        context["export_url"] = reverse("return-export", args=[request.merchant.slug])
    return page(request, "ecommerce/returns/list.html", context, part="results")


@merchant_view("orders.export")
@require_safe
def export(request: MerchantRequest) -> HttpResponseBase:
    """The returns of the view, one row for each line, times as the merchant's clock has them."""
    head = [
        _("Return"), _("State"), _("Order"), _("Buyer"), _("Requested"), _("Requested by"), _("Due"), _("SKU"),
        _("Product"), _("Quantity"), _("Reason"), _("Details"), _("To the shelf"), _("To repair"), _("Written off"),
        _("Outcome"), _("Refund"), _("Currency"), _("Ended"),
    ]  # fmt: skip

    shown = clock(request.merchant.zone)

    def rows() -> Iterator[list[Any]]:
        for case in RETURNS.matching(return_list(), request.GET).iterator(chunk_size=500):
            for line in case.lines.all():
                yield [
                    case.number, str(case.badge.label), case.order.number, case.order.buyer_name,
                    shown(case.requested_at), case.get_requested_by_display(), shown(case.due_at),
                    line.order_line.sku, line.order_line.title, line.quantity, line.get_reason_display(), line.details,
                    line.restocked, line.repaired, line.written_off, case.get_outcome_display(), case.refund_amount,
                    case.order.currency, shown(case.ended_at),
                ]  # fmt: skip

    return table_response(request, _("returns"), head, rows())


@merchant_view("returns.handle")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: MerchantRequest, number: str) -> HttpResponse:
    """Ask for units of an order to come back, for a buyer who wrote or called."""
    order = get_object_or_404(Order.objects.select_related("merchant").prefetch_related("lines"), number=number)
    form = RequestForm(request.POST or None, request.FILES or None, lines=order.lines.all(), free=returnable(order))
    if form.is_valid():
        try:
            photos = form.cleaned_data["photos"]
            case = actions.request_return(order, lines=form.wanted, photos=photos, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, case, _("Return %(number)s is open.") % {"number": case.number})
    status = 422 if form.is_bound else 200
    return page(request, "ecommerce/returns/new.html", {"order": order, "form": form}, status=status)


@merchant_view("returns.view")
@require_safe
def of_order(request: MerchantRequest, number: str) -> HttpResponse:
    """A panel for the page of an order: its returns, and the way to a new one."""
    order = get_object_or_404(Order.objects.select_related("merchant"), number=number)
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('return-list', args=[request.merchant.slug])}?tab=all&q={order.number}")
    may_ask = request.membership.may("returns.handle") and any(returnable(order).values())
    context = {"order": order, "cases": returns_of_order(order)[:20], "may_ask": may_ask}
    return page(request, "ecommerce/returns/of_order.html", context)


def _find(number: str) -> Return:
    return get_object_or_404(return_detail(), number=number)


def _show(request: MerchantRequest, case: Return, status: int = 200, **bound: forms.Form) -> HttpResponse:
    lines, may = list(case.lines.all()), request.membership.may
    first = {"outcome": Return.Outcome.REFUND, "amount": worth_of(case)} if case.may("settle") else {}
    context: dict[str, Any] = {
        "case": case,
        "lines": lines,
        "has_come": case.received_at is not None,
        "clock": clock_in_words(case, timezone.now()),
        "moments": timeline(case),
        "may": {name: may(step.word) and case.may(name) for name, step in rules.STEPS.items()},
        "sees_order": may("orders.view"),
        "refuse_form": RefuseForm(auto_id="refuse_%s"),
        "receive_form": ReceiveForm(lines=lines, warehouses=_warehouses(), auto_id="receive_%s"),
        "settle_form": SettleForm(case=case, initial=first, auto_id="settle_%s"),
        "back_form": SendBackForm(auto_id="back_%s"),
        "to_exchange": exchangeable(case) if case.may("settle") else [],
        "photos_form": PhotosForm(auto_id="photos_%s"),
        "may_add_photos": may("returns.handle") and case.is_open and len(case.photos.all()) < rules.MOST_PHOTOS,
        "may_erase_photos": may("returns.handle"),
    }
    return page(request, "ecommerce/returns/detail.html", context | bound, status=status)


def _warehouses() -> list[Warehouse]:
    return list(Warehouse.objects.order_by("-is_default", "name", "pk"))


@merchant_view("returns.view")
@require_safe
def detail(request: MerchantRequest, number: str) -> HttpResponse:
    """One return: what comes back and why, where it stands, what to do next."""
    return _show(request, _find(number))


def _act(
    request: MerchantRequest, case: Return, name: str, form: forms.Form, act: Callable[..., Return], say: str
) -> HttpResponse:
    """Do what a form asks for, or show the page again with the form and what is wrong with it."""
    if form.is_valid():
        try:
            act(case, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, case, say % {"number": case.number})
    return _show(request, case, status=422, **{name: form})


@merchant_view("returns.handle")
@require_POST
def approve(request: MerchantRequest, number: str) -> HttpResponse:
    case = actions.approve_return(_find(number), actor=request.actor)
    return done(request, case, _("Return %(number)s is approved.") % {"number": case.number})


@merchant_view("returns.handle")
@require_POST
def cancel(request: MerchantRequest, number: str) -> HttpResponse:
    case = actions.cancel_return(_find(number), actor=request.actor)
    return done(request, case, _("Return %(number)s is called off.") % {"number": case.number})


@merchant_view("returns.handle")
@require_POST
def refuse(request: MerchantRequest, number: str) -> HttpResponse:
    form = RefuseForm(request.POST, auto_id="refuse_%s")

    def act(case: Return, *, actor: Any) -> Return:
        return actions.refuse_return(case, reason=form.cleaned_data["reason"], actor=actor)

    return _act(request, _find(number), "refuse_form", form, act, _("Return %(number)s is refused."))


@merchant_view("returns.handle")
@require_POST
def receive(request: MerchantRequest, number: str) -> HttpResponse:
    """The goods came: what of them goes where."""
    case = _find(number)
    form = ReceiveForm(request.POST, lines=case.lines.all(), warehouses=_warehouses(), auto_id="receive_%s")

    def act(case: Return, *, actor: Any) -> Return:
        place = form.cleaned_data.get("warehouse")
        return actions.receive_return(case, inspected=form.inspected, warehouse=place, actor=actor)

    return _act(request, case, "receive_form", form, act, _("Return %(number)s is received."))


@merchant_view("returns.settle")
@require_POST
def settle(request: MerchantRequest, number: str) -> HttpResponse:
    case = _find(number)
    form = SettleForm(request.POST, case=case, auto_id="settle_%s")

    def act(case: Return, *, actor: Any) -> Return:
        return actions.settle_return(case, **form.settled, actor=actor)

    repair = request.POST.get("outcome") == Return.Outcome.REPAIR
    say = _("Return %(number)s is in repair.") if repair else _("Return %(number)s is settled.")
    return _act(request, case, "settle_form", form, act, say)


@merchant_view("returns.handle")
@require_POST
def send_back(request: MerchantRequest, number: str) -> HttpResponse:
    """The repaired goods go to the buyer."""
    form = SendBackForm(request.POST, auto_id="back_%s")

    def act(case: Return, *, actor: Any) -> Return:
        return actions.send_back(case, **form.cleaned_data, actor=actor)

    return _act(request, _find(number), "back_form", form, act, _("Return %(number)s is on its way back."))


@merchant_view("returns.handle")
@require_POST
def photos(request: MerchantRequest, number: str) -> HttpResponse:
    """Add photos to an open return."""
    form = PhotosForm(request.POST, request.FILES, auto_id="photos_%s")

    def act(case: Return, *, actor: Any) -> Return:
        actions.add_photos(case, form.cleaned_data["photos"], actor=actor)
        return case

    return _act(request, _find(number), "photos_form", form, act, _("The photos are with return %(number)s."))


@merchant_view("returns.view")
@require_safe
def photo(request: MerchantRequest, number: str, pk: int) -> HttpResponseBase:
    """One picture of a return."""
    found = get_object_or_404(ReturnPhoto, pk=pk, case__number=number)
    return photo_response(found.stored_as, f"{number}-{found.pk}.jpg")


@merchant_view("returns.handle")
@require_POST
def erase_photos(request: MerchantRequest, number: str) -> HttpResponse:
    """The buyer wants their pictures gone."""
    case = _find(number)
    actions.erase_photos(case, actor=request.actor)
    return done(request, case, _("The photos of return %(number)s are erased.") % {"number": case.number})


def _since(request: MerchantRequest) -> tuple[int, datetime]:
    """The days the reasons are counted over, and the first instant of the first of them."""
    asked = request.GET.get("days", "")
    days = next((span for span in SPANS if asked == str(span)), 90)
    return days, request.merchant.day_bounds(request.merchant.today() - timedelta(days=days - 1))[0]


def _cases(request: MerchantRequest, since: datetime, **of: Any) -> str:
    """The list of the returns that the reasons count."""
    asked = {"tab": "all", "state": STANDING, "placed_after": request.merchant.day_of(since).isoformat(), **of}
    return f"{reverse('return-list', args=[request.merchant.slug])}?{urlencode(asked)}"


def _worded(one: Returns) -> list[tuple[Any, int]]:
    """The reasons as people read them, each with its units."""
    labels = dict(Return.Reason.choices)
    return [(labels.get(reason, reason), units) for reason, units in one.reasons]


def _reasons_table(
    request: MerchantRequest, name: str, of: str, found: Iterable[tuple[str, Returns]]
) -> HttpResponseBase:
    """One row for each reason of each product or supplier."""
    head = [of, _("Units shipped"), _("Units returned"), _("Rate"), _("Reason"), _("Units for this reason")]
    lines = (
        [called, one.shipped, one.returned, f"{one.rate:.4f}", label, units]
        for called, one in found
        for label, units in _worded(one)
    )
    return table_response(request, name, head, lines)


@merchant_view("returns.view")
@require_safe
def reasons(request: MerchantRequest) -> HttpResponse:
    """Why things come back, product by product."""
    days, since = _since(request)
    rows = [(one, _worded(one), _cases(request, since, product=one.product.pk)) for one in reasons_by_product(since)]
    context: dict[str, Any] = {"rows": rows, "days": days, "spans": SPANS, "ratings": ratings_since(since)}
    if request.membership.may("orders.export"):
        context["export_url"] = reverse("return-reasons-export", args=[request.merchant.slug])
    return page(request, "ecommerce/returns/reasons.html", context)


@merchant_view("orders.export")
@require_safe
def reasons_export(request: MerchantRequest) -> HttpResponseBase:
    """The same as CSV, one row for each product and reason."""
    _days, since = _since(request)
    found = ((one.product.title, one) for one in reasons_by_product(since, most=1_000_000))
    return _reasons_table(request, _("return reasons"), _("Product"), found)


def _product(request: MerchantRequest) -> Product | None:
    """The one product the reasons are asked for, if the address names one of the shop's."""
    asked = request.GET.get("product", "")
    return Product.objects.filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() else None


@merchant_view("returns.view")
@require_safe
def reasons_suppliers(request: MerchantRequest) -> HttpResponse:
    """Why things come back, supplier by supplier; of one product with `product`."""
    (days, since), product = _since(request), _product(request)
    found = reasons_by_supplier(since, product=product.pk if product else None)
    only = {"product": product.pk} if product else {}
    context: dict[str, Any] = {
        "rows": [
            (one, _worded(one), _cases(request, since, supplier=one.supplier.pk if one.supplier else UNKNOWN, **only))
            for one in found
        ],
        "days": days,
        "spans": SPANS,
        "product": product,
        "ratings": ratings_since(since),
        "sees_suppliers": request.membership.may("suppliers.view"),
    }
    if request.membership.may("orders.export"):
        context["export_url"] = reverse("return-reasons-suppliers-export", args=[request.merchant.slug])
    return page(request, "ecommerce/returns/reasons_suppliers.html", context)


@merchant_view("orders.export")
@require_safe
def reasons_suppliers_export(request: MerchantRequest) -> HttpResponseBase:
    """The same as CSV, one row for each supplier and reason."""
    (_days, since), product = _since(request), _product(request)
    rows = reasons_by_supplier(since, product=product.pk if product else None)
    found = ((one.supplier.name if one.supplier else _("Unknown"), one) for one in rows)
    return _reasons_table(request, _("return reasons by supplier"), _("Supplier"), found)
