"""The lists whose views can be saved and whose columns can be chosen, as data. Each feature declares its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Column:
    """`key` is that of `{% column %}` in the template. One that is not `shown` is there for who asks for it."""

    key: str
    label: Any
    shown: bool = True


@dataclass(frozen=True)
class SavedList:
    """`word` is the permission its page takes, `url` the name of its address."""

    key: str
    title: Any
    word: str
    url: str
    columns: Sequence[Column] = ()

    @property
    def usual(self) -> list[str]:
        return [column.key for column in self.columns if column.shown]

    @property
    def known(self) -> list[str]:
        return [column.key for column in self.columns]


_lists: dict[str, SavedList] = {}


def declare(one: SavedList) -> SavedList:
    """Make a list known under its key."""
    if one.key in _lists:
        raise RuntimeError(f"two lists are called {one.key}")
    _lists[one.key] = one
    return one


def list_at(key: str) -> SavedList | None:
    return _lists.get(key)
