"""Answers: one view serves the whole page or the part of it that htmx asked for."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.http import url_has_allowed_host_and_scheme


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, part: str = "", status: int = 200
) -> HttpResponse:
    """The whole page, or only the part of it that htmx wants to swap: `{% partialdef part %}` or `{% block part %}`.

    An inherited part, such as the results of core/list.html, is a block: it is rendered with core/part.html as the
    frame in place of the page's shell.
    """
    wanted = request.headers.get("HX-Target", "") if request.headers.get("HX-Request") else ""
    if not part or wanted != part:
        response = render(request, template, context, status=status)
    elif _exists(f"{template}#{part}"):
        response = render(request, f"{template}#{part}", context, status=status)
    else:
        inherited = {**context, "frame": "core/part.html", "is_part": True}
        response = render(request, template, inherited, status=status)
    response["Vary"] = "HX-Request, HX-Target, Cookie"
    return response


def _exists(template: str) -> bool:
    try:
        get_template(template)
    except TemplateDoesNotExist:
        return False
    return True


def done(request: HttpRequest, to: Any, say: str, *, undo: str = "") -> HttpResponse:
    """After a change: say what happened and go to `to` (a URL, a URL name or an object).

    Without JavaScript a redirect with a message; for htmx the same page change without a full load. `undo` is a URL
    that takes the change back by POST.
    """
    messages.success(request, say, extra_tags=f"undo:{undo}" if undo else "")
    response = redirect(to)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})
    return response


def toast(response: HttpResponse, say: str, *, undo: str = "", level: str = "") -> HttpResponse:
    """Show a passing message with a swap that stays on the page."""
    detail = {"text": say, "undo": undo, "level": level}
    response["HX-Trigger"] = json.dumps({"toast": {key: value for key, value in detail.items() if value}})
    return response


def back(request: HttpRequest, fallback: str) -> str:
    """The address in the posted `next`, if it is one of ours, else `fallback`."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        return target
    return fallback
