"""Who may enter the Django admin, where they sign in, and which registrations it takes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from core.access import to_sign_in

OURS = ("accounts.", "ecommerce.", "analytics.", "notifications.")


class Site(admin.AdminSite):
    """Lets superusers in who signed in on our own page, with the second factor that staff owes.

    It holds what we register and nothing that packages bring: with those, second factors could be taken off and the
    queue's payloads, which are code to the workers, be written by hand.
    """

    site_header = site_title = "Storecast"

    def has_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.is_active and user.is_superuser and not user.owes_second_factor)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return to_sign_in(request)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        if admin_class is not None and admin_class.__module__.startswith(OURS):
            super().register(model_or_iterable, admin_class, **options)
