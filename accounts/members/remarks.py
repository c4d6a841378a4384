"""What is said of members on the page of the team. Features above register here, so that it knows none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet

Rows = Callable[[], "QuerySet[Any]"]
Words = Callable[[Any], tuple[int, str]]
_remarks: dict[str, tuple[Rows, Words]] = {}


def when_listed(rows: Rows) -> Callable[[Words], Words]:
    """Register a function that makes, of one of these rows, a member's key and a few words in the active language.

    The rows are those of the merchant in scope, read along with what else the page reads (core.together).
    """

    def register(words: Words) -> Words:
        _remarks[words.__name__] = (rows, words)
        return words

    return register


def remark_rows() -> dict[str, QuerySet[Any]]:
    """The queries behind the remarks, by name."""
    return {name: rows() for name, (rows, _words) in _remarks.items()}


def remarks_in(found: Mapping[str, Any]) -> dict[int, list[str]]:
    """All that is said of members, by key, from the rows of these queries."""
    said: dict[int, list[str]] = {}
    for name, (_rows, words) in _remarks.items():
        for row in found[name]:
            pk, text = words(row)
            said.setdefault(pk, []).append(text)
    return said
