"""What people type about their own account."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import available_timezones

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm, ResetPasswordForm
from allauth.account.forms import ResetPasswordKeyForm as AllauthResetPasswordKeyForm
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.people.actions import give_attempt_back, take_attempt
from accounts.people.models import User
from accounts.people.rules import CODE_LIMITS

LANGUAGE_CHOICES = (("en", "English"), ("zh-hans", "简体中文"))


def zone_choices() -> list[tuple[str, str]]:
    """Every time zone by region, without the aliases that name none."""
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


class Plain(forms.Form):
    """Takes allauth's placeholders away, which stand in place of labels there, and says labels in our words."""

    words: ClassVar[dict[str, Any]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.words.get(name, field.label)


class SignInForm(Plain, LoginForm):
    words: ClassVar = {
        "login": _("E-mail address"),
        "password": _("Password"),
        "remember": _("Keep me signed in on this device for 14 days"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs.update({"autocomplete": "username", "inputmode": "email"})
        self.fields["remember"].required = False
        self.fields["password"].help_text = ""


class ForgottenForm(Plain, ResetPasswordForm):
    words: ClassVar = {"email": _("E-mail address")}


class NewPasswordForm(Plain, AllauthResetPasswordKeyForm):
    words: ClassVar = {"password1": _("New password"), "password2": _("New password again")}


class PasswordForm(Plain, ChangePasswordForm):
    words: ClassVar = {
        "oldpassword": _("Current password"),
        "password1": _("New password"),
        "password2": _("New password again"),
    }


class AgainForm(Plain, ReauthenticateForm):
    words: ClassVar = {"password": _("Password")}


class _CountedCode(Plain):
    """Six digits can be guessed; five wrong ones in a quarter of an hour end it."""

    words: ClassVar = {"code": _("Code")}

    def clean_code(self) -> str:
        limits = {limit: str(self.user.pk) for limit in CODE_LIMITS}  # type: ignore[attr-defined]
        if not take_attempt(limits):
            raise ImmediateHttpResponse(respond_429(context.request))
        code: str = super().clean_code()  # type: ignore[misc]
        give_attempt_back(limits)
        return code


class CodeForm(_CountedCode, AuthenticateForm):
    pass


class CodeAgainForm(_CountedCode, AllauthCodeForm):
    pass


class AuthenticatorForm(_CountedCode, ActivateTOTPForm):
    words: ClassVar = {"code": _("Code from the app")}


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("Colleagues and buyers see it."))
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGE_CHOICES)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zone_choices, help_text=_("For pages that belong to no shop; a shop has its own.")
    )
    theme = forms.ChoiceField(label=_("Theme"), choices=User.Theme.choices)
    shortcuts = forms.BooleanField(
        label=_("Keyboard shortcuts"),
        required=False,
        help_text=_("Single keys such as g and o to go to orders. Switch them off if you use speech input."),
    )
