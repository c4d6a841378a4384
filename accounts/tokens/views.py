"""API tokens of a shop, and the page to report a leaked one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.people.stepup import fresh_sign_in
from accounts.tokens import actions
from accounts.tokens.forms import LeakForm, TokenForm
from accounts.tokens.models import ApiToken
from accounts.tokens.queries import token_list
from core import roles
from core.access import MerchantRequest, merchant_view, open_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import done


@merchant_view("tokens.view")
@require_safe
def index(request: MerchantRequest) -> HttpResponse:
    tokens = list(token_list()[:200])
    for token in tokens:
        token.scope_words = [roles.word_label(word) for word in token.scopes]  # type: ignore[attr-defined]
    return render(
        request, "accounts/tokens/index.html", {"tokens": tokens, "may_edit": request.membership.may("tokens.edit")}
    )


@merchant_view("tokens.edit")
@fresh_sign_in
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: MerchantRequest) -> HttpResponse:
    held = request.membership.permissions
    form = TokenForm(request.POST or None, held=held)
    if request.method == "POST" and form.is_valid():
        try:
            token, secret = actions.create_token(
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                networks=form.cleaned_data["networks"],
                expires_at=form.expires_at,
                held=held,
                created_by=request.user,
                actor=request.actor,
            )
            return _shown_once(request, token, secret)
        except Refused as no:
            add_refusal(form, no)
    context = {
        "form": form,
        "submit": _("Create token"),
        "back_url": reverse("token-list", args=[request.merchant.slug]),
        "back_label": _("API tokens"),
    }
    return render(request, "accounts/tokens/new.html", context, status=422 if form.is_bound else 200)


def _shown_once(request: MerchantRequest, token: ApiToken, secret: str) -> HttpResponse:
    """The answer to the POST itself, so that the secret is in no session, no address and no history."""
    return render(request, "accounts/tokens/shown_once.html", {"token": token, "secret": secret})


@merchant_view("tokens.edit")
@fresh_sign_in
@never_cache
@require_POST
def replace(request: MerchantRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk)
    new_token, secret = actions.replace_token(
        token, held=request.membership.permissions, created_by=request.user, actor=request.actor
    )
    return _shown_once(request, new_token, secret)


@merchant_view("tokens.edit")
@require_POST
def revoke(request: MerchantRequest, pk: int) -> HttpResponse:
    token = actions.revoke_token(get_object_or_404(ApiToken, pk=pk), actor=request.actor)
    say = _("The token “%(name)s” is revoked.") % {"name": token.name}
    return done(request, reverse("token-list", args=[request.merchant.slug]), say)


@open_view("whoever knows a whole token may end it; the answer is the same for a token that is none")
@never_cache
@require_http_methods(["GET", "POST"])
def report(request: Any) -> HttpResponse:
    form = LeakForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.report_leaked(form.cleaned_data["token"])
        return render(request, "accounts/tokens/reported.html", {})
    return render(request, "accounts/tokens/report.html", {"form": form}, status=422 if form.is_bound else 200)
