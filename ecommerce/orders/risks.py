"""When an order is unusual: values in, reasons out. No database, no clock.

A reason is a code; what it says to people is in SENTENCES, with the figures it rests on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.money import cents

# Calling codes of the countries that shops here sell to (ITU-T E.164); +1 and +7 are shared.
CALLING: dict[str, frozenset[str]] = {
    code: frozenset(countries.split())
    for code, countries in {
        "1": "US CA", "20": "EG", "27": "ZA", "31": "NL", "32": "BE", "33": "FR", "34": "ES", "351": "PT", "353": "IE",
        "358": "FI", "39": "IT", "41": "CH", "43": "AT", "44": "GB", "45": "DK", "46": "SE", "47": "NO", "48": "PL",
        "49": "DE", "52": "MX", "55": "BR", "60": "MY", "61": "AU", "62": "ID", "63": "PH", "64": "NZ", "65": "SG",
        "66": "TH", "7": "RU KZ", "81": "JP", "82": "KR", "84": "VN", "852": "HK", "853": "MO", "86": "CN", "886": "TW",
        "90": "TR", "91": "IN", "966": "SA", "971": "AE",
    }.items()
}  # fmt: skip
ENOUGH = 30  # orders from which "usual" can be told
USUAL = Decimal("0.95")

SENTENCES: dict[str, Any] = {
    "no_name": _("No name is given."),
    "no_street": _("No street is given."),
    "no_city": _("No city is given."),
    "no_country": _("No country is given."),
    "phone_country": _("The phone number is of %(phone_country)s, the address of %(country)s."),
    "ip_country": _("It was ordered from %(ip_country)s, the address is in %(country)s."),
    "same_customer": _("%(count)s orders of this buyer within %(hours)s hours."),
    "same_email": _("%(count)s orders with this e-mail address within %(hours)s hours."),
    "same_phone": _("%(count)s orders with this phone number within %(hours)s hours."),
    "same_address": _("%(count)s orders to this address within %(hours)s hours."),
    "large": _("%(total)s is far above the usual: 95 of 100 orders stay below %(usual)s."),
    "refunds": _("%(refunds)s of the buyer’s %(orders)s orders of 180 days were refunded."),
    "card": _("The channel says that card and buyer do not match."),
}


@dataclass(frozen=True)
class Finding:
    """Why an order is unusual: the kind of a RiskFlag, its reasons, the numbers."""

    kind: str
    codes: tuple[str, ...]
    figures: dict[str, Any] = field(default_factory=dict)


def country_of_phone(phone: str) -> frozenset[str]:
    """The countries a phone number in international form (+86 …, 0086 …) can be of; none where that cannot be told."""
    digits = re.sub(r"[\s().-]", "", phone)
    digits = digits[1:] if digits.startswith("+") else digits[2:] if digits.startswith("00") else ""
    return next((CALLING[digits[:n]] for n in (3, 2, 1) if digits[:n] in CALLING), frozenset())


def address_finding(*, name: str, street: str, city: str, country: str, phone: str, ip_country: str) -> Finding | None:
    """An address to which nothing can be sent, or of another country than the phone or the device."""
    codes = [
        code
        for code, text in (("no_name", name), ("no_street", street), ("no_city", city), ("no_country", country))
        if not text.strip()
    ]
    figures: dict[str, Any] = {"country": country}
    phones = country_of_phone(phone)
    if country and phones and country not in phones:
        codes.append("phone_country")
        figures["phone_country"] = "/".join(sorted(phones))
    if country and ip_country and ip_country != country:
        codes.append("ip_country")
        figures["ip_country"] = ip_country
    return Finding("address", tuple(codes), figures) if codes else None


def velocity_finding(counts: Mapping[str, int], *, most: int, hours: int) -> Finding | None:
    """Too many orders in a short time; `counts` says how many have the same "customer", "email", "phone", "address"."""
    found = {name: count for name, count in counts.items() if count >= most}
    if not found:
        return None
    name = max(found, key=lambda one: (found[one], one == "customer"))
    return Finding("velocity", (f"same_{name}",), {"count": found[name], "hours": hours})


def usual_total(totals: Sequence[Decimal]) -> Decimal | None:
    """The amount that 95 of 100 orders stay below (the empirical quantile, so a few giants do not move it).

    None for fewer than 30 orders.
    """
    if len(totals) < ENOUGH:
        return None
    ordered = sorted(totals)
    return ordered[min(len(ordered) - 1, int(USUAL * len(ordered)))]


def value_finding(total: Decimal, usual: Decimal | None, *, factor: Decimal) -> Finding | None:
    """An order far above what is usual in the shop."""
    if not usual or total <= cents(usual * factor):
        return None
    return Finding("value", ("large",), {"total": str(total), "usual": str(usual)})


def refunds_finding(refunds: int, orders: int, *, most: int) -> Finding | None:
    """A buyer whose orders were refunded again and again."""
    return Finding("refunds", ("refunds",), {"refunds": refunds, "orders": orders}) if refunds >= most else None


def card_finding(card_check: str) -> Finding | None:
    return Finding("card", ("card",)) if card_check == "mismatch" else None
