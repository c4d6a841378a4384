"""Addresses of many objects of one kind, of which only the last part differs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.urls import reverse

_PLACE = "0000000000"
_AS_THEY_ARE = "!$&'()*+,;=/~:@"  # signs that `reverse` leaves in an address, RFC 3986 section 3.3


def addresses(name: str, *args: Any) -> Callable[[object], str]:
    """A function from the last argument of a URL name to the address: as `reverse` makes it, which is done only once."""
    before, place, after = reverse(name, args=[*args, _PLACE]).rpartition(_PLACE)
    if not place:
        raise ValueError(f"{name} does not end with what it is asked for")
    return lambda last: f"{before}{quote(str(last), safe=_AS_THEY_ARE)}{after}"
