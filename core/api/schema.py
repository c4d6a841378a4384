"""What OpenAPI says of every operation alike: errors, rate limits, idempotency keys."""

from __future__ import annotations

from typing import Any

from core.api.errors import MESSAGES

ERRORS = {
    "400": "The body or a parameter cannot be read, or fields are not valid.",
    "401": "No token, or one that is unknown, expired or revoked.",
    "403": "The token lacks the scope for this.",
    "404": MESSAGES["not_found"],
    "409": "Somebody else was quicker, or the same call is still running.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "422": "A rule of the shop says no.",
    "429": "Too many calls. Wait as long as Retry-After says.",
    "default": "Any other error, in the same shape.",
}
WITH_BODY = {"409", "413", "415", "422"}
HEADERS = {
    "RateLimit-Limit": "Calls a minute.",
    "RateLimit-Remaining": "Calls left in this minute.",
    "RateLimit-Reset": "Seconds until the count starts anew.",
}
ONCE = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Your own name for this call, kept for 24 hours. The same call again gets the first answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}


def document_errors(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A postprocessing hook of drf-spectacular: add to every operation what needs no repeating in the code."""
    schemas = result["components"].setdefault("schemas", {})
    schemas["Error"] = {
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "message", "fields"],
                "properties": {
                    "code": {"type": "string", "description": "For programs; it never changes."},
                    "message": {"type": "string", "description": "For people."},
                    "fields": {
                        "type": "object",
                        "additionalProperties": True,
                        "description": "Per input at fault a sentence, a list of them, or the same for inputs within.",
                    },
                },
            }
        },
    }
    result["components"]["headers"] = {
        name: {"description": words, "schema": {"type": "integer", "minimum": 0}} for name, words in HEADERS.items()
    }
    counted = {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS}
    result["components"]["responses"] = {
        f"Error{code.capitalize()}": {
            "description": words,
            "headers": counted,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        }
        for code, words in ERRORS.items()
    }
    for methods in result["paths"].values():
        for method, operation in methods.items():
            for response in operation["responses"].values():
                response["headers"] = counted
            for code in ERRORS:
                if code not in WITH_BODY or method in ("post", "patch", "put"):
                    answer = {"$ref": f"#/components/responses/Error{code.capitalize()}"}
                    operation["responses"].setdefault(code, answer)
            if method == "post":
                operation.setdefault("parameters", []).append(ONCE)
    return result
