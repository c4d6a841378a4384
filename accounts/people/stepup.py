"""Asking again who somebody is before they do something that outlives the session."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.http import HttpResponseBase
from django.shortcuts import redirect

View = Callable[..., HttpResponseBase]


def fresh_sign_in(view: View) -> View:
    """Send the person to their password or code, and back to this page, if the last proof is older than 15 minutes.

    Goes below the policy decorator. What was typed into a form is lost then, so use it for the page with the form too.
    """

    @wraps(view)
    def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        adapter = get_adapter(request)
        if adapter.is_reauthentication_required(app="allauth.mfa") and not did_recently_reauthenticate(request):
            methods = adapter.get_reauthentication_methods(request.user)
            return redirect(f"{methods[0]['url']}?{urlencode({'next': request.path})}")
        return view(request, *args, **kwargs)

    return checked
