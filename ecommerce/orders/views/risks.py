"""Risks of orders: looked at and fine, and how careful the shop is."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import done
from ecommerce.orders import actions
from ecommerce.orders.forms import RiskRulesForm
from ecommerce.orders.views.steps import asks, find


@merchant_view("orders.edit")
@require_POST
def fine(request: MerchantRequest, number: str) -> HttpResponse:
    """The person has looked at it: the flags are settled, and an order held for them goes on."""
    order = actions.settle_risks(find(number), actor=request.actor)
    return done(request, order.get_absolute_url(), _("Order %(number)s is marked as fine.") % {"number": order.number})


@merchant_view("shop.edit")
@asks
def rules(request: MerchantRequest) -> HttpResponse:
    """What counts as unusual in this shop."""
    known = actions.rules_of_shop()
    form = RiskRulesForm(
        request.POST or None, initial={name: getattr(known, name) for name in RiskRulesForm.base_fields}
    )
    if form.is_valid():
        try:
            actions.change_risk_rules(**form.cleaned_data, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            to = reverse("order-risk-rules", args=[request.merchant.slug])
            return done(request, to, _("The risk rules are saved. They count for orders from now on."))
    context = {"form": form, "back_url": reverse("shop-settings", args=[request.merchant.slug])}
    return render(request, "ecommerce/orders/risk_rules.html", context, status=422 if form.is_bound else 200)
