"""What is typed about a shop."""

from __future__ import annotations

from typing import Any

from babel import Locale
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from accounts.merchants.actions import ShopData
from accounts.merchants.models import Merchant
from accounts.merchants.rules import BadClosing, is_slug, read_closings
from accounts.people.forms import LANGUAGE_CHOICES, zone_choices
from core.templatetags.sc import babel_locale

CURRENCIES = ("CNY", "USD", "EUR", "GBP", "JPY", "HKD", "TWD", "SGD", "AUD", "CAD", "BRL", "INR", "KRW", "THB", "MYR")
COUNTRIES = (
    "CN", "HK", "TW", "SG", "MY", "TH", "VN", "ID", "PH", "JP", "KR", "IN", "AU", "NZ", "US", "CA",
    "MX", "BR", "GB", "IE", "DE", "FR", "IT", "ES", "PT", "NL", "BE", "AT", "CH", "PL", "SE", "DK",
    "NO", "FI", "TR", "AE", "SA", "ZA",
)  # fmt: skip


def country_choices() -> list[tuple[str, str]]:
    """Countries and regions by their names in the reader's language."""
    names = Locale.parse(babel_locale()).territories
    return [(code, names[code]) for code in COUNTRIES]


class ShopFields(forms.Form):
    """The shop one applies for."""

    shop_name = forms.CharField(label=_("Shop name"), max_length=120)
    slug = forms.CharField(
        label=_("Address of the shop"),
        max_length=60,
        required=False,
        help_text=_("Small letters, digits and hyphens, such as luming-tea. Empty: we make one from the name."),
    )
    pitch = forms.CharField(
        label=_("What you sell"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Goods, where they come from, and where you sell them now."),
    )
    website = forms.URLField(label=_("Web address"), required=False, max_length=200, assume_scheme="https")
    country = forms.ChoiceField(label=_("Country or region"), choices=country_choices, initial="CN")
    city = forms.CharField(label=_("City"), max_length=80, required=False)
    currency = forms.ChoiceField(
        label=_("Currency"),
        choices=[(code, code) for code in CURRENCIES],
        initial="CNY",
        help_text=_("All amounts of the shop are in it. It cannot be changed later."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zone_choices,
        initial="Asia/Shanghai",
        help_text=_("A “day” in all figures of the shop is a day there."),
    )

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"].strip().lower()
        if slug and not is_slug(slug):
            raise forms.ValidationError(_("Use at least three small letters, digits and single hyphens."))
        return slug

    def shop(self, *, language: str) -> ShopData:
        values = {name: self.cleaned_data[name] for name in ShopFields.base_fields if name != "shop_name"}
        return ShopData(name=self.cleaned_data["shop_name"], language=language, **values)


class ApplicationForm(ShopFields):
    """The shop and the account of somebody who is new here."""

    person = forms.CharField(
        label=_("Your name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters; a few words in a row are easy to keep in mind."),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class AgainForm(forms.Form):
    """A refused application, changed."""

    pitch = ShopFields.base_fields["pitch"]
    website = ShopFields.base_fields["website"]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The shop reads it, in the words you choose."),
    )


class HolidayForm(forms.Form):
    note = forms.CharField(label=_("Note"), max_length=200, required=False, help_text=_("Such as: back on 8 October."))


class SettingsForm(forms.Form):
    name = forms.CharField(label=_("Shop name"), max_length=120)
    contact_email = forms.EmailField(label=_("Contact e-mail"), required=False, help_text=_("Buyers reply to it."))
    website = forms.URLField(label=_("Web address"), required=False, max_length=200, assume_scheme="https")
    country = forms.ChoiceField(label=_("Country or region"), choices=country_choices)
    city = forms.CharField(label=_("City"), max_length=80, required=False)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zone_choices, help_text=_("A “day” in all figures of the shop is a day there.")
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=LANGUAGE_CHOICES, help_text=_("For mail to people who have not chosen one.")
    )
    ship_within_hours = forms.IntegerField(
        label=_("Ship within, hours"), min_value=1, max_value=720, help_text=_("Orders are late after this time.")
    )
    short_stock = forms.ChoiceField(
        label=_("When an order is paid and not all of it is in stock"),
        choices=Merchant.ShortStock.choices,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Two buyers may pay for the last item. What is in stock is promised once in any case."),
    )
    low_stock_days = forms.IntegerField(label=_("Warn when stock lasts fewer days than"), min_value=1, max_value=365)

    legal_name = forms.CharField(
        label=_("Name on invoices"), max_length=150, required=False, help_text=_("Empty: the name of the shop.")
    )
    tax_id = forms.CharField(label=_("Tax number"), max_length=40, required=False)
    postal_address = forms.CharField(
        label=_("Postal address"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = self.initial.get("country")
        if now and now not in COUNTRIES:  # a shop that was imported may be anywhere
            self.fields["country"].choices = [(now, now), *country_choices()]  # type: ignore[attr-defined]

    def clean_short_stock(self) -> str:
        """Left out, it stays as it is."""
        return str(self.cleaned_data["short_stock"] or self.initial.get("short_stock") or Merchant.ShortStock.GO_ON)


class HoursForm(forms.Form):
    """When the shop works, and until when an order leaves on the same day."""

    working_days = forms.MultipleChoiceField(
        label=_("Working days"),
        choices=[(str(day + 1), name) for day, name in WEEKDAYS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    opens_at = forms.TimeField(label=_("Opens"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    closes_at = forms.TimeField(label=_("Closes"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    cut_off = forms.TimeField(
        label=_("Cut-off for the same day"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_(
            "Orders paid until then count on that day, later ones on the next working day, and the deadline is a "
            "closing time. Empty: the hours of “ship within” run from the payment."
        ),
    )
    keeps_holidays = forms.BooleanField(label=_("Closed on the public holidays of the country"), required=False)
    closed_days = forms.CharField(
        label=_("Closed on these days, too"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One day or span a line, such as 2027-02-05 or 2027-02-05 to 2027-02-14."),
    )

    def clean_working_days(self) -> str:
        return "".join(sorted(self.cleaned_data["working_days"]))

    def clean_closed_days(self) -> list[list[str]]:
        try:
            return read_closings(self.cleaned_data["closed_days"])
        except BadClosing as bad:
            sentence = _("“%(line)s” is not a day or a span of at most a year, or there are more than 100 lines.")
            raise forms.ValidationError(sentence, params={"line": bad.line[:60]}) from None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        opens, closes, cut_off = data.get("opens_at"), data.get("closes_at"), data.get("cut_off")
        if opens and closes and opens >= closes:
            self.add_error("closes_at", _("The shop closes after it opens."))
        elif closes and cut_off and cut_off > closes:
            self.add_error("cut_off", _("The cut-off is not after closing time."))
        return data
