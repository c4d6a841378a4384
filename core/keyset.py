"""The edge of a page in a link: the sort value and id of a row, signed, so that nobody can make the database compare
what it cannot compare.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core import signing
from django.db.models import Q
from django.utils.dateparse import parse_date, parse_datetime

_SIGNER = signing.Signer(salt="core.keyset")
_READ: Mapping[str, Callable[[Any], Any]] = {
    "t": parse_datetime,
    "d": parse_date,
    "n": Decimal,
    "v": lambda plain: plain,
}


def write_edge(order: str, value: Any, pk: int) -> str:
    """`order` names the sort and its direction: the edge is of no use for another one."""
    kind = {datetime: "t", date: "d", Decimal: "n"}.get(type(value), "v")
    plain = value.isoformat() if kind in "td" else str(value) if kind == "n" else value
    text = json.dumps([order, kind, plain, pk], separators=(",", ":"))
    return _SIGNER.sign(base64.urlsafe_b64encode(text.encode()).decode().rstrip("="))


def read_edge(order: str, text: str) -> tuple[Any, int] | None:
    """The value and id in a link; None where there is none, somebody changed it, or it belongs to another order."""
    try:
        code = _SIGNER.unsign(text)
    except signing.BadSignature:
        return None
    made_for, kind, plain, pk = json.loads(base64.urlsafe_b64decode(code + "=" * (-len(code) % 4)))
    return (_READ[kind](plain), pk) if made_for == order else None


def beyond(name: str, edge: tuple[Any, int], *, up: bool) -> Q:
    """The rows behind that edge in the order of the field `name` and the id, both going `up` or both down."""
    value, pk = edge
    way = "gt" if up else "lt"
    # the first condition is implied by the second; it lets the database start in the index
    return Q(**{f"{name}__{way}e": value}) & (Q(**{f"{name}__{way}": value}) | Q(**{f"pk__{way}": pk}))
