"""Addresses that are needed many times a page: of objects of one kind, and of the page with another parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from django.http import QueryDict
from django.urls import reverse

PAGING = ("after", "before", "from")
_PLACE = "0000000000"
_AS_THEY_ARE = "!$&'()*+,;=/~:@"  # signs that `reverse` leaves in an address, RFC 3986 section 3.3


def addresses(name: str, *args: Any) -> Callable[[object], str]:
    """A function from the last argument of a URL name to the address: as `reverse` makes it, called once."""
    before, place, after = reverse(name, args=[*args, _PLACE]).rpartition(_PLACE)
    if not place:
        raise ValueError(f"{name} does not end with what it is asked for")
    return lambda last: f"{before}{quote(str(last), safe=_AS_THEY_ARE)}{after}"


def changed(params: QueryDict, changes: Mapping[str, Any]) -> str:
    """A query string with some parameters changed; an empty value takes one away. Paging starts anew.

    Copying a QueryDict to change it takes several times as long, and a list page has thirty such links.
    """
    pairs: list[tuple[str, Any]] = []
    for name, values in params.lists():
        if name in changes:
            values = [changes[name]]
        elif name in PAGING:
            continue
        pairs += [(name, value) for value in values if name not in changes or value not in (None, "")]
    pairs += [(name, value) for name, value in changes.items() if name not in params and value not in (None, "")]
    return f"?{urlencode(pairs)}"
