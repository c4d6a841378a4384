"""What a shop fills in about questions."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.validators import no_card_number
from ecommerce.orders.models import Channel
from ecommerce.questions.rules import LONGEST_TEXT


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Your answer"),
        max_length=LONGEST_TEXT,
        validators=[no_card_number],
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class QuestionForm(forms.Form):
    """A question that reached the shop by telephone or chat."""

    text = forms.CharField(
        label=_("Question"),
        max_length=LONGEST_TEXT,
        validators=[no_card_number],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    asked_by = forms.CharField(label=_("Asked by"), max_length=100, required=False)
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices, initial=Channel.OTHER)
