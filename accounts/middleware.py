"""Who is asking, in which language and time zone."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone, translation

from accounts.members.models import Membership
from accounts.people.sessions import SEEN, SINCE, is_over
from core.statements import Shaped
from core.tenancy import every_tenant

MOST_SHOPS = 50  # that the switcher shows
SEEN_EVERY = 60  # seconds; more often would write to the database with every page


def sessions(get_response: Callable[[Any], HttpResponse]) -> Callable[[Any], HttpResponse]:
    """Sign out who has been away, or signed in, for too long; note when a session was last used."""

    def middleware(request: Any) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            since, seen = request.session.get(SINCE, now), request.session.get(SEEN, now)
            if is_over(request.session, request.user, now):
                UserSession.objects.filter(session_key=request.session.session_key).delete()
                logout(request)
            elif now - seen >= SEEN_EVERY or SINCE not in request.session:
                request.session[SINCE], request.session[SEEN] = since, now
                UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())
        return get_response(request)

    return middleware


def _memberships(user_id: int) -> QuerySet[Membership]:
    return (
        Membership.objects.filter(user_id=user_id)
        .exclude(merchant__state__in=["applied", "refused"])
        .select_related("merchant", "custom_role")
        .order_by("pk")
    )


FIRST = Shaped(lambda user_id: _memberships(user_id)[: MOST_SHOPS + 1], across="find out where the person works")


def person(get_response: Callable[[Any], HttpResponse]) -> Callable[[Any], HttpResponse]:
    """Give the request `actor`, `memberships()`, `membership_of(slug)`; activate the person's language and time zone.

    The memberships, in the order in which the person came to work there, are asked for once a request: for the check of
    who may see a page and for the switcher on it.
    """

    def middleware(request: Any) -> HttpResponse:
        user = request.user

        @cache
        def memberships() -> list[Membership]:
            if not user.is_authenticated:
                return []
            found: list[Membership] = FIRST.rows(user.pk)
            for membership in found:
                membership.user = user
            return found

        @cache
        def membership_of(slug: str) -> Membership | None:
            known = memberships()
            for membership in known:
                if membership.merchant.slug == slug:
                    return membership
            if len(known) <= MOST_SHOPS:
                return None
            with every_tenant("find out whether the person is a member"):
                return _memberships(user.pk).filter(merchant__slug=slug).first()

        request.memberships = memberships
        request.membership_of = membership_of
        request.actor = user.actor if user.is_authenticated else None
        if not user.is_authenticated:
            return get_response(request)
        language = user.language if user.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language
        with translation.override(language), timezone.override(user.zone):
            return get_response(request)

    return middleware
