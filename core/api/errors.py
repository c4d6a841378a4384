"""Every "no" of the API in one shape: {"error": {"code", "message", "fields"}}."""

from __future__ import annotations

import logging
import math
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response

from core.errors import Refused
from core.middleware import current_request_id

log = logging.getLogger("api")

MESSAGES = {
    "invalid": "Some fields are not valid.",
    "not_found": "There is nothing at this address, or it belongs to another shop.",
    "permission_denied": "This token may not do this. Give it the scope it lacks.",
    "not_authenticated": "Send a token: Authorization: Bearer sc_live_…",
}


class ErrorDetail(serializers.Serializer[Any]):
    """`code` is for programs and never changes, `message` is for people, `fields` names the inputs at fault."""

    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(  # type: ignore[assignment]
        help_text="Per input a sentence, a list of sentences, or the same for inputs within."
    )


class Error(serializers.Serializer[Any]):
    error = ErrorDetail()


def error_response(error: Exception, context: dict[str, Any]) -> Response:
    """The answer to an exception of an endpoint; one that nobody expected is a bug: it is logged and becomes a 500."""
    if isinstance(error, Refused):
        return answer(error.status, error.code, error.message, error.fields)
    if isinstance(error, exceptions.ValidationError):
        return answer(status.HTTP_400_BAD_REQUEST, "invalid", MESSAGES["invalid"], _by_field(error.detail))
    if isinstance(error, DjangoValidationError):
        fields = error.message_dict if hasattr(error, "error_dict") else {"non_field_errors": error.messages}
        return answer(status.HTTP_400_BAD_REQUEST, "invalid", MESSAGES["invalid"], fields)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, RequestDataTooBig):
        error = TooLarge()
    elif isinstance(error, SuspiciousOperation):
        error = exceptions.ParseError()
    if not isinstance(error, exceptions.APIException):
        return _bug(error, context)
    code = str(getattr(error.detail, "code", error.default_code))
    response = answer(error.status_code, code, MESSAGES.get(code, str(error.detail)))
    if code == "not_found" and str(error.detail) != str(exceptions.NotFound.default_detail):
        response.data["error"]["message"] = str(error.detail)
    wait = getattr(error, "wait", None)
    if wait is not None:
        response["Retry-After"] = str(max(1, math.ceil(wait)))
    header = getattr(error, "auth_header", None)
    if header:
        response["WWW-Authenticate"] = header
    return response


def answer(code: int, word: str, message: str, fields: Any = None) -> Response:
    return Response({"error": {"code": word, "message": message, "fields": fields or {}}}, status=code)


def _by_field(detail: Any) -> dict[str, Any]:
    return detail if isinstance(detail, dict) else {"non_field_errors": detail}


def _bug(error: Exception, context: dict[str, Any]) -> Response:
    request = context.get("request")
    token = getattr(request, "auth", None)
    log.error(
        "%s %s by %s failed", getattr(request, "method", "?"), getattr(request, "path", "?"), token, exc_info=error
    )
    sentence = f"Something went wrong on our side, and nothing was changed. Reference: {current_request_id()}."
    return answer(status.HTTP_500_INTERNAL_SERVER_ERROR, "server_error", sentence)


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = "The body is too large. Send it in several calls."
