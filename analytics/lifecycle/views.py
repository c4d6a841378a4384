"""Where products stand, what is suggested, the answers, and what came of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analytics.lifecycle.actions import accept_suggestion, dismiss_suggestion
from analytics.lifecycle.forms import DismissForm
from analytics.lifecycle.listing import DECISIONS, STAGES
from analytics.lifecycle.models import LifecycleDecision, ProductStage, Suggestion
from analytics.lifecycle.queries import decision_list, stage_list, stage_of
from analytics.lifecycle.rules import NIGHTS
from analytics.lifecycle.words import figures_of, reasons_of, value_of
from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import csv_response
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.catalog.models import Product

CLEARANCE_DEPTH = 30
CLEARANCE_AHEAD, CLEARANCE_DAYS = 7, 14
EXPORTED = (
    "age", "idle", "units", "units_before", "against_shop", "forecast_change", "margin", "available", "cover",
    "return_rate", "rating",
)  # fmt: skip


@merchant_view("facts.view")
@require_GET
def stages(request: MerchantRequest) -> HttpResponse:
    """Products with what the numbers suggest to do with them."""
    listed = STAGES.page(stage_list(), request.GET)
    context: dict[str, Any] = {
        "page": listed,
        "rows": [{"one": one, "reasons": reasons_of(one.reasons)} for one in listed.rows],
        "search_hint": _("Product or SKU"),
        "may_edit": request.membership.may("products.edit"),
    }
    if request.membership.may("products.export"):
        context["export_url"] = reverse("lifecycle-export", args=[request.merchant.slug])
    return page(request, "analytics/lifecycle/list.html", context, part="results")


@merchant_view("products.export")
@require_GET
def export(request: MerchantRequest) -> HttpResponseBase:
    """The products of the view with stage, suggestion and plain figures."""
    head = ["product", "stage", "suggestion", "since", "sales", *EXPORTED]
    found = STAGES.matching(stage_list(), request.GET).iterator(chunk_size=500)
    rows = (
        [one.product.title, one.stage, one.suggestion, one.since, round(one.sales, 2)]
        + [one.figures.get(name) for name in EXPORTED]
        for one in found
    )
    return csv_response(_("life-cycle"), head, rows)


def _found(pk: int) -> ProductStage:
    return get_object_or_404(stage_list(), pk=pk)


@merchant_view("facts.view")
@require_GET
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """One product: its stage, every figure behind it, and former answers."""
    one = _found(pk)
    context = {
        "one": one,
        "reasons": reasons_of(one.reasons),
        "figures": figures_of(one.figures),
        "nights_left": NIGHTS - one.nights,
        "decisions": [_told(decision) for decision in decision_list().filter(product_id=one.product_id)[:20]],
        "may_edit": request.membership.may("products.edit"),
        "acts": _acts(one),
    }
    return page(request, "analytics/lifecycle/detail.html", context)


@merchant_view("facts.view")
@require_GET
def product_stage(request: MerchantRequest, pk: int) -> HttpResponse:
    """What is suggested for one product, as a panel of its page; the reasons are a link away."""
    product = get_object_or_404(Product.objects.select_related("merchant"), pk=pk)
    one = stage_of(product)
    context = {"product": product, "one": one, "acts": _acts(one) if one else ""}
    return page(request, "analytics/lifecycle/product.html", context, part="product-life-cycle")


def _acts(one: ProductStage) -> str:
    """What accepting does, in words."""
    said = {
        Suggestion.CLEAR: _(
            "Accepting marks the product as ageing and opens a promotion to clear it, for you to plan."
        ),
        Suggestion.RETIRE: _("Accepting takes the product off sale."),
        Suggestion.GROW: _("Accepting notes that you push it; what came of it is measured after 60 days."),
    }
    return said.get(Suggestion(one.suggestion), "") if one.is_open else ""


@merchant_view("products.edit")
@require_POST
def accept(request: MerchantRequest, pk: int) -> HttpResponse:
    """Do what is suggested; for a clearance go on to the plan of a promotion, filled in."""
    one = _found(pk)
    accept_suggestion(one, actor=request.actor)
    slug = request.merchant.slug
    if one.suggestion == Suggestion.CLEAR and request.membership.may("promotions.edit"):
        first = request.merchant.today() + timedelta(days=CLEARANCE_AHEAD)
        skus = one.product.variants.filter(is_active=True).order_by("sku").values_list("sku", flat=True)
        plan = {
            "title": (_("Clearance of %(title)s") % {"title": one.product.title})[:120],
            "skus": "\n".join(skus[:60]),
            "depth": CLEARANCE_DEPTH,
            "first_day": first.isoformat(),
            "last_day": (first + timedelta(days=CLEARANCE_DAYS - 1)).isoformat(),
        }
        say = _("%(title)s is ageing now. Here is a promotion to clear it.") % {"title": one.product.title}
        return done(request, f"{reverse('promotion-plan', args=[slug])}?{urlencode(plan)}", say)
    return done(
        request, reverse("lifecycle-list", args=[slug]), _("Accepted: %(title)s.") % {"title": one.product.title}
    )


@merchant_view("products.edit")
@require_http_methods(["GET", "POST"])
def dismiss(request: MerchantRequest, pk: int) -> HttpResponse:
    """Leave a suggestion, with a reason."""
    one = _found(pk)
    form = DismissForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            dismiss_suggestion(one, **form.cleaned_data, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            say = _("Dismissed. It comes again after 60 days at the earliest.")
            return done(request, reverse("lifecycle-list", args=[request.merchant.slug]), say)
    context = {
        "form": form,
        "one": one,
        "submit": _("Dismiss"),
        "back_url": reverse("lifecycle-detail", args=[request.merchant.slug, pk]),
        "back_label": one.product.title,
    }
    return page(request, "analytics/lifecycle/dismiss.html", context, status=422 if form.errors else 200)


@merchant_view("facts.view")
@require_GET
def decisions(request: MerchantRequest) -> HttpResponse:
    """What was answered, and what came of it."""
    listed = DECISIONS.page(decision_list(), request.GET)
    context = {"page": listed, "rows": [_told(one) for one in listed.rows]}
    return page(request, "analytics/lifecycle/decisions.html", context, part="results")


def _told(decision: LifecycleDecision) -> dict[str, Any]:
    outcome = getattr(decision, "outcome", None)
    effect = ""
    if outcome is not None and outcome.effect is not None:
        effect = _("%(middle)s (8 in 10: %(low)s to %(high)s)") % {
            name: value_of("change", getattr(outcome, field))
            for name, field in (("middle", "effect"), ("low", "low"), ("high", "high"))
        }
    return {"one": decision, "outcome": outcome, "effect": effect}
