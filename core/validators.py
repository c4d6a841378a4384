"""Checks of what people type, shared by forms, API and actions."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

CARD_NUMBER = _("This looks like the number of a payment card. Take it out: card numbers are never needed here.")

# Lengths and first digits of the card schemes in use; other long numbers (parcels, orders) are none of our business.
_CARD = re.compile(
    r"(?<![\w-])(?:"
    r"3[47](?:[ -]?\d){13}"
    r"|(?:4\d|5[0-8]|2[2-7]|35|60|65)(?:[ -]?\d){14}"
    r"|62(?:[ -]?\d){14,17}"
    r")(?![\w-])",
    re.ASCII,
)


def has_card_number(text: str) -> bool:
    """Whether the text holds what must be a payment card number: a scheme's first digits, length and check digit."""
    return any(_checks_out(re.sub(r"\D", "", match.group())) for match in _CARD.finditer(text))


def _checks_out(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def no_card_number(text: str) -> None:
    """A validator: card data is refused and never stored."""
    if has_card_number(text):
        raise ValidationError(CARD_NUMBER, code="card_number")
