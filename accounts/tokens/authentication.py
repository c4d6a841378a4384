"""`Authorization: Bearer sc_live_…` to a token row and its merchant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from accounts.tokens.models import ApiToken
from accounts.tokens.rules import digest_of, is_well_formed, is_within
from core.tenancy import every_tenant

USED_EVERY = timedelta(minutes=1)
UNKNOWN = "This token is unknown, expired or revoked."


def address_of(request: Any) -> str:
    """The address a call comes from; "" where the server in front does not tell, as over a Unix socket."""
    try:
        return str(get_adapter().get_client_ip(request) or "")
    except PermissionDenied:
        return ""


class TokenAuthentication(BaseAuthentication):
    """Looks the token up by its hash; the viewset then runs in the token's merchant's scope.

    A token ends with the membership of the person who made it, has no more rights than they have now, and does not
    work for a merchant that does not trade.
    """

    def authenticate(self, request: Any) -> tuple[Any, ApiToken] | None:
        words = get_authorization_header(request).decode("latin-1").split()
        if not words or words[0].lower() != "bearer":
            return None
        if len(words) != 2:
            raise AuthenticationFailed("Send one token: Authorization: Bearer sc_live_…")
        if not is_well_formed(words[1]):
            raise AuthenticationFailed("This is not a token. Copy it whole; it has 44 characters and a check.")
        with every_tenant("find the merchant a token belongs to"):
            token = self._token(digest_of(words[1]))
            if not is_within(address_of(request), token.networks):
                raise AuthenticationFailed("This token may not be used from this address.")
            self._note_use(token)
        return token.created_by, token

    def _token(self, digest: str) -> ApiToken:
        token = ApiToken.objects.usable().filter(digest=digest).select_related("merchant", "created_by").first()
        if token is None or token.created_by is None or not token.created_by.is_active:
            raise AuthenticationFailed(UNKNOWN)
        maker = token.created_by.memberships.filter(merchant=token.merchant).select_related("merchant", "custom_role")
        membership = maker.first()
        if membership is None:
            raise AuthenticationFailed(UNKNOWN)
        if token.merchant.is_closed:
            raise AuthenticationFailed("The shop this token belongs to is suspended.")
        token.ceiling = membership.permissions
        return token

    def _note_use(self, token: ApiToken) -> None:
        """Write down that the token is in use, at most once a minute."""
        now = timezone.now()
        unused = Q(last_used_at=None) | Q(last_used_at__lt=now - USED_EVERY)
        if token.last_used_at is None or token.last_used_at < now - USED_EVERY:
            ApiToken.objects.filter(unused, pk=token.pk).update(last_used_at=now)

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"
