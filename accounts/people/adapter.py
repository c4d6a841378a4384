"""Where allauth asks the product how accounts work."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.people.actions import give_attempt_back, note_sign_in, take_attempt
from accounts.people.letters import LETTERS
from accounts.people.models import User
from accounts.people.rules import SIGN_IN_LIMITS, Limit, network_of
from accounts.people.sessions import SINCE
from core.mail import send_letter
from core.sealing import seal, unseal

# By the name of allauth's template for the message.
MESSAGES = {
    "account/messages/password_changed.txt": _("Your new password is set. Other devices are signed out."),
    "account/messages/email_confirmed.txt": _("Your address is confirmed. You can sign in now."),
    "account/messages/email_confirmation_failed.txt": _("This address belongs to another account."),
    "mfa/messages/totp_activated.txt": _("The second factor is on."),
    "mfa/messages/totp_deactivated.txt": _("The second factor is off."),
    "mfa/messages/recovery_codes_generated.txt": _("Keep these recovery codes in a safe place."),
}


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from an application or an invitation; there is no bare sign-up."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("E-mail and password do not match. Check both, or set a new password."),
        "incorrect_password": _("This is not your password. Check it, or set a new one."),
        "enter_current_password": _("This is not your current password."),
        "rate_limited": _("Too many attempts. Wait a quarter of an hour and try again."),
        "too_many_login_attempts": _("Too many attempts. Wait a quarter of an hour and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def _limits(self, request: HttpRequest, credentials: dict[str, Any]) -> dict[Limit, str]:
        network = network_of(self.get_client_ip(request))
        email = str(credentials.get("email", "")).strip().lower()
        keys = {"network": network, "address": email, "address and network": f"{email}|{network}"}
        return {limit: keys[limit.what] for limit in SIGN_IN_LIMITS}

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt before the password is looked at; a page that says so when there were too many."""
        if not take_attempt(self._limits(request, credentials)):
            raise ImmediateHttpResponse(respond_429(request))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        user = super().authenticate(request, **credentials)
        if user is not None:
            give_attempt_back(self._limits(request, credentials))
        return user

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        assert isinstance(user, User)
        note_sign_in(user, user_agent=request.headers.get("User-Agent", ""), address=self.get_client_ip(request))
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send our own letter in the language of the account, else of the page that was asked."""
        user = context.get("user") or User.objects.filter(email__iexact=email).first()
        values = {**context, "user": user}
        language = user.language if user is not None else translation.get_language() or settings.LANGUAGE_CODE
        send_letter(lambda: LETTERS[template_prefix](values), to=email, language=language)

    def send_account_already_exists_mail(self, email: str) -> None:
        self.send_mail("account/email/account_already_exists", email, {})

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say it in our words; what the next page shows anyway is not said."""
        say = message or MESSAGES.get(message_template or "")
        if say:
            messages.add_message(request, level, str(say), extra_tags=extra_tags)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account-security")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A sign-in of the last quarter of an hour is proof enough; later the password or a code is asked again."""
        since = self.request.session.get(SINCE, 0) if self.request else 0
        if time.time() - since < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
            return False
        required: bool = super().is_reauthentication_required(app=app, **kwargs)
        return required


SEALED_FOR = "accounts.people.second-factor"


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps are encrypted at rest; platform staff cannot turn theirs off."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _("Platform staff sign in with a second factor; it cannot be turned off."),
        "incorrect_code": _("This code is not right. Wait for the next one and type it as shown."),
        "unverified_email": _("Confirm your e-mail address first, then turn the second factor on."),
        "cannot_generate_recovery_codes": _("Turn the second factor on first; recovery codes come with it."),
    }

    def encrypt(self, text: str) -> str:
        return seal(text, SEALED_FOR)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, SEALED_FOR)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not (settings.STAFF_MFA_REQUIRED and authenticator.user.is_platform_staff)
