"""Risks of orders in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel import Locale

from core.templatetags.sc import babel_locale, money
from ecommerce.orders.models import Order, RiskFlag
from ecommerce.orders.risks import SENTENCES

COUNTRIES = ("country", "phone_country", "ip_country")


@dataclass(frozen=True)
class Risk:
    flag: RiskFlag
    sentences: list[str]


def risks_of(order: Order) -> list[Risk]:
    """The order's flags with what they say: those that are open, and those a person has looked at."""
    flags = [flag for flag in order.risk_flags.all() if flag.is_open or flag.settled_by]
    return [Risk(flag, sentences_of(flag, order.currency)) for flag in flags]


def sentences_of(flag: RiskFlag, currency: str) -> list[str]:
    figures: dict[str, Any] = dict(flag.figures)
    names = Locale.parse(babel_locale()).territories
    for key in COUNTRIES:
        if figures.get(key):
            figures[key] = " / ".join(names.get(code, code) for code in figures[key].split("/"))
    for key in ("total", "usual"):
        if key in figures:
            figures[key] = money(Decimal(figures[key]), currency)
    return [str(SENTENCES[code]) % figures for code in flag.codes if code in SENTENCES]
