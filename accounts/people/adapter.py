"""Where allauth asks the product how accounts work."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from an application or an invitation; there is no bare sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
