"""What a fact is about, as far as members can look after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Ids = frozenset[int]
NONE: Ids = frozenset()


@dataclass(frozen=True)
class About:
    """The ids of the things of a shop that a fact names; of categories those of the platform.

    One that `gathers` says together what lies in several warehouses: where nobody looks after one of these, what lies
    there is still everybody's.
    """

    products: Ids = NONE
    variants: Ids = NONE
    categories: Ids = NONE
    warehouses: Ids = NONE
    suppliers: Ids = NONE
    gathers: bool = False

    def __bool__(self) -> bool:
        return any((self.products, self.variants, self.categories, self.warehouses, self.suppliers))


def branches(paths: Iterable[str]) -> set[str]:
    """The paths of these categories and of all above them: "a/b" gives "a" and "a/b"."""
    found = set()
    for path in paths:
        parts = path.split("/")
        found |= {"/".join(parts[:length]) for length in range(1, len(parts) + 1)}
    return found
