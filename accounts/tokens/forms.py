"""What is typed about API tokens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from accounts.tokens.rules import clean_networks
from core import roles

LIVES = (("30", _("30 days")), ("90", _("90 days")), ("365", _("One year")), ("", _("Never")))


class TokenForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("The program that will use it, such as “ERP”."))
    expires = forms.ChoiceField(label=_("Expires after"), choices=LIVES, required=False, initial="365")
    networks = forms.CharField(
        label=_("Only from these addresses"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("IP addresses or networks, one a line. Empty: from anywhere."),
    )
    scopes = forms.MultipleChoiceField(label=_("May"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, held: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = held
        self.fields["scopes"].choices = [(word, word) for word in sorted(held)]  # type: ignore[attr-defined]
        self.fields["scopes"].error_messages["required"] = _("Choose at least one thing the token may do.")

    def clean_networks(self) -> list[str]:
        try:
            return clean_networks(self.cleaned_data["networks"])
        except ValueError as wrong:
            sentence = now_("“%(line)s” is neither an IP address nor a network such as 203.0.113.0/24.")
            raise forms.ValidationError(sentence % {"line": wrong}) from None

    @property
    def areas(self) -> list[tuple[str, list[roles.Box]]]:
        return roles.boxes(self.held, self["scopes"].value() or ())

    @property
    def expires_at(self) -> datetime | None:
        days = self.cleaned_data["expires"]
        return timezone.now() + timedelta(days=int(days)) if days else None


class LeakForm(forms.Form):
    token = forms.CharField(label=_("Token"), max_length=200)
