"""The pages of stock counts: open one, count on the phone, look at the differences, approve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import clock, csv_response
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.catalog.models import Variant
from ecommerce.inventory.actions import approve_count, cancel_count, count_units, recount_line, start_count
from ecommerce.inventory.actions.numbers import wrong_state
from ecommerce.inventory.forms import WITHOUT_LOT, CountForm, EnterForm
from ecommerce.inventory.listing import BLIND_LINES, COUNT_LINES, COUNTS
from ecommerce.inventory.lots import is_in_lots, lots_to_count
from ecommerce.inventory.models import CountLine, StockCount
from ecommerce.inventory.queries import count_lines, count_list, count_result, variant_by_code, with_people

ASKS = require_http_methods(["GET", "HEAD", "POST"])


def find(pk: int) -> StockCount:
    return get_object_or_404(with_people(count_list()), pk=pk)


def shows_numbers(request: MerchantRequest, count: StockCount) -> bool:
    """Whether this person may see what is expected and what differs."""
    return not count.is_blind or count.state != StockCount.State.OPEN or request.membership.may("stock.approve")


@merchant_view("stock.view")
def count_list_page(request: MerchantRequest) -> HttpResponse:
    """The stock counts of the shop."""
    context = {
        "page": COUNTS.page(count_list(), request.GET),
        "search_hint": _("Number"),
        "may_adjust": request.membership.may("stock.adjust"),
    }
    return page(request, "ecommerce/inventory/counts.html", context, part="results")


@merchant_view("stock.adjust")
@ASKS
def count_new(request: MerchantRequest) -> HttpResponse:
    """Open a count of a warehouse or of part of it."""
    form = CountForm(request.POST or None)
    if form.is_valid():
        try:
            count = start_count(**form.cleaned_data, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, count, _("Stock count %(number)s is open.") % {"number": count.number})
    context = {
        "form": form,
        "submit": _("Start counting"),
        "back_url": reverse("count-list", args=[request.merchant.slug]),
        "back_label": _("Stock counts"),
    }
    return page(request, "ecommerce/inventory/count_form.html", context, status=422 if form.is_bound else 200)


@merchant_view("stock.view")
def count_detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """One count: how far it is, and what differs."""
    count = find(pk)
    is_open, shows = count.state == StockCount.State.OPEN, shows_numbers(request, count)
    context = {
        "count": count,
        "result": count_result(count),
        "page": (COUNT_LINES if shows else BLIND_LINES).page(count_lines(count), request.GET),
        "shows": shows,
        "search_hint": _("SKU, product or barcode"),
        "may_count": is_open and request.membership.may("stock.adjust"),
        "may_approve": is_open and request.membership.may("stock.approve"),
        "currency": request.merchant.currency,
    }
    if shows and request.membership.may("stock.export"):
        context["export_url"] = reverse("count-export", args=[request.merchant.slug, pk])
    return page(request, "ecommerce/inventory/count.html", context, part="results")


@merchant_view("stock.export")
def count_export(request: MerchantRequest, pk: int) -> HttpResponseBase:
    """The lines of the view. Of a blind count that is still open only for those who may approve it."""
    count = find(pk)
    if not shows_numbers(request, count):
        raise Http404
    head = [
        _("SKU"), _("Product"), _("Lot"), _("Expiry date"), _("On the books"), _("On hand when counted"), _("Counted"),
        _("Difference"), _("Cost"), _("Counted by"), _("Time"),
    ]  # fmt: skip
    shown = clock(request.merchant.zone, seconds=True)

    def rows() -> Iterator[list[Any]]:
        for line in COUNT_LINES.matching(count_lines(count), request.GET).iterator(chunk_size=1000):
            lot, expires_on = (line.lot.code, line.lot.expires_on) if line.lot else ("", None)
            yield [
                line.variant.sku, line.variant.full_title, lot, expires_on, line.expected, line.on_hand, line.counted,
                line.off, line.variant.cost, line.counted_by, shown(line.counted_at),
            ]  # fmt: skip

    return csv_response(f"{_('stock count')}-{count.number}", head, rows())


@merchant_view("stock.adjust")
@ASKS
def count_enter(request: MerchantRequest, pk: int) -> HttpResponse:
    """Scan or type what is on the shelf, one variant after the other."""
    count = find(pk)
    if count.state != StockCount.State.OPEN:
        raise wrong_state(count)
    line = _asked(count, request.GET)
    first: dict[str, Any] = {"key": uuid4().hex, "code": line.variant.sku if line else ""}
    if line is not None:
        first |= {"how": "total", "units": None, "seen": None if line.again else line.counted}
        first["lot"] = str(line.lot_id) if line.lot_id else WITHOUT_LOT
    variant = line.variant if line else None
    if request.method == "POST":
        variant = variant_by_code(request.POST.get("code", "")[:80].strip())
    lots = list(lots_to_count(count, variant)) if variant is not None and is_in_lots(variant) else None
    form = EnterForm(request.POST or None, initial=first, lots=lots)
    scanned = "code" if line is None else "units"  # scanners type into what has the focus
    form.fields["lot" if form.is_bound and lots is not None else scanned].widget.attrs["autofocus"] = True
    if form.is_valid() and (saved := _entered(request, count, form, variant)) is not None:
        words = {"sku": saved.variant.sku, "lot": saved.lot, "units": saved.counted}
        said = _("%(sku)s, lot %(lot)s: %(units)d counted.") if saved.lot else _("%(sku)s: %(units)d counted.")
        return done(request, reverse("count-enter", args=[request.merchant.slug, pk]), said % words)
    context = {
        "form": form,
        "count": count,
        "line": line,
        "recent": count.lines.filter(counted_at__isnull=False)
        .select_related("variant__product", "lot")
        .order_by("-counted_at")[:5],
        "shows": shows_numbers(request, count),
        "submit": _("Write down"),
        "back_url": count.get_absolute_url(),
        "back_label": count.number,
    }
    return page(request, "ecommerce/inventory/count_enter.html", context, status=422 if form.is_bound else 200)


def _asked(count: StockCount, given: QueryDict) -> CountLine | None:
    """The line that an address names by its SKU and, of what is kept in lots, its lot."""
    sku, lot = given.get("sku", "")[:80], given.get("lot", "")
    of_lot = int(lot) if lot.isdecimal() and len(lot) < 19 else None
    lines = count.lines.select_related("variant__product", "lot").filter(variant__sku=sku, lot=of_lot)
    return lines.first() if sku else None


def _entered(request: MerchantRequest, count: StockCount, form: EnterForm, variant: Variant | None) -> CountLine | None:
    data = form.cleaned_data
    if variant is None:
        form.add_error("code", _("There is no variant with this barcode or SKU."))
        return None
    adds, lot = data["how"] == "add", form.found_lot()
    try:
        return count_units(
            count, variant, data["units"], key=data["key"], adds=adds, seen=data["seen"], lot=lot, actor=request.actor
        )
    except Refused as refusal:
        add_refusal(form, refusal)
        if refusal.code == "counted_meanwhile":  # sent once more, it is meant: it replaces the number just shown
            form.data = form.data.copy()
            lines = count.lines.filter(variant=variant, lot__code=lot.code if lot else None)
            known = lines.values_list("counted", flat=True).first()
            form.data.update({"seen": "" if known is None else str(known), "key": uuid4().hex})
        return None


def _line(count: StockCount, asked: str) -> CountLine:
    return get_object_or_404(count.lines, pk=asked if asked.isdecimal() and len(asked) < 19 else None)


@merchant_view("stock.adjust")
@require_POST
def count_again(request: MerchantRequest, pk: int) -> HttpResponse:
    """Have one variant counted again."""
    count = find(pk)
    recount_line(count, _line(count, request.POST.get("line", "")), actor=request.actor)
    return done(request, count, _("It is to be counted again."))


@merchant_view("stock.approve")
@require_POST
def count_approve(request: MerchantRequest, pk: int) -> HttpResponse:
    """The differences become the stock."""
    count = approve_count(find(pk), actor=request.actor)
    return done(request, count, _("Stock count %(number)s is approved.") % {"number": count.number})


@merchant_view("stock.approve")
@require_POST
def count_cancel(request: MerchantRequest, pk: int) -> HttpResponse:
    """Give the count up; the stock stays as it is."""
    count = cancel_count(find(pk), actor=request.actor)
    return done(request, count, _("Stock count %(number)s is cancelled.") % {"number": count.number})
