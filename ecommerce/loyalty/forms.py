"""The forms of points: shape only, the actions decide."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.money import LARGEST
from ecommerce.loyalty.rules import MOST_DAYS, MOST_MONTHS, MOST_POINTS


class OnceForm(forms.Form):
    """A change that happens once, however often the form is sent."""

    key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["key"].initial = uuid.uuid4().hex


class PointsForm(OnceForm):
    points = forms.IntegerField(
        label=pgettext_lazy("loyalty", "Points"),
        min_value=-MOST_POINTS,
        max_value=MOST_POINTS,
        help_text=_("Below zero takes points off."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)


class PointsRulesForm(forms.Form):
    is_on = forms.BooleanField(label=_("Give points for completed orders"), required=False)
    per_unit = forms.DecimalField(
        label=_("Points for each unit of currency"),
        min_value=Decimal("0.01"),
        max_value=10_000,
        max_digits=7,
        decimal_places=2,
        help_text=_("Of what was paid, shipping and tax included. The sum is rounded down."),
    )
    months = forms.IntegerField(
        label=_("Months until points expire"),
        required=False,
        min_value=1,
        max_value=MOST_MONTHS,
        help_text=_("Empty: never. It holds for points from now on."),
    )
    exchange_points = forms.IntegerField(label=_("Points for a coupon"), min_value=1, max_value=MOST_POINTS)
    exchange_amount = forms.DecimalField(
        label=_("What that coupon takes off"),
        min_value=Decimal("0.01"),
        max_value=LARGEST,
        max_digits=11,
        decimal_places=2,
    )
    exchange_days = forms.IntegerField(label=_("Days that coupon is valid"), min_value=1, max_value=MOST_DAYS)
