"""What a buyer may choose about mail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ecommerce.customers.models import Consent
from notifications.buyers.letters import UNASKED

WORDS = {
    Consent.Purpose.ORDER: _("News of my orders: shipped, arrived, refunded"),
    Consent.Purpose.REVIEW: _("Invitations to review what I bought"),
    Consent.Purpose.MARKETING: _("Offers and news of the shop"),
}


class MailChoicesForm(forms.Form):
    def __init__(self, *args: Any, now: dict[str, bool | None], **options: Any) -> None:
        super().__init__(*args, **options)
        self.now = now
        for purpose, label in WORDS.items():
            stands = now.get(purpose)
            initial = UNASKED[purpose] if stands is None else stands
            self.fields[purpose.value] = forms.BooleanField(label=label, required=False, initial=initial)

    def changed(self) -> dict[str, bool]:
        """Purpose -> new answer, for those that differ from what counts now."""
        answers = {purpose.value: bool(self.cleaned_data[purpose.value]) for purpose in WORDS}
        return {name: answer for name, answer in answers.items() if answer != self.fields[name].initial}
