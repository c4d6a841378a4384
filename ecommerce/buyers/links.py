"""Links that let a buyer in without an account.

A link is signed and good for one purpose, one object and a limited time. Whatever is wrong with it (changed, another
purpose, too old, the object is gone) the answer is the same neutral page, so that nothing can be learnt by trying.
A GET never changes anything: mail scanners follow links.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation

from accounts.merchants.models import Merchant
from core.access import open_view
from core.actors import Actor
from core.tenancy import tenant
from ecommerce.customers.models import Customer
from ecommerce.orders.models import Order

DAY = 86_400
TRACK, REVIEW, COMPLAINT, MAIL, RETURN = "track", "review", "complaint", "mail", "return"
# Purpose -> seconds a link is good for. Its object is an order, for MAIL a customer.
GOOD_FOR = {TRACK: 180 * DAY, REVIEW: 90 * DAY, COMPLAINT: 180 * DAY, RETURN: 180 * DAY, MAIL: 730 * DAY}
PER_MINUTE = 60


@dataclass(frozen=True)
class Link:
    """What a good link lets in to."""

    merchant_id: int
    object_id: int


class BuyerRequest(HttpRequest):
    """What a buyer's view receives: the merchant, the object's id, and the link's own text to link on."""

    merchant: Merchant
    link: Link
    token: str
    htmx: Any


def make_token(purpose: str, thing: Order | Customer) -> str:
    """The signed text for a link to `thing`, of the merchant it belongs to."""
    assert purpose in GOOD_FOR
    return signing.dumps([thing.merchant_id, thing.pk], salt=f"buyers.{purpose}")


def read_token(purpose: str, token: str) -> Link | None:
    """What the link is for, or None if it is not one for this purpose, or no longer."""
    try:
        merchant_id, object_id = signing.loads(token, salt=f"buyers.{purpose}", max_age=GOOD_FOR[purpose])
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Link(merchant_id, object_id)


def path_for(name: str, purpose: str, thing: Order | Customer) -> str:
    """The path of a buyer's page by URL name; "" where a deployment leaves that page out."""
    try:
        return reverse(name, args=[make_token(purpose, thing)])
    except NoReverseMatch:
        return ""


def url_for(name: str, purpose: str, thing: Order | Customer) -> str:
    """The whole address of a buyer's page, as mails need it; "" where there is no such page."""
    path = path_for(name, purpose, thing)
    return f"{settings.BASE_URL}{path}" if path else ""


def tracking_url(order: Order) -> str:
    """Where the buyer of the order can follow it."""
    return url_for("buyer-track", TRACK, order)


def buyer_of(customer: Customer | None) -> Actor:
    """The buyer as the one who does something; the log keeps no name."""
    return Actor("buyer", customer.pk if customer else None, "Buyer")


def language_for(customer: Customer | None, request: HttpRequest | None = None) -> str:
    """The language a buyer reads: what they chose on our pages, else their own if we speak it, else the browser's."""
    spoken = dict(settings.LANGUAGES)
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "") if request else ""
    if chosen in spoken:
        return chosen
    wanted = (customer.language if customer else "").lower()
    if wanted.startswith("zh"):
        return "zh-hans"
    if wanted in spoken:
        return wanted
    return translation.get_language_from_request(request) if request else settings.LANGUAGE_CODE


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex, nofollow"
    # other sites learn nothing of the link; with "no-referrer" browsers send "Origin: null" and no form gets in
    response["Referrer-Policy"] = "same-origin"
    return response


def _too_many(request: HttpRequest) -> bool:
    key = f"buyer-links:{get_adapter().get_client_ip(request)}:{int(time.time() // 60)}"
    cache.add(key, 0, timeout=120)
    try:
        return cache.incr(key) > PER_MINUTE
    except ValueError:  # it ran out between the two calls
        return False


def gone(request: HttpRequest) -> HttpResponse:
    """The one answer to every link that does not let in."""
    return _private(render(request, "ecommerce/buyers/gone.html", status=404))


def buyer_view(purpose: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A page behind a link of this purpose, `/b/<token>/…`, in the scope, time zone and privacy it needs.

    The view gets a BuyerRequest. It may raise Http404: that becomes the neutral page too.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: Any, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
            if _too_many(request):
                response = render(request, "ecommerce/buyers/busy.html", status=429)
                response["Retry-After"] = "60"
                return _private(response)
            link = read_token(purpose, token)
            merchant = Merchant.objects.filter(pk=link.merchant_id).first() if link else None
            if link is None or merchant is None:
                return gone(request)
            request.merchant, request.link, request.token = merchant, link, token
            with tenant(merchant), timezone.override(merchant.zone):
                try:
                    return _private(view(request, *args, **kwargs))
                except Http404:
                    return gone(request)

        return open_view(f"a signed link for one purpose ({purpose}) and one object, limited in time and rate")(guarded)

    return decorate
