"""The forms of saved views: shape only."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ViewForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    is_shared = forms.BooleanField(label=_("Shared with the shop"), required=False)
    position = forms.IntegerField(label=_("Position"), min_value=1, max_value=999, initial=1)
