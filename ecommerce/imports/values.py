"""Reading one cell: text to an amount, a count, a moment, a code; or a sentence that says what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from core.filters import FIRST_DAY, LAST_DAY
from core.money import LARGEST, cents
from core.validators import has_card_number
from ecommerce.imports.formats import COUNTRIES, card_check_of


class BadValue(ValueError):
    """The cell cannot be used; the text is for the person who brought the file."""


EARLIEST = date(2000, 1, 1)
LARGEST_QUANTITY = 100_000
# Letters that are not seen (bidi marks, zero width) and pictures have no place in a code that people type.
_REFUSED_IN_CODES = {"Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk"}
# Most codes; none of these signs is among the refused ones.
_EVERYDAY_CODE = re.compile(r"[A-Za-z0-9_.#][A-Za-z0-9_.#/: -]*")
_WRAPPED = re.compile(r'^="(.*)"$', re.S)
_AMOUNT = re.compile(r"-?(\d{1,3}(,\d{3})+|\d{1,15})(\.\d{1,6})?")
_DECIMAL_COMMA = re.compile(r"-?\d{1,12},\d{1,2}")
_CURRENCY_SIGNS = re.compile(r"^(¥|￥|\$|€|£|R\$|CNY|RMB|USD|BRL|EUR|US\$)\s*|\s*(元|CNY|RMB|USD|BRL|EUR)$")
_ZONED = re.compile(r"^(.*\d)\s*([+-]\d{2}):?(\d{2})$")
_PATTERNS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d",
    "%B %d, %Y %H:%M",
    "%b %d, %Y",
)


# A text that neither begins nor ends with one of these is bare.
EDGES = frozenset(" \t\r\n\u3000\ufeff='\"")


def plain(cell: object) -> str:
    """A cell as bare text: without the wrapping, tabs and apostrophes by which exports force text."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).strip(" \t\r\n\u3000\ufeff")
    wrapped = _WRAPPED.match(text)
    if wrapped:
        text = wrapped[1]
    if text[:1] == "'" and len(text) > 1:
        text = text[1:]
    return text.strip(" \t\r\n\u3000")


def amount(text: str) -> Decimal:
    """An amount of money, not negative, rounded half up to the cent."""
    bare = _CURRENCY_SIGNS.sub("", text.strip()).strip()
    if _DECIMAL_COMMA.fullmatch(bare):
        bare = bare.replace(",", ".")
    if not bare.isascii() or not _AMOUNT.fullmatch(bare):
        raise BadValue(_("“%(text)s” is not an amount. Write it as 1234.50.") % {"text": text[:40]})
    try:
        value = cents(Decimal(bare.replace(",", "")))
    except InvalidOperation as error:
        raise BadValue(_("“%(text)s” is not an amount. Write it as 1234.50.") % {"text": text[:40]}) from error
    if value < 0:
        raise BadValue(_("%(text)s is below zero. Amounts are not negative here.") % {"text": text[:40]})
    if value > LARGEST:
        raise BadValue(_("%(text)s is more than an order can be worth.") % {"text": text[:40]})
    return value


def quantity(text: str) -> int:
    """A whole number of pieces, at least one."""
    bare = text.removesuffix(".00").removesuffix(".0")
    if not (bare.isascii() and bare.isdigit() and len(bare) <= 9) or not 0 < int(bare) <= LARGEST_QUANTITY:
        raise BadValue(
            _("“%(text)s” is not a quantity. Write a whole number from 1 to %(most)s.")
            % {"text": text[:40], "most": f"{LARGEST_QUANTITY:,}"}
        )
    return int(bare)


def moment(text: str, *, zone: ZoneInfo, now: datetime) -> datetime:
    """A time as UTC; one without an offset is of the shop's zone. Refuses days before 2000 and of the future."""
    found = _moment(text, zone)
    if found is None:
        raise BadValue(_("“%(text)s” is not a date and time. Write it as 2025-11-11 20:15:00.") % {"text": text[:40]})
    if found.astimezone(zone).date() < EARLIEST:
        raise BadValue(_("%(text)s lies before the year 2000; the date looks empty or wrong.") % {"text": text[:40]})
    if found > now + timedelta(days=1):
        raise BadValue(_("%(text)s lies in the future.") % {"text": text[:40]})
    return found.astimezone(UTC)


