"""The forms of coupons: shape only, the actions decide."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.filters import DayField
from core.money import LARGEST
from ecommerce.coupons.actions import Terms
from ecommerce.coupons.models import Coupon
from ecommerce.coupons.rules import NOTE_LENGTH

GIVEN = [(one.value, one.label) for one in (Coupon.Origin.HAND, Coupon.Origin.APOLOGY)]


def _amount(label: Any, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=Decimal(0),
        max_digits=11,
        decimal_places=2,
        max_value=LARGEST,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
        **options,
    )


def _day(label: Any, **options: Any) -> forms.DateField:
    return DayField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}), **options)


class CouponForm(forms.Form):
    """What a coupon takes off and when. For one customer, for whoever has the code, or with MANY for many at once."""

    kind = forms.ChoiceField(label=_("It takes off"), choices=Coupon.Kind.choices)
    amount = _amount(_("Amount"), help_text=_("For an amount off."))
    percent = forms.IntegerField(
        label=_("Percentage"), required=False, min_value=1, max_value=100, help_text=_("For a percentage off.")
    )
    least = _amount(_("Least order value"), help_text=_("Goods after all other discounts. Empty: none."))
    valid_from = _day(_("Valid from"), help_text=_("Empty: at once."))
    valid_until = _day(_("Valid until"), help_text=_("The last day. Empty: for good."))
    origin = forms.ChoiceField(label=_("Why it is given"), choices=GIVEN)
    code = forms.CharField(
        label=pgettext_lazy("coupon", "Code"),
        max_length=60,
        required=False,
        help_text=_("Empty: one that nobody can guess."),
    )
    note = forms.CharField(
        label=_("Note"), max_length=NOTE_LENGTH, required=False, help_text=_("Only your team sees it.")
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == Coupon.Kind.AMOUNT and data.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", _("Enter an amount above 0."))
        if data.get("kind") == Coupon.Kind.PERCENT and data.get("percent") is None and "percent" not in self.errors:
            self.add_error("percent", _("Enter a percentage from 1 to 100."))
        return data

    @property
    def terms(self) -> Terms:
        data = self.cleaned_data
        return Terms(
            kind=data["kind"],
            amount=data["amount"] or Decimal(0),
            percent=data["percent"] or 0,
            least=data["least"] or Decimal(0),
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
        )


class ManyCouponsForm(CouponForm):
    """The same for many customers, each with a code of its own. `key` sees that it happens once."""

    code = None  # type: ignore[assignment]
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["key"].initial = uuid.uuid4().hex
