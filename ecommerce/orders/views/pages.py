"""The pages of orders: list, detail, a new one by hand, and what is done to many at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import table_response
from core.forms import add_refusal
from core.htmx import back, done, page
from ecommerce.orders import exporting
from ecommerce.orders.actions import Together, cancel_orders, confirm_orders, pack_orders, place_order, why_not_invoice
from ecommerce.orders.forms import BulkCancelForm, LineFormSet, NoteForm, OrderForm
from ecommerce.orders.listing import ORDERS
from ecommerce.orders.models import Order
from ecommerce.orders.queries import neighbours, order_detail, order_list, skus_to_offer, timeline
from ecommerce.orders.rows import rows_of
from ecommerce.orders.steps import steps_of
from ecommerce.orders.words import risks_of

MOST_LINES = 50


def _list_url(request: MerchantRequest) -> str:
    return reverse("order-list", args=[request.merchant.slug])


@merchant_view("orders.view")
@require_safe
def index(request: MerchantRequest) -> HttpResponse:
    """The list of orders."""
    may = request.membership.may
    found = ORDERS.page(order_list(), request.GET)
    context: dict[str, Any] = {
        "page": found,
        "rows": rows_of(found.rows, request.merchant.slug, timezone.now()),
        "search_hint": _("Number, buyer, SKU, tracking"),
        "search_label": _("Search orders"),
        "may_create": may("orders.create"),
        "may_confirm": may("orders.confirm"),
        "may_pack": may("orders.pack"),
        "may_cancel": may("orders.cancel"),
    }
    if may("orders.export"):
        context["export_url"] = reverse("order-export", args=[request.merchant.slug])
    bulk = [name for name in ("pack", "confirm", "cancel") if may(f"orders.{name}")]
    if bulk:
        context["bulk_url"] = reverse(f"order-{bulk[0]}-many", args=[request.merchant.slug])
    return page(request, "ecommerce/orders/list.html", context, part="results")


@merchant_view("orders.export")
@require_safe
def export(request: MerchantRequest) -> HttpResponseBase:
    """The orders of the view, one row each, times as the merchant's clock has them."""
    orders = ORDERS.matching(order_list(), request.GET)
    rows = exporting.rows(orders, request.merchant.zone)
    return table_response(request, _("orders"), exporting.head(), rows, of=orders)


@merchant_view("orders.view")
@require_safe
def detail(request: MerchantRequest, number: str) -> HttpResponse:
    """One order: what to ship first, then what has left, the money and the timeline."""
    return show(request, get_object_or_404(order_detail(), number=number), NoteForm())


def show(request: MerchantRequest, order: Order, note_form: NoteForm, *, status: int = 200) -> HttpResponse:
    """The page of an order, also with a note that was not accepted."""
    may = request.membership.may
    steps = steps_of(order, may)
    newer, older = neighbours(order)
    lines = list(order.lines.all())
    context = {
        "order": order,
        "now": timezone.now(),
        "to_ship": [line for line in lines if line.to_ship and order.is_open],
        "called_off": [line for line in lines if line.cancelled_quantity],
        "units_to_ship": sum(line.to_ship for line in lines),
        "payments": order.payments.all(),
        "moments": timeline(order),
        "newer": newer,
        "older": older,
        "note_form": note_form,
        "sees_returns": may("returns.view"),
        "sees_contact": may("orders.edit") or may("orders.ship"),
        "may": {
            **{key: one.may for key, one in steps.items()},
            "note": may("orders.edit"),
            "fine": may("orders.edit") and any(flag.is_open for flag in order.risk_flags.all()),
            "slip": may("orders.ship") and bool(lines),
            "invoice": may("orders.edit") and why_not_invoice(order) is None,
            "copy": may("orders.create") and bool(lines),
        },
        "risks": risks_of(order),
        "papers": order.invoices.all(),
        "to_invoice": not any(paper.kind == "invoice" and paper.total == order.total for paper in order.invoices.all()),
        "not_now": [one for one in steps.values() if not one.may],
    }
    return page(request, "ecommerce/orders/detail.html", context, status=status)


