"""Per request: an id for the log, and Refused turned into a page or a toast where a view let it pass."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from core.errors import Refused

_request_id: ContextVar[str] = ContextVar("request_id", default="-")
GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _request_id.get()
        return True


def current_request_id() -> str:
    return _request_id.get()


def request_id(get_response: GetResponse) -> GetResponse:
    """Give each request an id: in every log line, in the X-Request-Id header and on the error page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = _request_id.set(uuid.uuid4().hex[:12])
        try:
            response = get_response(request)
            response["X-Request-Id"] = _request_id.get()
            return response
        finally:
            _request_id.reset(token)

    return middleware


class refusals:
    """A Refused that no form caught: htmx gets an error toast, a page post a plain page that says it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        if request.headers.get("HX-Request"):
            toast = {"toast": {"text": exception.message, "level": "error"}}
            headers = {"HX-Reswap": "none", "HX-Trigger": json.dumps(toast)}
            return HttpResponse(status=exception.status, headers=headers)
        came_from = request.headers.get("Referer", "")
        ours = url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()})
        context = {"refusal": exception, "back": came_from if ours else "/"}
        return render(request, "core/refused.html", context, status=exception.status)
