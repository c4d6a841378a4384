"""The front door and the pages for errors."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from config.middleware import LAST_SHOP
from config.navigation import Chrome
from core.access import open_view


@open_view("sends a visitor to where their work is, or to sign in")
def home(request: Any) -> HttpResponse:
    """Signed out: sign in. Else the shop last seen, the first one, the staff's first page, or the application form."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    frame = Chrome(request)
    shops = {membership.merchant.slug: membership.merchant for membership in frame.memberships}
    last = request.COOKIES.get(LAST_SHOP, "")
    if shops and not (frame.is_staff and last not in shops):
        return redirect(shops.get(last) or next(iter(shops.values())))
    target = frame.links()["staff"] or frame.links()["apply"] or frame.links()["profile"]
    return redirect(target) if target else render(request, "welcome.html")


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for a bug: asks neither database nor session, for they may be what failed."""
    return HttpResponse(render_to_string("500.html"), status=500)
