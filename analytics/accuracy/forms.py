"""What a person fills in to state an own figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.accuracy.queries import Span


class OverrideForm(forms.Form):
    """A figure of one's own for days of the newest forecast, with the reason."""

    span = forms.ChoiceField(label=_("Days"), help_text=_("With what our forecast says of them."))
    value = forms.FloatField(label=_("Your figure"), min_value=0, help_text=_("For all of these days together."))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: a campaign we know of, a supplier who fails."),
    )

    def __init__(self, *args: Any, spans: Sequence[tuple[Span, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["span"]
        choices.choices = [(span.key, words) for span, words in spans]
