"""What the product writes to people about their own account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.people.rules import device_name
from core.mail import Letter


def _greeting(values: dict[str, Any]) -> str:
    name = getattr(values.get("user"), "name", "")
    return _("Hello %(name)s,") % {"name": name} if name else _("Hello,")


def _why() -> str:
    return _("You get this because it concerns the security of your account; it cannot be turned off.")


def _where(values: dict[str, Any]) -> str:
    """When and from where, by the person's own clock: who comes from a mailed link is not signed in."""
    moment = formats.date_format(timezone.localtime(values.get("timestamp"), values["user"].zone), "DATETIME_FORMAT")
    return _("When: %(when)s\nIP address: %(ip)s\nBrowser: %(browser)s") % {
        "when": moment,
        "ip": values.get("ip", ""),
        "browser": device_name(values.get("user_agent", "")) or values.get("user_agent", ""),
    }


def confirm_address(values: dict[str, Any]) -> Letter:
    return Letter(
        _("Confirm your e-mail address"),
        [
            _greeting(values),
            _("Confirm that this mailbox is yours. You can sign in once that is done. The link works for three days."),
            _("If you did not ask for an account, ignore this mail: nothing happens."),
        ],
        _("Confirm the address"),
        values["activate_url"],
    )


def has_an_account(values: dict[str, Any]) -> Letter:
    return Letter(
        _("You have an account already"),
        [
            _greeting(values),
            _(
                "Somebody, probably you, applied for a shop with this e-mail address. It has an account already, so "
                "no second one was made. Sign in and apply from there; your shop can be added to the same account."
            ),
            _("If it was not you, ignore this mail: nothing happens."),
        ],
        _("Apply for a shop"),
        reverse("merchant-apply"),
    )


def reset_password(values: dict[str, Any]) -> Letter:
    return Letter(
        _("Set a new password"),
        [
            _greeting(values),
            _("Follow the link to set a new password. It works once, for one day."),
            _("If you did not ask for it, ignore this mail: your password stays as it is."),
        ],
        _("Set a new password"),
        values["password_reset_url"],
        _why(),
    )


def password_changed(values: dict[str, Any]) -> Letter:
    return Letter(
        _("Your password was changed"),
        [
            _greeting(values),
            _("The password of your account was changed, and your other devices were signed out."),
            _where(values),
            _("If it was not you, set a new password now and look through your sessions."),
        ],
        _("Set a new password"),
        reverse("account_reset_password"),
        _why(),
    )


def second_factor_on(values: dict[str, Any]) -> Letter:
    return Letter(
        _("The second factor is on"),
        [
            _greeting(values),
            _("From now on, signing in also takes a code from your authenticator app."),
            _where(values),
            _("Keep your recovery codes where you find them without your phone."),
        ],
        _("Open security settings"),
        reverse("account-security"),
        _why(),
    )


def second_factor_off(values: dict[str, Any]) -> Letter:
    return Letter(
        _("The second factor is off"),
        [
            _greeting(values),
            _("Signing in now takes your password alone."),
            _where(values),
            _("If it was not you, set a new password now and look through your sessions."),
        ],
        _("Open security settings"),
        reverse("account-security"),
        _why(),
    )


def recovery_codes_made(values: dict[str, Any]) -> Letter:
    return Letter(
        _("You have new recovery codes"),
        [_greeting(values), _("New recovery codes were made; the old ones no longer work."), _where(values)],
        _("Open security settings"),
        reverse("account-security"),
        _why(),
    )


# By the name under which allauth asks for the mail.
LETTERS: dict[str, Callable[[dict[str, Any]], Letter]] = {
    "account/email/email_confirmation": confirm_address,
    "account/email/email_confirmation_signup": confirm_address,
    "account/email/account_already_exists": has_an_account,
    "account/email/password_reset_key": reset_password,
    "account/email/password_reset": password_changed,
    "account/email/password_changed": password_changed,
    "mfa/email/totp_activated": second_factor_on,
    "mfa/email/totp_deactivated": second_factor_off,
    "mfa/email/recovery_codes_generated": recovery_codes_made,
}
