"""What a SKU, a barcode and a price may be."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
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


def _refused(code: str, message: str, *, field: str = "sku") -> Refused:
    fields: dict[str, Any] = {field: message}
    return Refused(code, message, **fields)
