"""How a buyer's details are written down."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.utils.translation import gettext as _

from core.errors import Refused

HIDDEN = "•••"


def clean_phone(text: str) -> str:
    """A phone number with single spaces. Refuses fewer than 5 digits and anything but digits, spaces and + - ( ) . /"""
    phone = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
    if phone and (not re.fullmatch(r"[0-9+()./ \-]{5,40}", phone) or len(re.findall(r"[0-9]", phone)) < 5):
        message = _("Enter the phone number with digits, such as +86 138 0013 8000.")
        raise Refused("bad_phone", message, phone=message)
    return phone


def masked(value: Any) -> str:
    """That there is a value, and not which."""
    return HIDDEN if value else ""


def masked_email(address: str) -> str:
    """An e-mail address as those see it who are only to know it again: its first letter and where it is."""
    name, at, host = address.partition("@")
    return f"{name[:1]}{HIDDEN}{at}{host}" if at else masked(address)
