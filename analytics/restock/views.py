"""What to order today, answered: drafts of purchase orders, not now, and what became of earlier answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analytics.demand.outlooks import terms_of_shop
from analytics.demand.service import standings
from analytics.demand.words import promise_rows
from analytics.restock.drafting import dismiss_proposal, draft_what_is_needed
from analytics.restock.forms import ChooseForm, DismissForm
from analytics.restock.proposals import Left, Proposal, Row, proposal
from analytics.restock.record import track_record
from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.catalog.queries import variant_list
from ecommerce.purchasing.actions import choose_supplier, take_choice_back
from ecommerce.purchasing.models import SupplierChoice
from ecommerce.purchasing.queries import offers_of

USUAL_PAUSE = timedelta(days=14)


@merchant_view("purchasing.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def restock_order(request: MerchantRequest) -> HttpResponse:
    """What would be ordered from whom and why, and what from nobody; posted, the drafts are made."""
    shop = request.merchant
    chosen = _chosen(request)
    found = proposal(shop.today(), shop.currency, chosen)
    refused = ""
    if request.method == "POST" and "look" not in request.POST:
        units, wrong = _typed(request, found)
        try:
            if wrong:
                raise Refused("bad_quantity", wrong)
            only = request.POST.get("supplier", "")
            drafts = draft_what_is_needed(
                units=units, supplier=int(only) if only.isdecimal() else None, chosen=chosen, actor=request.actor
            )
        except Refused as no:
            if no.code == "nothing_to_order" and not found.groups:
                raise
            refused = str(no)
        else:
            numbers = ", ".join(draft.number for draft in drafts[:5])
            say = ngettext(
                "%(count)d order drafted: %(numbers)s.", "%(count)d orders drafted: %(numbers)s.", len(drafts)
            )
            return done(request, _next(request, drafts), say % {"count": len(drafts), "numbers": numbers})
    context = {
        "groups": found.groups,
        "typed": {row.variant.pk: _text(request, row) for row in _rows(found)},
        "refused": refused,
        "left": [(one, _why(one)) for one in found.left],
        "may_see_suppliers": request.membership.may("suppliers.view"),
        "may_see_demand": request.membership.may("forecasts.view"),
        "promise": promise_rows(standings(terms_of_shop())),
    }
    return page(request, "analytics/restock/order.html", context, status=422 if refused else 200)


def _next(request: MerchantRequest, drafts: list[Any]) -> str:
    """One draft is looked at at once; after several the page shows what is left."""
    if len(drafts) == 1 and request.membership.may("purchasing.view"):
        return str(drafts[0].get_absolute_url())
    return reverse("restock-order", args=[request.merchant.slug])


def _rows(found: Proposal) -> list[Row]:
    return [row for group in found.groups for row in group.rows]


def _chosen(request: MerchantRequest) -> dict[int, int]:
    """The suppliers that were chosen for lines, by variant."""
    found = {}
    for name, value in request.POST.items():
        start, _dash, variant = name.partition("-")
        if start == "from" and all(text.isascii() and text.isdigit() and len(text) < 19 for text in (variant, value)):
            found[int(variant)] = int(value)
    return found


def _text(request: MerchantRequest, row: Row) -> str | None:
    """The quantity that was typed for a line; None where it is the one that stood there, which another supplier may
    not sell."""
    text = request.POST.get(f"units-{row.variant.pk}")
    return None if text == request.POST.get(f"was-{row.variant.pk}") else text


def _typed(request: MerchantRequest, found: Proposal) -> tuple[dict[int, int], str]:
    """The quantities that were typed, by variant, and what is wrong with the first that is none."""
    units: dict[int, int] = {}
    for row in _rows(found):
        text = _text(request, row)
        if text is None:
            continue
        if not text.strip().isdecimal() or len(text) > 7:
            words = {"sku": row.variant.sku}
            return units, _("%(sku)s: a quantity is a whole number; 0 leaves it out this time.") % words
        units[row.variant.pk] = int(text)
    return units, ""


@merchant_view("purchasing.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def restock_dismiss(request: MerchantRequest, pk: int) -> HttpResponse:
    """Not now: until when a variant is not proposed, and why."""
    variant = get_object_or_404(variant_list(), pk=pk)
    back = reverse("restock-order", args=[request.merchant.slug])
    usual = {"until": request.merchant.today() + USUAL_PAUSE}
    form = DismissForm(request.POST or None, initial=usual)
    if form.is_valid():
        try:
            dismiss_proposal(variant, **form.cleaned_data, actor=request.actor)
        except Refused as no:
            add_refusal(form, no)
        else:
            return done(request, back, _("%(sku)s is not proposed until then.") % {"sku": variant.sku})
    context = {
        "form": form,
        "variant": variant,
        "back_url": back,
        "back_label": _("What to order today"),
        "submit": _("Dismiss"),
    }
    return page(request, "analytics/restock/dismiss.html", context, status=422 if form.is_bound else 200)


@merchant_view("purchasing.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def restock_choose(request: MerchantRequest, pk: int) -> HttpResponse:
    """Whom a variant is bought from, from now on, and why."""
    variant = get_object_or_404(variant_list(), pk=pk)
    back = reverse("restock-order", args=[request.merchant.slug])
    kept = SupplierChoice.objects.filter(variant=variant).first()
    asked = request.GET.get("supplier", "")
    first = {"supplier": kept.supplier_id, "reason": kept.reason} if kept else {"supplier": asked}
    form = ChooseForm(request.POST or None, initial=first, offers=offers_of(variant, request.merchant.today()))
    if form.is_valid():
        supplier = form.chosen
        try:
            choose_supplier(variant, supplier, reason=form.cleaned_data["reason"], actor=request.actor)
        except Refused as no:
            add_refusal(form, no)
        else:
            words = {"sku": variant.sku, "name": supplier.name}
            return done(request, back, _("%(sku)s is bought from %(name)s from now on.") % words)
    context = {"form": form, "variant": variant, "back_url": back, "back_label": _("What to order today")}
    return page(request, "analytics/restock/choose.html", context, status=422 if form.is_bound else 200)


@merchant_view("purchasing.edit")
@require_POST
def restock_choice_back(request: MerchantRequest, pk: int) -> HttpResponse:
    """Take back whom a variant is bought from: the cheapest is proposed again."""
    variant = get_object_or_404(variant_list(), pk=pk)
    take_choice_back(variant, actor=request.actor)
    say = _("%(sku)s is proposed at the cheapest supplier again.") % {"sku": variant.sku}
    return done(request, reverse("restock-order", args=[request.merchant.slug]), say)


@merchant_view("purchasing.edit")
@require_GET
def restock_record(request: MerchantRequest) -> HttpResponse:
    """What was answered to proposals, and what happened since."""
    record = track_record(request.merchant)
    return page(request, "analytics/restock/record.html", {"record": record})


def _why(one: Left) -> str:
    if one.why == "dismissed":
        words = {"day": one.until.isoformat() if one.until else "", "reason": one.reason}
        return _("Dismissed until %(day)s: %(reason)s") % words
    return {
        "drafted": _("It stands in the draft %(number)s already.") % {"number": one.number},
        "no_offer": _("No supplier has it in a price list."),
        "currencies": _("Suppliers ask in different currencies, so which one is cheaper cannot be told."),
        "too_many": _("It is more than one line of an order can hold."),
    }[one.why]
