"""What shops and moderators fill in about complaints."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.money import LARGEST
from core.validators import no_card_number
from ecommerce.complaints.actions.deciding import LONGEST_REASONS
from ecommerce.complaints.actions.writing import LONGEST_MESSAGE
from ecommerce.complaints.models import Complaint


def _words(label: Any, rows: int = 4, help_text: Any = "", most: int = LONGEST_MESSAGE) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=most,
        validators=[no_card_number],
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
    )


def _amount(label: Any, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=Decimal(0), max_value=LARGEST, decimal_places=2, help_text=help_text
    )


class AnswerForm(forms.Form):
    """The shop's answer, with an offer or without."""

    text = _words(_("Your answer"), rows=5)
    refund_offer = _amount(_("Refund you offer"), _("The buyer can accept it with one click; it is paid back at once."))


class MessageForm(forms.Form):
    text = _words(_("Message"))


class NoteForm(forms.Form):
    text = _words(_("Note for your side"), rows=2, help_text=_("Neither the buyer nor the other side sees it."))


class AppealForm(forms.Form):
    text = _words(_("Why you disagree"), rows=4, help_text=_("You can appeal once. Name what was overlooked."))


class DecisionForm(forms.Form):
    """The platform's decision. `state` is the state the moderator saw."""

    decision = forms.ChoiceField(label=_("Decision"), choices=Complaint.Decision.choices, widget=forms.RadioSelect)
    refund = _amount(_("Refund to the buyer"))
    reasons = _words(
        _("Statement of reasons"),
        rows=6,
        most=LONGEST_REASONS,
        help_text=_("Facts first, then the rule, then what follows. The buyer and the shop read it."),
    )
    state = forms.CharField(widget=forms.HiddenInput)
