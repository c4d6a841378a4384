"""What a SKU, a barcode and a price may be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.errors import Refused
from core.money import CENT, LARGEST

SKU_LENGTH = 80


def clean_sku(text: str) -> str:
    """The SKU as it is stored: Unicode NFKC (full-width forms become plain ones), outer spaces off, inner ones single.

    Refuses nothing at all, more than 80 characters, control and invisible characters, and pictures such as emoji: other
    systems drop those, and two SKUs would become one.
    """
    spaced = (" " if unicodedata.category(sign) == "Zs" else sign for sign in unicodedata.normalize("NFKC", text))
    sku = re.sub(r" +", " ", "".join(spaced)).strip()
    if not sku:
        raise _refused("sku_empty", _("Enter a SKU."))
    if len(sku) > SKU_LENGTH:
        raise _refused("sku_too_long", _("Enter a SKU of at most 80 characters."))
    for character in sku:
        kind = unicodedata.category(character)
        if kind in ("So", "Sk", "Cs", "Co", "Cn") or character in "\ufe0e\ufe0f\u20e3":
            raise _refused(
                "sku_picture",
                _("“%(character)s” cannot stand in a SKU. Use letters, digits and signs such as - _ . /")
                % {"character": character},
            )
        if kind.startswith("C") or kind in ("Zl", "Zp"):
            raise _refused(
                "sku_invisible",
                _("The SKU holds an invisible character (%(code)s). Type it again instead of pasting it.")
                % {"code": f"U+{ord(character):04X}"},
            )
    return sku


def same_sku(sku: str) -> str:
    """What two SKUs share when people would call them the same: case does not count."""
    return sku.casefold()


def clean_price(price: Decimal) -> Decimal:
    """The price rounded to the cent. Refuses what is no number, zero and less, and more than 999,999,999.99."""
    if not price.is_finite():
        raise _refused("price_no_number", _("Enter the price as a number, such as 168.00."), field="price")
    if price > LARGEST:
        raise _refused("price_too_high", _("Enter a price of at most 999,999,999.99."), field="price")
    rounded = price.quantize(CENT, ROUND_HALF_UP) if price > 0 else price
    if rounded <= 0:
        raise _refused("price_not_positive", _("Enter a price above zero."), field="price")
    return rounded


PRIOR_DAYS = 30


@dataclass(frozen=True)
class PriorPrice:
    """`lowest` is the lowest price that was asked from `since` until `until`.

    `is_whole` is False where the variant has no price that old: the lowest of the time it has been on sale then counts.
    """

    lowest: Decimal
    since: datetime
    until: datetime
    is_reduced: bool
    is_whole: bool


def prior_price(history: Sequence[tuple[datetime, Decimal]], now: datetime) -> PriorPrice | None:
    """The lowest price of the 30 days before the present price was set, if that is a reduction; else of the last 30.

    `history` are (from when, price), oldest first; None where there is none. A reduction that is announced in the EU
    has to name the lowest price applied during at least the 30 days before it: Directive 98/6/EC, Article 6a, as
    inserted by Directive (EU) 2019/2161, Article 2 ("Omnibus"). Of a price that was lowered in steps the article lets
    member states take the time before the first step; here it is always the last one, which is never above that.
    """
    past = [(at, price) for at, price in history if at <= now]
    if not past:
        return None
    is_reduced = len(past) > 1 and past[-1][1] < past[-2][1]
    until = past[-1][0] if is_reduced else now
    since = until - timedelta(days=PRIOR_DAYS)
    before = [price for at, price in past if at <= since]
    within = [price for at, price in past if since < at < until]
    return PriorPrice(min([*before[-1:], *within]), since, until, is_reduced, bool(before))


def ending_in(price: Decimal, cents: Decimal) -> Decimal:
    """The price nearest to `price` that ends in these cents: 12.40 becomes 11.99 or 12.99, whichever is nearer.

    Never zero or less; of two equally near the higher one.
    """
    whole = price.to_integral_value(ROUND_FLOOR)
    near = [whole - 1 + cents, whole + cents, whole + 1 + cents]
    return min((one for one in near if one > 0), key=lambda one: (abs(one - price), -one))


def _refused(code: str, message: str, *, field: str = "sku") -> Refused:
    fields: dict[str, Any] = {field: message}
    return Refused(code, message, **fields)
