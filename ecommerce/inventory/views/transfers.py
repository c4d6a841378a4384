"""The pages of transfers between warehouses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import clock, csv_response
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.inventory.actions import (
    cancel_transfer,
    change_transfer,
    draft_transfer,
    receive_transfer,
    send_transfer,
)
from ecommerce.inventory.actions.numbers import wrong_state
from ecommerce.inventory.forms import ReceiveTransferForm, TransferForm
from ecommerce.inventory.listing import TRANSFERS
from ecommerce.inventory.models import Transfer, TransferLine, Warehouse
from ecommerce.inventory.queries import timeline, transfer_list, transfers_with_lines

ASKS = require_http_methods(["GET", "HEAD", "POST"])


def find(pk: int) -> Transfer:
    return get_object_or_404(transfers_with_lines(), pk=pk)


def _all(request: MerchantRequest) -> dict[str, str]:
    return {"back_url": reverse("transfer-list", args=[request.merchant.slug]), "back_label": _("Transfers")}


@merchant_view("stock.view")
def transfer_list_page(request: MerchantRequest) -> HttpResponse:
    """The transfers of the shop."""
    context: dict[str, Any] = {
        "page": TRANSFERS.page(transfer_list(), request.GET),
        "search_hint": _("Number or SKU"),
        "may_adjust": request.membership.may("stock.adjust"),
    }
    if request.membership.may("stock.export"):
        context["export_url"] = reverse("transfer-export", args=[request.merchant.slug])
    return page(request, "ecommerce/inventory/transfers.html", context, part="results")


@merchant_view("stock.export")
def transfer_export(request: MerchantRequest) -> HttpResponseBase:
    """The transfers of the view, a row for each line."""
    head = [
        _("Number"), _("State"), _("From"), _("To"), _("SKU"), _("Units"), _("Received"), _("Reason"), _("Drafted"),
        _("Sent"), _("Ended"),
    ]  # fmt: skip
    shown = clock(request.merchant.zone, seconds=True)
    chosen = TRANSFERS.matching(transfer_list(), request.GET).order_by()
    lines = TransferLine.objects.filter(transfer__in=chosen.values("pk")).order_by("-transfer__created_at", "pk")

    def rows() -> Iterator[list[Any]]:
        wide = lines.select_related("transfer__source", "transfer__target", "variant")
        for line in wide.iterator(chunk_size=1000):
            move = line.transfer
            moments = map(shown, (move.created_at, move.sent_at, move.ended_at))
            yield [
                move.number, move.get_state_display(), move.source.name, move.target.name, line.variant.sku,
                line.quantity, line.received, move.reason, *moments,
            ]  # fmt: skip

    return csv_response(_("transfers"), head, rows())


@merchant_view("stock.view")
def transfer_detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """One transfer: what is moved, and what happened to it."""
    transfer = find(pk)
    may = request.membership.may("stock.adjust")
    context = {
        "transfer": transfer,
        "moments": timeline(transfer),
        "may": {step: may and transfer.can(step) for step in ("change", "send", "receive", "cancel")},
    }
    return page(request, "ecommerce/inventory/transfer.html", context)


@merchant_view("stock.adjust")
@ASKS
def transfer_new(request: MerchantRequest) -> HttpResponse:
    """Write down what is to be moved."""
    places = list(Warehouse.objects.all()[:2])
    first: dict[str, Any] = dict(zip(("source", "target"), places, strict=False))
    form = TransferForm(request.POST or None, initial=first)
    return _form(request, form, None, alone=len(places) < 2)


@merchant_view("stock.adjust")
@ASKS
def transfer_edit(request: MerchantRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    transfer = find(pk)
    if not transfer.can("change"):
        raise wrong_state(transfer)
    lines = "\n".join(f"{line.variant.sku} {line.quantity}" for line in transfer.lines.all())
    first = {"source": transfer.source, "target": transfer.target, "note": transfer.note, "lines": lines}
    return _form(request, TransferForm(request.POST or None, initial=first), transfer)


def _form(
    request: MerchantRequest, form: TransferForm, transfer: Transfer | None, *, alone: bool = False
) -> HttpResponse:
    if form.is_valid():
        data = form.cleaned_data
        given = (data["source"], data["target"], data["lines"])
        try:
            if transfer is None:
                saved = draft_transfer(*given, note=data["note"], actor=request.actor)
            else:
                saved = change_transfer(transfer, *given, note=data["note"], actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, saved, _("Transfer %(number)s is saved.") % {"number": saved.number})
    back = {"back_url": transfer.get_absolute_url(), "back_label": transfer.number} if transfer else _all(request)
    context = {"form": form, "transfer": transfer, "alone": alone, "submit": _("Save the draft"), **back}
    return page(request, "ecommerce/inventory/transfer_form.html", context, status=422 if form.is_bound else 200)


@merchant_view("stock.adjust")
@require_POST
def transfer_send(request: MerchantRequest, pk: int) -> HttpResponse:
    """The units leave."""
    transfer = send_transfer(find(pk), actor=request.actor)
    return done(request, transfer, _("Transfer %(number)s is on its way.") % {"number": transfer.number})


@merchant_view("stock.adjust")
@ASKS
def transfer_receive(request: MerchantRequest, pk: int) -> HttpResponse:
    """Write down what arrived."""
    transfer = find(pk)
    if not transfer.can("receive"):
        raise wrong_state(transfer)
    form = ReceiveTransferForm(request.POST or None, lines=transfer.lines.all())
    if form.is_valid():
        try:
            receive_transfer(transfer, came=form.came(), reason=form.cleaned_data["reason"], actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, transfer, _("Transfer %(number)s is received.") % {"number": transfer.number})
    back = {"back_url": transfer.get_absolute_url(), "back_label": transfer.number}
    context = {"form": form, "transfer": transfer, "submit": _("Receive the transfer"), **back}
    return page(request, "ecommerce/inventory/transfer_receive.html", context, status=422 if form.is_bound else 200)


@merchant_view("stock.adjust")
@require_POST
def transfer_cancel(request: MerchantRequest, pk: int) -> HttpResponse:
    """Call it off; units on their way are back where they came from."""
    transfer = cancel_transfer(find(pk), actor=request.actor)
    return done(request, transfer, _("Transfer %(number)s is cancelled.") % {"number": transfer.number})
