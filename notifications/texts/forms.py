"""What is typed about letters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from notifications.texts.rules import BODY_LENGTH, SUBJECT_LENGTH


class LetterheadForm(forms.Form):
    sender_name = forms.CharField(
        label=_("Sender name"), max_length=80, required=False, help_text=_("Empty: the name of the shop.")
    )
    reply_to = forms.EmailField(
        label=_("Replies go to"), max_length=254, required=False, help_text=_("Empty: the shop's contact e-mail.")
    )

    def clean_sender_name(self) -> str:
        name: str = self.cleaned_data["sender_name"]
        if "@" in name or "://" in name:
            raise forms.ValidationError(_("A name is words, not an address."))
        return name


class TextForm(forms.Form):
    subject = forms.CharField(label=_("Subject"), required=False, max_length=SUBJECT_LENGTH)
    body = forms.CharField(
        label=pgettext_lazy("mail", "Text"),
        required=False,
        max_length=BODY_LENGTH,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_(
            "Plain words. An empty line begins a new paragraph; a line whose placeholders are empty is left out."
        ),
    )
    order = forms.CharField(
        label=_("Shown with the data of order"),
        required=False,
        max_length=64,
        help_text=_("Empty: the newest that fits."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("subject", "body"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
