"""Who is asking, in which language and time zone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone, translation

from accounts.members.models import Membership
from core.tenancy import every_tenant


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
        translation.activate(user.language if user.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(user.zone):
            return get_response(request)

    return middleware
