"""What each kind of notification says, from its stored figures, in the language and time zone of the reader.

Every function takes the params of a notification and returns (title, line below). Amounts come as decimal strings with
their currency, moments and days as ISO.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from math import floor, log10
from typing import Any

from django.utils import formats, timezone

from core.templatetags.sc import money

Params = Mapping[str, Any]
Words = tuple[str, str]


def amount(value: str, currency: str) -> str:
    return money(Decimal(value), currency)


def moment(iso: str) -> str:
    return formats.date_format(timezone.localtime(datetime.fromisoformat(iso)), "SHORT_DATETIME_FORMAT")


def day(iso: str) -> str:
    return formats.date_format(date.fromisoformat(iso), "SHORT_DATE_FORMAT")


def about(value: float, currency: str) -> str:
    """An expected amount, in three significant digits: a forecast knows no cents."""
    digits = 2 - floor(log10(abs(value))) if abs(value) >= 1 else 2
    rounded = Decimal(str(round(value, min(digits, 0))))
    return money(rounded, currency).removesuffix(".00")


def count(value: float) -> str:
    return formats.number_format(round(value), force_grouping=True)
