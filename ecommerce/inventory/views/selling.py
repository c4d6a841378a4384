"""The page of what the merchant decides about holding stock and keeping some back from channels."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.inventory.actions import remove_buffer, save_rules, set_buffer
from ecommerce.inventory.forms import BufferForm, RulesForm
from ecommerce.inventory.models import ChannelBuffer, StockRules
from ecommerce.inventory.offers import buffers

ASKS = require_http_methods(["GET", "HEAD", "POST"])


@merchant_view("warehouses.edit")
@ASKS
def stock_rules(request: MerchantRequest) -> HttpResponse:
    """How long unpaid orders hold stock, when stock is dead, what channels are not offered."""
    here = reverse("stock-rules", args=[request.merchant.slug])
    now = StockRules.objects.first() or StockRules()
    form = RulesForm(
        request.POST or None,
        initial={name: getattr(now, name) for name in ("hold_minutes", "dead_days", "expiry_days")},
    )
    if form.is_valid():
        try:
            save_rules(**form.cleaned_data, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, here, _("The stock rules are saved."))
    context = {
        "form": form,
        "buffers": buffers(),
        "back_url": reverse("stock-list", args=[request.merchant.slug]),
        "back_label": _("Inventory"),
    }
    return page(request, "ecommerce/inventory/rules.html", context, status=422 if form.is_bound else 200)


@merchant_view("warehouses.edit")
@ASKS
def buffer_new(request: MerchantRequest) -> HttpResponse:
    """Keep something back from a channel; a second one for the same takes the place of the first."""
    back = reverse("stock-rules", args=[request.merchant.slug])
    form = BufferForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            set_buffer(
                data["channel"], variant=data["sku"], units=data["units"], percent=data["percent"], actor=request.actor
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, back, _("The stock rules are saved."))
    context = {"form": form, "back_url": back, "back_label": _("Stock rules")}
    return page(request, "ecommerce/inventory/buffer.html", context, status=422 if form.is_bound else 200)


@merchant_view("warehouses.edit")
@require_POST
def buffer_remove(request: MerchantRequest, pk: int) -> HttpResponse:
    """Keep nothing back by it any more."""
    remove_buffer(get_object_or_404(ChannelBuffer, pk=pk), actor=request.actor)
    return done(request, reverse("stock-rules", args=[request.merchant.slug]), _("The stock rules are saved."))
