"""What a shop says of its letters to buyers: which, how often, how they look, and what became of them."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp, csp_update
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.orders.models import Order
from ecommerce.purchasing.models import PurchaseOrder
from notifications.buyers.actions import change_letter_rules
from notifications.buyers.forms import LetterRulesForm
from notifications.buyers.letters import as_written
from notifications.buyers.listing import NOTICES
from notifications.buyers.queries import letter_rules, notice_list
from notifications.mail.views import IN_FRAME, WITH_FRAME
from notifications.texts.letters import LETTERS
from notifications.texts.own import Written


@merchant_view("shop.edit")
@require_http_methods(["GET", "POST"])
def rules(request: MerchantRequest) -> HttpResponse:
    """The letters with a box each, and the limits."""
    form = LetterRulesForm(request.POST if request.method == "POST" else None, rules=letter_rules())
    if request.method == "POST" and form.is_valid():
        try:
            change_letter_rules(**form.values, actor=request.actor)
        except Refused as no:
            add_refusal(form, no)
        else:
            here = reverse("letter-rules", args=[request.merchant.slug])
            return done(request, here, _("Saved. It holds for letters from now on."))
    may_write = request.membership.may("mail.edit")
    context = {"form": form, "merchant": request.merchant, "may_write": may_write}
    return render(request, "notifications/buyers/rules.html", context, status=422 if form.is_bound else 200)


@merchant_view("shop.edit")
@require_safe
@csp_update(WITH_FRAME)
def preview(request: MerchantRequest, kind: str) -> HttpResponse:
    """One letter as the buyer of a real order would get it, in either language."""
    letter, number, language = _example(request, kind)
    context = {
        "kind": LETTERS[kind],
        "letter": letter,
        "number": number,
        "language": language,
        "languages": settings.LANGUAGES,
        "asked": request.GET.get("order", "").strip(),
        "html_url": reverse("buyer-letter-html", args=[request.merchant.slug, kind]),
        "back_url": reverse("letter-rules", args=[request.merchant.slug]),
    }
    return render(request, "notifications/buyers/preview.html", context)


@merchant_view("shop.edit")
@require_safe
@xframe_options_sameorigin
@csp(IN_FRAME)
def preview_html(request: MerchantRequest, kind: str) -> HttpResponse:
    letter, _number, _language = _example(request, kind)
    if letter is None:
        raise Http404
    response = HttpResponse(letter.html.replace("<head>", '<head><base target="_blank">', 1))
    response["Cache-Control"] = "no-store, private"
    return response


@merchant_view("mail.view")
@require_safe
def notices(request: MerchantRequest) -> HttpResponse:
    """What was written to buyers, and what was withheld and why."""
    context: dict[str, Any] = {
        "page": NOTICES.page(notice_list(), request.GET),
        "may_set": request.membership.may("shop.edit"),
    }
    return page(request, "notifications/buyers/notices.html", context, part="results")


def _example(request: MerchantRequest, what: str) -> tuple[Written | None, str, str]:
    """(letter, number of its order, language) as the address asks. Raises Http404 for a letter that does not exist."""
    if what not in LETTERS:
        raise Http404
    if not request.membership.may("orders.view"):
        raise PermissionDenied("orders.view")
    language = request.GET.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = get_language() or settings.LANGUAGE_CODE
    found = LETTERS[what].example(request.GET.get("order", "").strip()[:64])
    if found is None:
        return None, "", language
    about, values = found
    assert not isinstance(about, PurchaseOrder)  # LETTERS are those to buyers
    letter = as_written(about, LETTERS[what], values=values, language=language, is_preview=True)
    return letter, about.number if isinstance(about, Order) else "", language
