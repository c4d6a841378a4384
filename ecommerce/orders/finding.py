"""The ids of the orders that people mean when they read out a number, a name, the end of a phone number and the like.

Each way has an index of its own and is limited to the merchant, so each costs what it finds, not what the shop holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F

from core.namesearch import Either, NameSearch, Select, by_beginning, phone_digits
from core.tenancy import current_tenant_id
from ecommerce.orders.models import CALLED_OFF, OVERPAID, Channel, Order, OrderLine

TABLE = "ecommerce_order"
TO_GIVE_BACK = "to_give_back"
HALF_A_CENT = Decimal("0.005")  # SQLite adds amounts as floats
NAMES = NameSearch(TABLE, "buyer_name", "buyer_phone")


def found_orders(words: str) -> Either:
    """The merchant's orders whose number, e-mail or channel id begins so, or whose buyer, SKU or parcel it is."""
    parts = list(_ways(words, current_tenant_id(), connection.vendor))
    return Either(parts)


def to_give_back() -> Either:
    """The merchant's orders whose buyers are to get money back: paid and called off, whole or in part, or paid more
    than they come to, and not refunded for it.

    Of one that was called off in part this is told by units: fewer were refunded than were called off.
    """
    left = Order.objects.filter(paid_total__gt=F("refunded_total"))
    called_off = left.filter(state=Order.State.CANCELLED)
    overpaid = Order.objects.filter(OVERPAID, paid_total__gt=F("refunded_total") + F("total") + HALF_A_CENT)
    lines = OrderLine.objects.filter(CALLED_OFF, total__gt=0, order__paid_total__gt=F("order__refunded_total"))
    in_part = lines.exclude(order__state=Order.State.CANCELLED).values("order")
    parts = (called_off.values("pk"), overpaid.values("pk"), in_part)
    return Either([_select(rows) for rows in parts])


def _select(rows: Any) -> Select:
    sql, params = rows.order_by().query.sql_with_params()
    return sql, list(params)


def _ways(words: str, merchant: int, vendor: str) -> Iterator[Select]:
    """What the words may be: an address only an e-mail, Chinese no number."""
    spellings = sorted({words, words.upper(), words.lower()})
    if "@" in words:
        yield by_beginning(TABLE, "buyer_email", words, merchant, vendor)
        return
    yield _sku(words, merchant, vendor)
    if not re.fullmatch(r"[\d\s()+./#-]+", words):
        yield NAMES.by_name(words, merchant, vendor)
    digits = phone_digits(words)
    if digits:
        yield NAMES.by_phone_end(digits, merchant, vendor)
    if not words.isascii():
        return
    yield by_beginning(TABLE, "number", words.lstrip("#"), merchant, vendor)
    if re.search("[a-zA-Z]", words):
        yield by_beginning(TABLE, "buyer_email", words, merchant, vendor)
    yield _external(words, merchant)
    parcels = sorted({one.replace(" ", "") for one in spellings})
    yield (
        "SELECT order_id FROM ecommerce_shipment WHERE merchant_id = %s"  # noqa: S608
        f" AND tracking_number IN ({_marks(parcels)}) AND tracking_number <> ''",
        [merchant, *parcels],
    )


def _external(words: str, merchant: int) -> Select:
    """By the id on its channel. The channels are named because the index that keeps the ids unique has them first."""
    channels = [channel.value for channel in Channel]
    sql = (
        f"SELECT id FROM ecommerce_order WHERE merchant_id = %s AND channel IN ({_marks(channels)})"  # noqa: S608
        " AND external_id = %s AND NOT (external_id = '')"
    )
    return sql, [merchant, *channels, words]


def _sku(words: str, merchant: int, vendor: str) -> Select:
    if vendor == "postgresql":
        sql = "SELECT order_id FROM ecommerce_orderline WHERE merchant_id = %s AND upper(sku) = %s"
        return sql, [merchant, words.upper()]
    return "SELECT order_id FROM ecommerce_orderline WHERE merchant_id = %s AND sku COLLATE NOCASE = %s", [
        merchant,
        words,
    ]


def _marks(values: list[Any]) -> str:
    return ", ".join(["%s"] * len(values))
