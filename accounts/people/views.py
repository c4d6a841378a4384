"""The person's own pages: profile, security, sessions; and the answer to too many attempts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.people import actions
from accounts.people.forms import ProfileForm
from accounts.people.models import User
from accounts.people.queries import devices_of, live_sessions, second_factor_of
from accounts.people.rules import CODE_LIMITS
from core.access import account_view, open_view
from core.htmx import back, done


@account_view
@require_http_methods(["GET", "POST"])
def profile(request: Any) -> HttpResponse:
    user: User = request.user
    names = ("name", "language", "time_zone", "theme", "shortcuts")
    initial = {name: getattr(user, name) for name in names}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.change_profile(user, **form.cleaned_data)
        return remember_language(done(request, "account-profile", _("Your profile is saved.")), user.language)
    status = 422 if form.is_bound else 200
    return render(request, "accounts/people/profile.html", {"form": form, "frame": "account.html"}, status=status)


@account_view
@require_safe
def security(request: Any) -> HttpResponse:
    context = {
        "second_factor": second_factor_of(request.user),
        "devices": devices_of(request.user, current=request.session.session_key),
        "may_turn_off": not (settings.STAFF_MFA_REQUIRED and request.user.is_platform_staff),
    }
    return render(request, "accounts/people/security.html", context)


@account_view
@require_safe
def sessions(request: Any) -> HttpResponse:
    devices = devices_of(request.user, current=request.session.session_key)
    return render(request, "usersessions/usersession_list.html", {"devices": devices})


@account_view
@require_POST
def session_end(request: Any, pk: int) -> HttpResponse:
    session = get_object_or_404(live_sessions(request.user), pk=pk)
    actions.end_session(session)
    return done(request, "usersessions_list", _("That device is signed out."))


@account_view
@require_POST
def session_end_others(request: Any) -> HttpResponse:
    ended = actions.end_other_sessions(request.user, keep=request.session.session_key)
    say = ngettext("%(n)d other device is signed out.", "%(n)d other devices are signed out.", ended) % {"n": ended}
    return done(request, "usersessions_list", say)


@open_view("a colour scheme; kept only for the person who is signed in")
@require_POST
def theme(request: Any) -> HttpResponse:
    if request.user.is_authenticated:
        actions.choose_theme(request.user, request.POST.get("theme", ""))
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return redirect(back(request, reverse("home")))


@open_view("choosing a language changes nothing but the reader's own cookie and account")
@require_POST
def language(request: Any) -> HttpResponse:
    """Remember the language and stay on the page."""
    wanted = request.POST.get("language", "")
    response = redirect(back(request, reverse("home")))
    if wanted not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated:
        actions.choose_language(request.user, wanted)
    return remember_language(response, wanted)


def remember_language(response: HttpResponse, code: str) -> HttpResponse:
    """Keep the language in the browser, for the pages before the sign-in."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=365 * 24 * 3600,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response


def too_many(request: HttpRequest) -> HttpResponse:
    """The page for somebody who tried too often: what happened, and when to try again."""
    wait = CODE_LIMITS[0].seconds
    response = render(request, "429.html", {"minutes": wait // 60}, status=429)
    response["Retry-After"] = str(wait)
    return response
