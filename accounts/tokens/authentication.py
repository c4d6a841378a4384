"""`Authorization: Bearer sc_live_…` to a token row and its merchant."""

from __future__ import annotations

import hashlib
from typing import Any

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from accounts.tokens.models import ApiToken
from core.tenancy import every_tenant


class TokenAuthentication(BaseAuthentication):
    """Looks the token up by its hash; the viewset then runs in the token's merchant's scope."""

    def authenticate(self, request: Any) -> tuple[Any, ApiToken] | None:
        words = get_authorization_header(request).decode("latin-1").split()
        if not words or words[0].lower() != "bearer":
            return None
        if len(words) != 2:
            raise AuthenticationFailed("Send one token: Authorization: Bearer sc_live_…")
        digest = hashlib.sha256(words[1].encode()).hexdigest()
        with every_tenant("find the merchant a token belongs to"):
            token = ApiToken.objects.usable().filter(digest=digest).select_related("merchant", "created_by").first()
        if token is None:
            raise AuthenticationFailed("This token is unknown, expired or revoked.")
        return token.created_by, token

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"
