"""The page behind the link of a mail that stops its kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation

from accounts.people.models import User
from notifications.inbox.kinds import Kind


def stop_page(
    request: Any, template: str, reader: User, kinds: Sequence[Kind], stop: Callable[[], None], **context: Any
) -> HttpResponse:
    """Ask the reader, in their language, before mails of these kinds are stopped.

    The button, or a mail program's one-click request (RFC 8058), does it. GET changes nothing, for mail scanners follow
    links.
    """
    stopped = request.method == "POST"
    if stopped:
        stop()
    with translation.override(reader.language):
        values = {**context, "labels": [str(kind.label) for kind in kinds], "stopped": stopped}
        response = render(request, template, values)
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response
