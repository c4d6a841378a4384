"""What every endpoint of /api/v1 shares: scopes, pages, rate limits and the one shape of errors."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle

from core.errors import Refused


class ScopePermission(BasePermission):
    """Asks the token for the permission word the viewset names for the action: `permissions = {"read": …, "ship": …}`.

    An action without its own word needs "read" for safe methods and "write" otherwise; a viewset that names none is
    closed.
    """

    def has_permission(self, request: Any, view: Any) -> bool:
        words = getattr(view, "permissions", {})
        fallback = "read" if request.method in ("GET", "HEAD", "OPTIONS") else "write"
        word = words.get(getattr(view, "action", None)) or words.get(fallback)
        return bool(word and request.auth and request.auth.may(word))


class CursorPages(CursorPagination):
    """Pages by cursor; `page_size` up to 100."""

    page_size_query_param = "page_size"
    max_page_size = 100
    ordering = "-pk"


class TokenThrottle(SimpleRateThrottle):
    scope = "token"
    THROTTLE_RATES = {"token": "600/min"}

    def get_cache_key(self, request: Any, view: Any) -> str | None:
        token = request.auth
        return f"throttle:{token.pk}" if token else self.get_ident(request)


def error_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal of the API as {"error": {"code", "message", "fields"}}; None for a bug, which becomes a 500."""
    if isinstance(error, Refused):
        return _error(error.status, error.code, error.message, error.fields)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    fields: Any = {}
    if isinstance(error, exceptions.ValidationError):
        fields, message, code = error.detail, "Some fields are not valid.", "invalid"
    else:
        message, code = str(error.detail), error.default_code
    response = _error(error.status_code, code, message, fields)
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait) + 1)
    if error.status_code == status.HTTP_401_UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _error(code: int, word: str, message: str, fields: Any) -> Response:
    return Response({"error": {"code": word, "message": message, "fields": fields}}, status=code)
