"""The page on which a buyer sees what a shop wrote to them, chooses what more they get, and has points and coupons."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Refused
from ecommerce.buyers.links import MAIL, BuyerRequest, buyer_of, buyer_view, language_for, path_for
from ecommerce.coupons.queries import usable_coupons
from ecommerce.customers.actions import record_consent
from ecommerce.customers.models import Consent, Customer
from ecommerce.loyalty.actions import exchange_points
from ecommerce.loyalty.forms import OnceForm
from ecommerce.loyalty.queries import points_rules, standing_of
from notifications.buyers.forms import WORDS, MailChoicesForm
from notifications.buyers.queries import letter_rules, mails_to, wants

SOURCE = "buyer's page"
SHOWN = 20


@csrf_exempt
@buyer_view(MAIL)
@require_http_methods(["GET", "HEAD", "POST"])
def mail_choices(request: BuyerRequest) -> HttpResponse:
    """What the shop wrote, newest first, and the choices; the button saves them.

    A mail program's one-click request (RFC 8058) for a link of before there was one for each purpose ends news of
    orders. The link's signature is the authority, so no CSRF token is asked for. GET changes nothing.
    """
    customer = _customer(request)
    if _is_one_click(request):
        _save(customer, {Consent.Purpose.ORDER.value: False})
        return HttpResponse(status=200)
    rules = letter_rules()
    now = {purpose.value: wants(customer, purpose, rules) for purpose in WORDS}
    form = MailChoicesForm(request.POST if request.method == "POST" else None, now=now)
    saved = request.method == "POST" and form.is_valid()
    if saved:
        _save(customer, form.changed())
    before = request.GET.get("before", "")
    mails = mails_to(customer)
    if before.isdecimal() and len(before) < 19:
        mails = mails.filter(pk__lt=int(before))
    shown = list(mails.order_by("-pk")[: SHOWN + 1])
    with translation.override(language_for(customer, request)):
        context = {
            **_wallet(request, customer),
            "form": form,
            "merchant": request.merchant,
            "saved": saved,
            "mails": shown[:SHOWN],
            "older": shown[SHOWN - 1].pk if len(shown) > SHOWN else None,
            "is_first": not before,
        }
        return render(request, "notifications/buyers/choices.html", context)


def _wallet(request: BuyerRequest, customer: Customer) -> dict[str, Any]:
    """Points and coupons, where the buyer has any or the shop gives points."""
    standing, terms = standing_of(customer), points_rules()
    coupons = usable_coupons(customer, request.merchant.today())
    return {
        "standing": standing,
        "terms": terms,
        "coupons": coupons,
        "has_wallet": bool(terms.is_on or standing.balance or coupons),
        "may_exchange": terms.is_on and standing.balance >= terms.exchange_points,
        "once": OnceForm(),
        "exchange_path": path_for("buyer-points-exchange", MAIL, customer),
    }


@buyer_view(MAIL)
@require_POST
def points_exchange(request: BuyerRequest) -> HttpResponse:
    """The buyer turns points into a coupon, which then stands on their page; refused where there are too few."""
    customer, form = _customer(request), OnceForm(request.POST)
    if form.is_valid():
        with suppress(Refused):
            exchange_points(customer, key=form.cleaned_data["key"], actor=buyer_of(customer))
    return redirect(path_for("buyer-mail-choices", MAIL, customer))


@csrf_exempt
@buyer_view(MAIL)
@require_http_methods(["GET", "HEAD", "POST"])
def mail_stop(request: BuyerRequest, purpose: str) -> HttpResponse:
    """End what is written for one purpose and nothing else: by the button, or by a mail program's one click."""
    customer = _customer(request)
    if purpose not in Consent.Purpose.values:
        raise Http404
    if request.method == "POST":
        _save(customer, {purpose: False})
        if _is_one_click(request):
            return HttpResponse(status=200)
    with translation.override(language_for(customer, request)):
        context = {
            "merchant": request.merchant,
            "words": WORDS[Consent.Purpose(purpose)],
            "is_stopped": not wants(customer, purpose, letter_rules()),
            "choices_path": path_for("buyer-mail-choices", MAIL, customer),
        }
        return render(request, "notifications/buyers/stop.html", context)


def _customer(request: BuyerRequest) -> Customer:
    customer: Customer | None = Customer.objects.filter(pk=request.link.object_id).first()
    if customer is None:
        raise Http404
    return customer


def _is_one_click(request: BuyerRequest) -> bool:
    return request.method == "POST" and request.POST.get("List-Unsubscribe") == "One-Click"


def _save(customer: Customer, answers: dict[str, bool]) -> None:
    for purpose, granted in answers.items():
        record_consent(customer, purpose=purpose, granted=granted, source=SOURCE, actor=buyer_of(customer))
