"""Pieces of a page that are drawn once and filled in often: the frame round all pages, and the rows of a table.

The key of a kept piece is everything that is shown in it, so nothing has to be thrown away when something changes: a
person with a new name has a new key. What differs from request to request is left open as a hole, filled each time.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

MOST = 500  # pieces of some ten kilobytes each
_MARK = secrets.token_hex(8)  # no text that people write can hold a hole
_HOLE = re.compile(f"\x02{_MARK}([^\x03]*)\x03")
_pieces: dict[Hashable, list[str]] = {}


def hole(name: str) -> SafeString:
    """A place in a drawn piece that is filled later with what goes by that name."""
    return SafeString(f"\x02{_MARK}{name}\x03")


class Unknown(SafeString):
    """The place of a row's value; nothing can hang on what that will be."""

    def __bool__(self) -> bool:
        raise TypeError("what is drawn once for all rows cannot hang on one of them: work it out before")


class Holes(Mapping[str, Unknown]):
    """Stands for a row while its piece is drawn: whatever is asked of it is a place to be filled."""

    def __getitem__(self, name: str) -> Unknown:
        return Unknown(hole(name))

    def get(self, name: str, default: Any = None) -> Unknown:
        return self[name]

    def __iter__(self) -> Any:
        raise TypeError("a row that is drawn once for all has no end of columns: name them")

    def __len__(self) -> int:
        return 1


def split(drawn: str) -> list[str]:
    """A drawn piece as text and names of holes in turn, text first."""
    return _HOLE.split(drawn)


def piece(key: Hashable, draw: Callable[[], str]) -> list[str]:
    """Text and names of holes in turn, text first; drawn where nothing is kept under the key."""
    known = _pieces.get(key)
    if known is None:
        if len(_pieces) >= MOST:
            _pieces.clear()
        known = _pieces[key] = split(draw())
    return known


def filled(parts: list[str], values: Mapping[str, str]) -> SafeString:
    """The piece with its holes filled by HTML; one without a value stays empty."""
    whole = parts.copy()
    whole[1::2] = [values.get(name, "") for name in parts[1::2]]
    return mark_safe("".join(whole))


def filled_for_each(parts: list[str], rows: Iterable[Mapping[str, Any]]) -> SafeString:
    """The piece once for every row, its holes filled by the row's values, which are escaped unless they are HTML."""
    names, whole, every = parts[1::2], parts.copy(), []
    for row in rows:
        whole[1::2] = [
            value if type(value := row[name]) is SafeString else escape(value)  # `escape` would take it for text too
            for name in names
        ]
        every.append("".join(whole))
    return mark_safe("".join(every))
