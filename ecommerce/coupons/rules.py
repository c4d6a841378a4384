"""What a coupon's code looks like, what it is worth, and what it asks for. No database, no clock."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from core.errors import Refused
from core.money import LARGEST, cents

AMOUNT, PERCENT = "amount", "percent"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without those that are taken for each other
SHORTEST, LONGEST = 4, 32
MADE = 10
NOTE_LENGTH = 200


def clean_code(text: str) -> str:
    """A code as it is kept: in capitals, without blanks. It may be no code at all; is_code() tells."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()


def is_code(text: str) -> bool:
    """Whether a cleaned text can be a code: 4 to 32 letters A to Z, digits and hyphens."""
    return SHORTEST <= len(text) <= LONGEST and re.fullmatch(r"[A-Z0-9-]+", text) is not None


def new_code(choose: Callable[[str], str]) -> str:
    """A code of ten signs that is not guessed; `choose` picks one of a text by chance."""
    return "".join(choose(LETTERS) for _place in range(MADE))


def worth(kind: str, amount: Decimal, percent: int, goods: Decimal) -> Decimal:
    """What a coupon takes off goods that cost this much after all other discounts; never more than they cost."""
    off = cents(goods * percent / 100) if kind == PERCENT else amount
    return min(off, goods)


def check_terms(kind: str, amount: Decimal, percent: int, least: Decimal) -> None:
    """Refuse a coupon that takes nothing off, or has figures that cannot be, naming the field at fault."""
    if kind == AMOUNT and not (amount.is_finite() and amount == cents(amount) and 0 < amount <= LARGEST):
        sentence = _("Enter an amount above 0.")
        raise Refused("coupon_amount", sentence, amount=sentence)
    if kind == PERCENT and not 1 <= percent <= 100:
        sentence = _("Enter a percentage from 1 to 100.")
        raise Refused("coupon_percent", sentence, percent=sentence)
    if kind not in (AMOUNT, PERCENT):
        sentence = _("A coupon takes off an amount or a percentage.")
        raise Refused("coupon_kind", sentence, kind=sentence)
    if not (least.is_finite() and least == cents(least) and 0 <= least <= LARGEST):
        sentence = _("The least order value is 0 or more.")
        raise Refused("coupon_least", sentence, least=sentence)


def check_days(valid_from: date, valid_until: date | None, today: date) -> None:
    """Refuse a coupon that ends before it begins, or is over already."""
    if valid_until is not None and valid_until < valid_from:
        sentence = _("The last day is not before the first.")
        raise Refused("coupon_days", sentence, valid_until=sentence)
    if valid_until is not None and valid_until < today:
        sentence = _("The last day is over already.")
        raise Refused("coupon_over", sentence, valid_until=sentence)
