"""Who may call a view. Every view states it with one of these decorators; one that does not is a failing test.

404 to strangers, 403 to members without the right. Permission words are "<things>.<verb>", the same for pages, API
scopes and roles; which role holds which word is one table in config/roles.py.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Refused
from core.tenancy import every_tenant, tenant

POLICY = "_policy"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

View = Callable[..., HttpResponseBase]


class MerchantRequest(HttpRequest):
    """What a merchant view receives. `membership.may(word)` asks for a further right inside the view."""

    merchant: Any
    membership: Any
    actor: Any
    htmx: Any


class StaffRequest(HttpRequest):
    actor: Any
    htmx: Any


def _rendered(response: HttpResponseBase) -> HttpResponseBase:
    if hasattr(response, "render") and not getattr(response, "is_rendered", True):
        response.render()  # a lazy template queries too: render inside the scope
    return response


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send a visitor to sign in and back; htmx gets a full-page redirect instead of the form inside a table cell."""
    target = f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


def _policy(view: View, policy: str) -> View:
    setattr(view, POLICY, policy)
    return view


def merchant_view(permission: str) -> Callable[[View], View]:
    """A page of one merchant, `/m/<merchant>/…`, for members who hold `permission`.

    The view runs in that merchant's scope and time zone. The team of a suspended shop may look and change nothing.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, merchant: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            membership = request.membership_of(merchant)
            if membership is None:
                raise Http404
            if permission and not membership.may(permission):
                raise PermissionDenied(permission)
            request.merchant, request.membership = membership.merchant, membership
            if membership.merchant.is_closed and request.method not in SAFE_METHODS:
                raise Refused(
                    "shop_closed", _("This shop is suspended: you may look, but not change anything."), status=403
                )
            with tenant(membership.merchant), timezone.override(membership.merchant.zone):
                return _rendered(view(request, *args, **kwargs))

        return _policy(guarded, permission or "member")

    return decorate


def member_view(view: View) -> View:
    """A page of one merchant for every member, whatever the role."""
    return merchant_view("")(view)


def account_view(view: View) -> View:
    """A page of the signed-in person: profile, security, sessions."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        return _rendered(view(request, *args, **kwargs))

    return _policy(guarded, "account")


def staff_view(permission: str) -> Callable[[View], View]:
    """A page for platform staff who hold `permission`; a 404 for everybody else. Runs across merchants.

    Staff who have not set up a second factor are sent to do so first (settings.STAFF_MFA_REQUIRED).
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            if not request.user.is_platform_staff:
                raise Http404
            if request.user.owes_second_factor:
                return redirect("mfa_activate_totp")
            if not request.user.may_as_staff(permission):
                raise PermissionDenied(permission)
            with every_tenant(f"staff page: {permission}"):
                return _rendered(view(request, *args, **kwargs))

        return _policy(guarded, f"staff: {permission}")

    return decorate


def open_view(why: str) -> Callable[[View], View]:
    """A page anybody may call; `why` says what makes that safe."""
    assert why

    def decorate(view: View) -> View:
        return _policy(view, f"open: {why}")

    return decorate
