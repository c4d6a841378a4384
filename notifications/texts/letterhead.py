"""Under which name a shop's letters go out, and where replies to them go."""

from __future__ import annotations

import unicodedata
from email.utils import parseaddr

from django.conf import settings

from accounts.merchants.models import Merchant
from notifications.texts.models import Letterhead


def letterhead_of(merchant: Merchant) -> Letterhead:
    """The shop's own, or an empty one. In its scope."""
    return Letterhead.objects.filter(merchant=merchant).first() or Letterhead(merchant=merchant)


def sender_of(merchant: Merchant) -> str:
    """Our address under the name the shop chose, else its own. In its scope."""
    return from_line(letterhead_of(merchant).sender_name or merchant.name)


def reply_to_of(merchant: Merchant) -> str:
    """Where replies to the shop's letters go; "" for nowhere. In its scope."""
    return letterhead_of(merchant).reply_to or merchant.contact_email


def from_line(name: str) -> str:
    """The sender as mails say it. What has a meaning in an address, or is not seen, is left out of the name."""
    kept = "".join(" " if letter in '"<>,;:\\@' or letter.isspace() else letter for letter in name)
    seen = "".join(letter for letter in kept if not unicodedata.category(letter).startswith("C"))
    return f'"{" ".join(seen.split())}" <{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}>'
