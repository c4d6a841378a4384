"""Tokens hold permission words as scopes; each endpoint names the word it takes."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission


class ScopePermission(BasePermission):
    """Asks the token for the permission word the viewset names for the action: `permissions = {"read": …, "ship": …}`.

    An action without its own word needs "read" for safe methods and "write" otherwise; a viewset that names none is
    closed. A method the address does not know is let through to its 405.
    """

    def has_permission(self, request: Any, view: Any) -> bool:
        if not request.auth:
            return False
        action = getattr(view, "action", "")
        if action is None:
            return True
        words = getattr(view, "permissions", {})
        fallback = "read" if request.method in ("GET", "HEAD", "OPTIONS") else "write"
        word = words.get(action) or words.get(fallback)
        return bool(word and request.auth.may(word))