def day(text: str) -> date:
    """A day of the calendar."""
    found = _moment(text, ZoneInfo("UTC"))
    if found is None:
        raise BadValue(_("“%(text)s” is not a date. Write it as 2026-01-31.") % {"text": text[:40]})
    if not FIRST_DAY <= found.date() <= LAST_DAY:
        raise BadValue(_("%(text)s is too far away to be meant.") % {"text": text[:40]})
    return found.date()


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    bare = text.strip()
    if not bare.isascii() and "年" not in bare:
        return None
    try:
        parsed = datetime.fromisoformat(bare)
        return parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)
    except ValueError:
        zoned = _ZONED.match(bare)
    if zoned:
        return _moment(f"{zoned[1].strip()}{zoned[2]}:{zoned[3]}", zone) if " +" in bare or " -" in bare else None
    for pattern in _PATTERNS:
        try:
            return datetime.strptime(bare, pattern).replace(tzinfo=zone)
        except ValueError:
            continue
    return None


def code(text: str, *, longest: int) -> str:
    """An order number or SKU, normalised (NFKC); refuses what people cannot type and what a spreadsheet would run."""
    if _EVERYDAY_CODE.fullmatch(text) and len(text) <= longest:
        return text.strip()
    value = unicodedata.normalize("NFKC", text).strip()
    odd = sorted({f"U+{ord(sign):04X}" for sign in value if unicodedata.category(sign) in _REFUSED_IN_CODES})
    if odd:
        raise BadValue(
            _("“%(text)s” holds signs that a code cannot have (%(signs)s). Use letters, digits, - _ . and /.")
            % {"text": value[:40], "signs": ", ".join(odd[:3])}
        )
    if value[:1] in "=+@":
        raise BadValue(
            _("“%(text)s” starts with %(sign)s, which a spreadsheet takes for a formula. Take the sign away.")
            % {"text": value[:40], "sign": value[:1]}
        )
    if len(value) > longest:
        raise BadValue(_("“%(text)s…” is longer than %(most)d signs.") % {"text": value[:30], "most": longest})
    return value


def words(text: str, *, longest: int) -> str:
    """Free text (NFC) without control characters; refuses what looks like a card number, which we must not keep."""
    value = text if text.isascii() else unicodedata.normalize("NFC", text)
    if not value.isprintable():  # which control characters never are
        value = "".join(sign for sign in value if sign in "\n\t" or unicodedata.category(sign) != "Cc")
    value = value.strip()
    if has_card_number(value):
        raise BadValue(
            _("This holds what looks like a payment card number. Remove it; card numbers are not kept here.")
        )
    if len(value) > longest:
        raise BadValue(_("“%(text)s…” is longer than %(most)d signs.") % {"text": value[:30], "most": longest})
    return value


def email(text: str) -> str:
    """An e-mail address in lower case."""
    try:
        validate_email(text)
    except ValidationError as error:
        raise BadValue(_("“%(text)s” is not an e-mail address.") % {"text": text[:60]}) from error
    return text.lower()


def card_check(text: str) -> str:
    """What the channel says about card and buyer: "match" or "mismatch"."""
    found = card_check_of(text)
    if found is None:
        raise BadValue(_("“%(text)s” says nothing about the card. Write match or mismatch.") % {"text": text[:40]})
    return found


def country(text: str) -> str:
    """The two letters of a country, from them or from a name that exports use."""
    found = COUNTRIES.get(text.lower(), text.upper())
    if len(found) != 2 or not (found.isascii() and found.isalpha()):
        raise BadValue(_("“%(text)s” is not a country. Write its two letters, such as CN.") % {"text": text[:40]})
    return found
