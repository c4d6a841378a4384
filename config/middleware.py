"""Remembers the shop a person was in last, so that the front door leads back to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpResponse

LAST_SHOP = "shop"


def last_shop(get_response: Callable[[Any], HttpResponse]) -> Callable[[Any], HttpResponse]:
    """Keep the slug of the shop in a cookie: a convenience only, the front door still checks the membership."""

    def middleware(request: Any) -> HttpResponse:
        response = get_response(request)
        merchant = getattr(request, "merchant", None)
        if merchant is not None and request.path.startswith("/m/") and request.COOKIES.get(LAST_SHOP) != merchant.slug:
            response.set_cookie(
                LAST_SHOP, merchant.slug, max_age=365 * 24 * 3600, secure=settings.HTTPS, httponly=True, samesite="Lax"
            )
        return response

    return middleware
