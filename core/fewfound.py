"""The rows of a page where a search found few: their ids are known, so the statement that reads them is worked out once
for the list (core.statements), not once for each page, which takes longer than to read them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from core.statements import Shaped, built_by

MOST = 64  # ids


@dataclass(frozen=True)
class Cut:
    """What a page shows of the rows of its list: those that `narrow` leaves, in this order, these columns, so many."""

    narrow: Callable[[Any], Any] | None
    terms: tuple[str, ...]
    columns: tuple[str, ...]
    most: int

    def of(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        narrowed: QuerySet[Any] = self.narrow(rows) if self.narrow else rows
        return narrowed.order_by(*self.terms).values_list(*self.columns, named=True)[: self.most]


def cut_among(ids: Collection[int], rows: QuerySet[Any], cut: Cut) -> list[Any] | None:
    """The cut of the rows with these ids, as named tuples; None where they are too many, or `rows` is no query that is
    built once a shop.
    """
    built = built_by(rows)
    if built is None or len(ids) > MOST:
        return None
    if not ids:
        return []
    known = sorted(ids)
    shapes = 1 << (len(known) - 1).bit_length()  # so that few statements do for any number of them
    return _shaped(built[0], cut).rows(*known, *known[-1:] * (shapes - len(known)))


@lru_cache(maxsize=512)
def _shaped(build: Callable[[], QuerySet[Any]], cut: Cut) -> Shaped:
    return Shaped(lambda *ids: cut.of(build().filter(pk__in=ids)))