@merchant_view("orders.create")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: MerchantRequest) -> HttpResponse:
    """Write an order by hand. "Add a line" comes back with another empty line and places nothing."""
    first = {"channel": "other", "ship_country": request.merchant.country}
    form = OrderForm(request.POST or None, initial=first)
    posted = request.POST.copy() if request.method == "POST" else None
    if posted is not None:
        rows = min(_whole(posted.get("lines-TOTAL_FORMS")), MOST_LINES)
        posted["lines-TOTAL_FORMS"], posted["lines-INITIAL_FORMS"] = str(rows), "0"
        if "more" in posted:
            form = OrderForm(initial={**first, **posted.dict()})
            return _new_page(request, form, LineFormSet(prefix="lines", initial=_typed_lines(posted, rows + 1)))
    lines = LineFormSet(posted, prefix="lines")
    if posted is None or not (form.is_valid() and lines.is_valid()):
        return _new_page(request, form, lines, status=422 if posted is not None else 200)
    filled = [line.line_in() for line in lines if line.has_changed()]
    try:
        order = place_order(form.order_in(filled), actor=request.actor)
    except Refused as refusal:
        add_refusal(form, refusal)
        return _new_page(request, form, lines, status=422)
    return done(request, order.get_absolute_url(), _("Order %(number)s was created.") % {"number": order.number})


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else 1


def _typed_lines(posted: Any, rows: int) -> list[dict[str, Any]]:
    names = ("sku", "quantity", "unit_price", "title")
    typed = [{name: posted.get(f"lines-{row}-{name}") for name in names} for row in range(min(rows, MOST_LINES))]
    return [{name: value for name, value in row.items() if value is not None} for row in typed]


def _new_page(request: MerchantRequest, form: OrderForm, lines: Any, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "lines": lines, "skus": skus_to_offer(), "back_url": _list_url(request)}
    return render(request, "ecommerce/orders/new.html", context, status=status)


def _chosen_ids(request: MerchantRequest) -> list[int]:
    """The orders a bulk action was asked for; one more than allowed is enough for the action to refuse."""
    rows = ORDERS.chosen(order_list(), request.GET, request.POST)
    return list(rows.values_list("pk", flat=True)[:1001])


def _together(
    request: MerchantRequest, do: Callable[[list[int]], Together], say: Callable[[int], str], ask: dict[str, Any]
) -> HttpResponse:
    """Do a step for many orders. The whole of a view is shown first and done on a second word (`sure`)."""
    ids = _chosen_ids(request)
    if request.POST.get("all") and not request.POST.get("sure"):
        return render(request, "ecommerce/orders/sure.html", {**_repeat(request), **ask, "count": len(ids)})
    return _told(request, do(ids), say)


def _repeat(request: MerchantRequest) -> dict[str, Any]:
    """What a page in between has to post again."""
    return {
        "rows": request.POST.getlist("row"),
        "all": request.POST.get("all", ""),
        "next": back(request, _list_url(request)),
    }


def _told(request: MerchantRequest, result: Together, say: Callable[[int], str]) -> HttpResponse:
    to = back(request, _list_url(request))
    if not result.refused:
        return done(request, to, say(len(result.done)))
    context = {"result": result, "say": say(len(result.done)) if result.done else "", "next": to}
    return render(request, "ecommerce/orders/together.html", context, status=200 if result.done else 422)


@merchant_view("orders.confirm")
@require_POST
def confirm_many(request: MerchantRequest) -> HttpResponse:
    """Confirm the ticked orders, or all of the view."""
    return _together(
        request,
        lambda ids: confirm_orders(ids, actor=request.actor),
        lambda n: ngettext("%(n)d order confirmed.", "%(n)d orders confirmed.", n) % {"n": n},
        {"title": _("Confirm orders"), "button": _("Confirm orders")},
    )


@merchant_view("orders.pack")
@require_POST
def pack_many(request: MerchantRequest) -> HttpResponse:
    """Mark the ticked orders as packed, or all of the view."""
    return _together(
        request,
        lambda ids: pack_orders(ids, actor=request.actor),
        lambda n: ngettext("%(n)d order marked as packed.", "%(n)d orders marked as packed.", n) % {"n": n},
        {"title": _("Mark orders as packed"), "button": _("Mark as packed")},
    )


@merchant_view("orders.cancel")
@require_POST
def cancel_many(request: MerchantRequest) -> HttpResponse:
    """Cancel the ticked orders, or all of the view; asks for the reason first."""
    ids = _chosen_ids(request)
    form = BulkCancelForm(request.POST if request.POST.get("sure") else None)
    if not ids:
        raise Refused("nothing_chosen", _("Choose at least one order."))
    if not form.is_valid():
        context = {"form": form, "count": len(ids), **_repeat(request)}
        status = 422 if form.is_bound else 200
        return render(request, "ecommerce/orders/cancel_many.html", context, status=status)
    result = cancel_orders(ids, reason=form.why, actor=request.actor)
    return _told(request, result, lambda n: ngettext("%(n)d order cancelled.", "%(n)d orders cancelled.", n) % {"n": n})
