"""What people type about proposals to order."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.filters import DayField


class DismissForm(forms.Form):
    """Not to propose a variant before a day, and why."""

    until = DayField(
        label=_("Do not propose it before"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("On this day it is proposed again if it is still needed."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)
