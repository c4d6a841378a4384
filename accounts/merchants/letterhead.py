"""The letterhead of a shop's papers."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from accounts.merchants.models import Merchant
from core.papers import Party


def seller_of(merchant: Merchant) -> dict[str, str]:
    """Who the shop is on paper, as values that can be kept."""
    return {
        "name": merchant.legal_name or merchant.name,
        "address": merchant.postal_address,
        "tax_id": merchant.tax_id,
        "email": merchant.contact_email,
        "website": merchant.website,
    }


def letterhead(seller: Mapping[str, str]) -> Party:
    """The lines of it, in the active language."""
    lines = seller["address"].splitlines()
    if seller["tax_id"]:
        lines.append(_("Tax number: %(number)s") % {"number": seller["tax_id"]})
    lines += [seller[name] for name in ("email", "website") if seller[name]]
    return Party(seller["name"], lines)
