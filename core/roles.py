"""The table of roles and their permission words, filled once by the composition root (config/roles.py)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Area:
    """Permission words that belong together, each with what it lets a person do, in their language."""

    label: Any
    words: Mapping[str, Any]


_merchant: dict[str, frozenset[str]] = {}
_staff: dict[str, frozenset[str]] = {}
_areas: list[Area] = []
_withheld: set[str] = set()


def define(
    *,
    merchant: Mapping[str, frozenset[str]],
    staff: Mapping[str, frozenset[str]],
    areas: Sequence[Area] = (),
    withheld: frozenset[str] = frozenset(),
) -> None:
    """Set the built-in roles of merchants and of platform staff.

    `areas` puts every merchant word into human ones; `withheld` are the words a restricted merchant loses.
    """
    _merchant.clear()
    _merchant.update(merchant)
    _staff.clear()
    _staff.update(staff)
    _areas[:] = areas
    _withheld.clear()
    _withheld.update(withheld)


def areas() -> list[Area]:
    """Every permission word of merchants in human words, by what it is about."""
    return list(_areas)


@dataclass(frozen=True)
class Box:
    """A permission word to tick."""

    word: str
    label: str
    ticked: bool


def boxes(held: Collection[str], ticked: Collection[str]) -> list[tuple[str, list[Box]]]:
    """The words of `held` by area, for a form; areas without any are left out."""
    found = [
        (str(area.label), [Box(word, str(label), word in ticked) for word, label in area.words.items() if word in held])
        for area in _areas
    ]
    return [(label, words) for label, words in found if words]


def word_label(word: str) -> str:
    """What a permission word lets a person do; the word itself where nobody said it."""
    return next((str(area.words[word]) for area in _areas if word in area.words), word)


def withheld_while_restricted() -> frozenset[str]:
    """The words a restricted merchant does not have, whatever the role."""
    return frozenset(_withheld)


def of_merchant(role: str) -> frozenset[str]:
    """The permission words of a built-in merchant role; none for an unknown role."""
    return _merchant.get(role, frozenset())


def of_staff(role: str) -> frozenset[str]:
    """The permission words of a staff role; none for an unknown role."""
    return _staff.get(role, frozenset())


def merchant_permissions() -> frozenset[str]:
    """Every permission word a merchant role or an API token may hold."""
    return frozenset().union(*_merchant.values())


def merchant_roles() -> dict[str, frozenset[str]]:
    return dict(_merchant)


def staff_roles() -> dict[str, frozenset[str]]:
    return dict(_staff)
