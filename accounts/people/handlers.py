"""What allauth and Django tell about people's accounts, written down and acted upon."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.people import actions
from accounts.people.models import User
from accounts.people.sessions import SEEN, SINCE


@receiver(user_logged_in)
def start_the_clock(request: HttpRequest, user: User, **_: Any) -> None:
    request.session[SINCE] = request.session[SEEN] = int(time.time())


@receiver(account.password_changed)
@receiver(account.password_set)
def on_password_changed(request: HttpRequest, user: User, **_: Any) -> None:
    actions.password_changed(user, by_mail=False)
    actions.end_other_sessions(user, keep=request.session.session_key)


@receiver(account.password_reset)
def on_password_reset(request: HttpRequest, user: User, **_: Any) -> None:
    actions.password_changed(user, by_mail=True)
    actions.end_other_sessions(user, keep=None)


@receiver(mfa.authenticator_added)
def on_authenticator_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        actions.second_factor_changed(user, on=True)
        actions.end_other_sessions(user, keep=request.session.session_key)


@receiver(mfa.authenticator_removed)
def on_authenticator_removed(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        actions.second_factor_changed(user, on=False)
        actions.end_other_sessions(user, keep=request.session.session_key)


@receiver(mfa.authenticator_reset)
def on_recovery_codes_made(request: HttpRequest, user: User, **_: Any) -> None:
    actions.recovery_codes_made(user)
