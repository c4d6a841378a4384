"""Pieces of the frame, drawn once for all requests that would draw the same.

The key of a piece is everything that is shown in it, so nothing has to be thrown away when something changes: a person
with a new name has a new key. What differs from request to request is left open as a hole and filled in each time.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Hashable

from django.utils.safestring import SafeString, mark_safe

MOST = 500  # pieces of some ten kilobytes each
_MARK = secrets.token_hex(8)  # no text that people write can hold a hole
_HOLE = re.compile(f"\x02{_MARK}([^\x03]*)\x03")
_pieces: dict[Hashable, list[str]] = {}


def hole(name: str) -> SafeString:
    """A place in a drawn piece that `filled` puts something into."""
    return mark_safe(f"\x02{_MARK}{name}\x03")  # noqa: S308 - two control characters round a name of ours


def piece(key: Hashable, draw: Callable[[], str]) -> list[str]:
    """Text and names of holes in turn, text first; drawn where nothing is kept under the key."""
    known = _pieces.get(key)
    if known is None:
        if len(_pieces) >= MOST:
            _pieces.clear()
        known = _pieces[key] = _HOLE.split(draw())
    return known


def filled(parts: list[str], values: dict[str, str]) -> SafeString:
    """The piece with its holes filled; one without a value stays empty."""
    whole = parts.copy()
    whole[1::2] = [values.get(name, "") for name in parts[1::2]]
    return mark_safe("".join(whole))  # noqa: S308 - was drawn by templates, which escape
