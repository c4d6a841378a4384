"""How a buyer's details are written down."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.utils.translation import gettext as _

from core.errors import Refused

TAG_LENGTH = 40
HIDDEN = "•••"


def clean_phone(text: str) -> str:
    """A phone number with single spaces. Refuses fewer than 5 digits and anything but digits, spaces and + - ( ) . /"""
    phone = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
    if phone and (not re.fullmatch(r"[0-9+()./ \-]{5,40}", phone) or len(re.findall(r"[0-9]", phone)) < 5):
        message = _("Enter the phone number with digits, such as +86 138 0013 8000.")
        raise Refused("bad_phone", message, phone=message)
    return phone


def clean_tag(text: str) -> str:
    """A tag with single spaces. Refuses an empty one, one of more than 40 characters, and commas."""
    tag = re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()
    if not tag or len(tag) > TAG_LENGTH or "," in tag or not tag.isprintable():
        message = _("Enter a tag of 1 to 40 characters, without commas.")
        raise Refused("bad_tag", message, tag=message)
    return tag


def masked(value: Any) -> str:
    """That there is a value, and not which."""
    return HIDDEN if value else ""
