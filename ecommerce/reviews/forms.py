"""What shops and moderators fill in about reviews."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.validators import no_card_number
from ecommerce.reviews.actions import LONGEST_REASON, LONGEST_REPLY
from ecommerce.reviews.words import GROUNDS


class ReplyForm(forms.Form):
    """The shop's public reply."""

    reply = forms.CharField(
        label=_("Your reply"),
        max_length=LONGEST_REPLY,
        validators=[no_card_number],
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Everybody who reads the review sees it, under the name of the shop."),
    )


class ReasonForm(forms.Form):
    """Why a moderator hides a review or asks for a change: one of the grounds, own words, or both.

    `state` is the state the moderator saw; a review that has moved on meanwhile is not decided.
    """

    ground = forms.ChoiceField(label=_("Reason"), required=False)
    words = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=LONGEST_REASON - 100,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The author and the shop read it."),
    )
    state = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grounds: Any = self.fields["ground"]
        grounds.choices = [("", _("Own words only")), *((code, _(sentence)) for code, sentence in GROUNDS.items())]

    @property
    def reason(self) -> str:
        """The reason as it is kept: the ground in English, which is translated where it is shown, and the words."""
        parts = [GROUNDS.get(self.cleaned_data["ground"], ""), " ".join(self.cleaned_data["words"].split())]
        return "\n".join(part for part in parts if part)
