"""Who is asking, in which language and time zone."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpResponse
from django.utils import timezone, translation

from accounts.members.models import Membership
from accounts.people.adapter import SEEN, SINCE
from accounts.people.rules import session_is_over, session_limits
from core.tenancy import every_tenant

SEEN_EVERY = 60  # seconds; more often would write to the database with every page


def sessions(get_response: Callable[[Any], HttpResponse]) -> Callable[[Any], HttpResponse]:
    """Sign out who has been away, or signed in, for too long; note when a session was last used."""

    def middleware(request: Any) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            since, seen = request.session.get(SINCE, now), request.session.get(SEEN, now)
            remembered = request.session.get_expiry_age() > settings.SESSION_COOKIE_AGE
            limits = session_limits(is_staff=request.user.is_platform_staff, remembered=remembered)
            if session_is_over(limits, since=since, seen=seen, now=now):
                UserSession.objects.filter(session_key=request.session.session_key).delete()
                logout(request)
            elif now - seen >= SEEN_EVERY or SINCE not in request.session:
                request.session[SINCE], request.session[SEEN] = since, now
                UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())
        return get_response(request)

    return middleware


def person(get_response: Callable[[Any], HttpResponse]) -> Callable[[Any], HttpResponse]:
    """Give the request `actor` and `membership_of(slug)`, and activate the person's language and time zone."""

    def middleware(request: Any) -> HttpResponse:
        user = request.user

        def membership_of(slug: str) -> Membership | None:
            if not user.is_authenticated:
                return None
            with every_tenant("find out whether the person is a member"):
                return (
                    Membership.objects.filter(user=user, merchant__slug=slug)
                    .exclude(merchant__state__in=["applied", "refused"])
                    .select_related("merchant", "custom_role", "user")
                    .first()
                )

        request.membership_of = membership_of
        request.actor = user.actor if user.is_authenticated else None
        if not user.is_authenticated:
            return get_response(request)
        language = user.language if user.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language
        with translation.override(language), timezone.override(user.zone):
            return get_response(request)

    return middleware
