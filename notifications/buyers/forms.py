"""What a buyer may choose about mail, and what a shop says of its letters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ecommerce.customers.models import Consent
from notifications.buyers.actions import HIGHEST
from notifications.buyers.models import LetterRules
from notifications.texts.letters import LETTERS

WORDS = {
    Consent.Purpose.ORDER: _("News of my orders: confirmed, shipped, arrived, refunded"),
    Consent.Purpose.REVIEW: _("Invitations to review what I bought"),
    Consent.Purpose.MARKETING: _("Offers and news of the shop"),
}


class MailChoicesForm(forms.Form):
    """One box for each purpose; `now` is what the buyer gets of each at present."""

    def __init__(self, *args: Any, now: dict[str, bool], **options: Any) -> None:
        super().__init__(*args, **options)
        for purpose, label in WORDS.items():
            self.fields[purpose.value] = forms.BooleanField(label=label, required=False, initial=now[purpose.value])

    def changed(self) -> dict[str, bool]:
        """Purpose -> new answer, for those that differ from what counts now."""
        answers = {purpose.value: bool(self.cleaned_data[purpose.value]) for purpose in WORDS}
        return {name: answer for name, answer in answers.items() if answer != self.fields[name].initial}


class LetterRulesForm(forms.Form):
    """Which letters go out, and how many at most."""

    most_a_day = forms.IntegerField(
        label=_("Letters to one buyer a day, at most"),
        required=False,
        min_value=1,
        max_value=HIGHEST,
        help_text=_("Empty: no limit. Order confirmed, refunds and answers to returns always go and do not count."),
    )
    invitations_a_month = forms.IntegerField(
        label=_("Invitations to review to one buyer in 30 days, at most"),
        required=False,
        min_value=1,
        max_value=HIGHEST,
        help_text=_("Empty: no limit. What is over it is not sent later; it stands in the log with the reason."),
    )
    invites_unasked = forms.BooleanField(
        label=_("Also invite buyers who were never asked"),
        required=False,
        help_text=_("Buyers who said no are never invited. In some countries an invitation takes a yes before."),
    )

    def __init__(self, *args: Any, rules: LetterRules, **options: Any) -> None:
        options["initial"] = {name: getattr(rules, name) for name in self.base_fields}
        super().__init__(*args, **options)
        for kind in LETTERS.values():
            self.fields[kind.name] = forms.BooleanField(
                label=kind.label, required=False, initial=kind.name not in rules.off
            )

    @property
    def letters(self) -> list[tuple[Any, Any]]:
        """(kind, box) of each letter."""
        return [(kind, self[kind.name]) for kind in LETTERS.values()]

    @property
    def values(self) -> dict[str, Any]:
        """What the action takes."""
        clean = {name: self.cleaned_data[name] for name in self.base_fields}
        return {**clean, "off": [name for name in LETTERS if not self.cleaned_data[name]]}
