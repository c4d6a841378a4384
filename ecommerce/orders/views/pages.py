"""The pages of orders: list, detail, a new one by hand, and what is done to many at once."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.saved.showing import columns_for, default_view, saved_for
from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import table_response
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.orders import exporting
from ecommerce.orders.actions import place_order, why_not_invoice
from ecommerce.orders.forms import LineFormSet, NoteForm, OrderForm
from ecommerce.orders.listing import ORDER_LIST, ORDERS
from ecommerce.orders.models import Order
from ecommerce.orders.queries import order_list, order_page, skus_to_offer
from ecommerce.orders.rows import rows_of
from ecommerce.orders.steps import steps_of
from ecommerce.orders.views.bulk import bar
from ecommerce.orders.words import risks_of

MOST_LINES = 50
# By column of the list: the places of what the export tells of it.
EXPORTED = {
    "placed": (3,), "customer": (6, 7, 8), "destination": (9, 10, 11), "channel": (1, 2), "items": (12, 13),
    "total": (14, 15, 16, 17, 18, 21), "payment": (5, 19, 20), "delivery": (4, 23, 24, 25, 26), "ship_by": (22,),
    "tags": (27,),
}  # fmt: skip


def _list_url(request: MerchantRequest) -> str:
    return reverse("order-list", args=[request.merchant.slug])


@merchant_view("orders.view")
@require_safe
def index(request: MerchantRequest) -> HttpResponse:
    """The list of orders."""
    if first := default_view(request, ORDER_LIST):
        return first
    may = request.membership.may
    found = ORDERS.page(order_list(), request.GET)
    context: dict[str, Any] = {
        "saved": saved_for(request, ORDER_LIST, found),
        "page": found,
        "rows": rows_of(found.rows, request.merchant.slug, timezone.now()),
        "search_hint": _("Number, buyer, SKU, tracking"),
        "search_label": _("Search orders"),
        "may_create": may("orders.create"),
        **bar(request),
    }
    if may("orders.export"):
        context["export_url"] = reverse("order-export", args=[request.merchant.slug])
    return page(request, "ecommerce/orders/list.html", context, part="results")


@merchant_view("orders.export")
@require_safe
def export(request: MerchantRequest) -> HttpResponseBase:
    """The orders of the view, one row each, times as the merchant's clock has them.

    Who has chosen columns gets what these show, in their order; who has not gets everything.
    """
    orders = ORDERS.matching(order_list(), request.GET)
    head, rows = exporting.head(), exporting.rows(orders, request.merchant.zone)
    if chosen := columns_for(request, ORDER_LIST):
        picked = [0, *(at for key in chosen for at in EXPORTED[key])]
        head, rows = [head[at] for at in picked], ([row[at] for at in picked] for row in rows)
    return table_response(request, _("orders"), head, rows, of=orders)


@merchant_view("orders.view")
@require_safe
def detail(request: MerchantRequest, number: str) -> HttpResponse:
    """One order: what to ship first, then what has left, the money and the timeline."""
    return show(request, number, NoteForm())


def show(request: MerchantRequest, number: str, note_form: NoteForm, *, status: int = 200) -> HttpResponse:
    """The page of an order, also with a note that was not accepted."""
    may = request.membership.may
    try:
        found = order_page(request.merchant, number, may)
    except Order.DoesNotExist as nothing:
        raise Http404 from nothing
    order = found.order
    steps = steps_of(order, may)
    lines = list(order.lines.all())
    context = {
        "order": order,
        "now": timezone.now(),
        "to_ship": [line for line in lines if line.to_ship and order.is_open],
        "called_off": [line for line in lines if line.cancelled_quantity],
        "units_to_ship": sum(line.to_ship for line in lines),
        "payments": order.payments.all(),
        "moments": found.moments,
        "newer": found.newer,
        "older": found.older,
        "note_form": note_form,
        "sees_returns": may("returns.view"),
        "sees_lots": may("stock.view"),
        "sees_tag_form": may("orders.edit"),
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
