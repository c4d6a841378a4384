"""What people type about customers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.forms import checked
from core.tags import clean_tag
from ecommerce.customers.models import Consent
from ecommerce.customers.rules import clean_phone


class CustomerForm(forms.Form):
    name = forms.CharField(label=_("Customer name"), max_length=150)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Phone"), max_length=60, required=False)
    language = forms.ChoiceField(label=_("Language of letters"), choices=settings.LANGUAGES)
    country = forms.RegexField(
        label=_("Country"),
        regex=r"^[A-Za-z]{2}$",
        required=False,
        help_text=_("Two letters, such as CN or DE."),
        error_messages={"invalid": _("Enter the two letters of a country, such as CN.")},
    )
    region = forms.CharField(label=_("Region"), max_length=80, required=False)
    city = forms.CharField(label=_("City"), max_length=80, required=False)
    note = forms.CharField(
        label=_("Note"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only your team sees it."),
    )

    def clean_phone(self) -> str:
        return checked(clean_phone, self.cleaned_data["phone"])


class TagForm(forms.Form):
    tag = forms.CharField(label=_("Tag"), max_length=80)

    def clean_tag(self) -> str:
        return checked(clean_tag, self.cleaned_data["tag"])


class ConsentForm(forms.Form):
    """One answer of a buyer, as somebody heard or read it."""

    purpose = forms.ChoiceField(label=_("Purpose"), choices=Consent.Purpose.choices)
    channel = forms.ChoiceField(label=_("Channel"), choices=Consent.Channel.choices)
    granted = forms.TypedChoiceField(
        label=pgettext_lazy("consent", "Answer"),
        choices=[("yes", _("Agreed")), ("no", _("Withdrew"))],
        coerce=lambda answer: answer == "yes",
    )
    source = forms.CharField(
        label=_("Where from"), max_length=60, help_text=_("How you know, such as “by phone” or “letter of 3 May”.")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["purpose"].initial = Consent.Purpose.MARKETING
