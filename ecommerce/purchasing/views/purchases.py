"""The pages of purchase orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import table_response
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.catalog.models import Product
from ecommerce.inventory.actions import default_warehouse
from ecommerce.inventory.models import Warehouse
from ecommerce.purchasing.actions import cancel_order, change_draft, close_order, draft_order, send_order
from ecommerce.purchasing.actions.orders import check
from ecommerce.purchasing.forms import PurchaseForm, PurchaseLines, ReasonForm
from ecommerce.purchasing.listing import PURCHASES
from ecommerce.purchasing.models import PurchaseOrder
from ecommerce.purchasing.papers import purchase_papers
from ecommerce.purchasing.passing import pass_rates, pass_rates_by_supplier
from ecommerce.purchasing.queries import purchase_list, purchases_with_lines, skus_for_sale, timeline
from ecommerce.purchasing.rules import MOST_LINES, STEPS

ASKS = require_http_methods(["GET", "HEAD", "POST"])


@merchant_view("purchasing.view")
def purchase_list_page(request: MerchantRequest) -> HttpResponse:
    """The purchase orders of the shop."""
    context = {
        "page": PURCHASES.page(purchase_list(), request.GET),
        "today": request.merchant.today(),
        "may_edit": request.membership.may("purchasing.edit"),
        "search_hint": _("Number, supplier or SKU"),
        "export_url": reverse("purchase-export", args=[request.merchant.slug]),
    }
    return page(request, "ecommerce/purchasing/purchases.html", context, part="results")


@merchant_view("purchasing.view")
def purchase_export(request: MerchantRequest) -> HttpResponseBase:
    """The purchase orders of the view."""
    head = [
        _("Number"), _("Supplier"), _("State"), _("Warehouse"), _("Total"), _("Currency"), _("Units"), _("Received"),
        _("Sent on"), _("Expected on"),
    ]  # fmt: skip

    def rows() -> Iterator[list[Any]]:
        for one in PURCHASES.matching(purchase_list(), request.GET).iterator(chunk_size=1000):
            yield [
                one.number, one.supplier.name, one.get_state_display(), one.warehouse.name, one.total, one.currency,
                one.units, one.received, one.sent_on, one.expected_on,
            ]  # fmt: skip

    return table_response(request, _("purchase-orders"), head, rows())


def find(pk: int) -> PurchaseOrder:
    return get_object_or_404(purchases_with_lines(), pk=pk)


@merchant_view("purchasing.view")
def purchase_detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """One order: what was ordered, what has come, and what happened to it."""
    order = find(pk)
    may = {name: order.can(name) and request.membership.may(step.word) for name, step in STEPS.items()}
    context = {
        "order": order,
        "moments": timeline(order),
        "may": may,
        "may_see_supplier": request.membership.may("suppliers.view"),
        "is_late": order.can("receive") and order.expected_on and order.expected_on < request.merchant.today(),
    }
    return page(request, "ecommerce/purchasing/purchase.html", context)


@merchant_view("purchasing.edit")
@ASKS
def purchase_new(request: MerchantRequest) -> HttpResponse:
    """Draft an order. "Add a line" comes back with another empty line and saves nothing."""
    asked = request.GET.get("supplier", "")
    first = {"supplier": asked if asked.isdecimal() and len(asked) < 19 else None}
    return _form(request, None, first, [])


@merchant_view("purchasing.edit")
@ASKS
def purchase_edit(request: MerchantRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    order = find(pk)
    check(order, "change")
    first = {"warehouse": order.warehouse, "expected_on": order.expected_on, "note": order.note}
    lines = [{"sku": line.sku, "quantity": line.quantity, "unit_price": line.unit_price} for line in order.lines.all()]
    return _form(request, order, first, lines)


def _form(
    request: MerchantRequest, order: PurchaseOrder | None, first: dict[str, Any], typed: list[dict[str, Any]]
) -> HttpResponse:
    is_new = order is None
    posted = request.POST.copy() if request.method == "POST" else None
    if posted is not None:
        rows = min(_whole(posted.get("lines-TOTAL_FORMS")), MOST_LINES)
        posted["lines-TOTAL_FORMS"], posted["lines-INITIAL_FORMS"] = str(rows), "0"
        if "more" in posted:
            form = PurchaseForm(initial={**first, **posted.dict()}, is_new=is_new)
            lines = PurchaseLines(prefix="lines", initial=_typed(posted, rows + 1))
            return _form_page(request, order, form, lines)
    form = PurchaseForm(posted, initial=first, is_new=is_new)
    lines = PurchaseLines(posted, prefix="lines", initial=typed if posted is None else None)
    if posted is None or not (form.is_valid() and lines.is_valid()):
        return _form_page(request, order, form, lines, status=422 if posted is not None else 200)
    given = dict(form.cleaned_data)
    given["lines"] = [line.line_in() for line in lines if line.has_changed()]
    given["warehouse"] = given["warehouse"] or default_warehouse()
    try:
        if order is None:
            saved = draft_order(**given, actor=request.actor)
        else:
            saved = change_draft(order, **given, actor=request.actor)
    except Refused as refusal:
        add_refusal(form, refusal)
        return _form_page(request, order, form, lines, status=422)
    return done(request, saved.get_absolute_url(), _("Purchase order %(number)s is saved.") % {"number": saved.number})


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else 1


def _typed(posted: Any, rows: int) -> list[dict[str, Any]]:
    names = ("sku", "quantity", "unit_price")
    typed = [{name: posted.get(f"lines-{row}-{name}") for name in names} for row in range(min(rows, MOST_LINES))]
    return [{name: value for name, value in row.items() if value is not None} for row in typed]


def _form_page(
    request: MerchantRequest, order: PurchaseOrder | None, form: PurchaseForm, lines: Any, *, status: int = 200
) -> HttpResponse:
    if not Warehouse.objects.exists():
        form.fields.pop("warehouse", None)
    context = {
        "form": form,
        "lines": lines,
        "order": order,
        "skus": skus_for_sale(),
        "back_url": order.get_absolute_url() if order else reverse("purchase-list", args=[request.merchant.slug]),
        "back_label": order.number if order else _("Purchase orders"),
    }
    return page(request, "ecommerce/purchasing/purchase_form.html", context, status=status)


@merchant_view("purchasing.edit")
@require_POST
def purchase_send(request: MerchantRequest, pk: int) -> HttpResponse:
    """The supplier has the order now."""
    order = send_order(find(pk), actor=request.actor)
    words = {"number": order.number, "address": order.supplier.email}
    if order.supplier.email:
        say = _("Purchase order %(number)s goes to %(address)s by mail, as PDF.") % words
    else:
        say = _("Purchase order %(number)s counts as sent. The supplier has no e-mail address: print it.") % words
    return done(request, order, say)


@merchant_view("purchasing.view")
@require_safe
def purchase_paper(request: MerchantRequest, pk: int) -> HttpResponse:
    """The order as PDF; `?language=` names another one than the supplier's."""
    order = find(pk)
    content = purchase_papers([order], request.GET.get("language") or order.written_in)
    headers = {"Content-Disposition": f'inline; filename="{order.number}.pdf"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@merchant_view("purchasing.edit")
@ASKS
def purchase_cancel(request: MerchantRequest, pk: int) -> HttpResponse:
    """Ask why, and call the order off."""
    words = {
        "title": _("Cancel the order"),
        "text": _("Its units are no longer on their way. Tell the supplier yourself."),
        "said": _("Purchase order %(number)s: cancelled."),
    }
    return _ended(request, pk, cancel_order, words)


@merchant_view("purchasing.edit")
@ASKS
def purchase_close(request: MerchantRequest, pk: int) -> HttpResponse:
    """Ask why, and no longer wait for the rest."""
    words = {
        "title": _("Close the order"),
        "text": _("What has not come yet is no longer waited for. What came stays in stock."),
        "said": _("Purchase order %(number)s: closed."),
    }
    return _ended(request, pk, close_order, words)


def _ended(request: MerchantRequest, pk: int, end: Callable[..., PurchaseOrder], words: dict[str, str]) -> HttpResponse:
    order, form = find(pk), ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            end(order, reason=form.cleaned_data["reason"], actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, order, words["said"] % {"number": order.number})
    back = {"back_url": order.get_absolute_url(), "back_label": order.number}
    context = {"form": form, "order": order, **words, **back, "submit": words["title"]}
    return page(request, "ecommerce/purchasing/ending.html", context, status=422 if form.is_bound else 200)


@merchant_view("purchasing.view")
@require_safe
def product_passed(request: MerchantRequest, pk: int) -> HttpResponse:
    """A panel for the page of a product: how much of what came of it passed the check at receipt, and from whom."""
    product = get_object_or_404(Product.objects.select_related("merchant"), pk=pk)
    if not request.headers.get("HX-Request"):
        return redirect(product)
    today = request.merchant.today()
    context = {
        "product": product,
        "whole": pass_rates(today, [product.pk]).get(product.pk),
        "rows": pass_rates_by_supplier(today, [product.pk]),
        "sees_suppliers": request.membership.may("suppliers.view"),
    }
    return page(request, "ecommerce/purchasing/passed.html", context)
