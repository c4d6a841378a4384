"""Tables of figures that are made of many rows, and few enough to be shown whole.

Filters and sort stand in the URL as those of index pages do (core.lists), and the filters narrow what the figures are
made of. They are sorted once they are made: no index sorts by a median.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import cached_property

from core.filterfields import choice_rows, drawn_fields, settle
from core.lists import ListPage
from core.together import together


@dataclass
class GroupPage(ListPage):
    """What the templates of such a page read. `make` makes the figures of the rows found; the `field` of a sort is an
    attribute of theirs. What is not known (None) stands last, whichever way it is sorted.
    """

    make: Callable[[QuerySet[Any]], list[Any]] = list

    @cached_property
    def rows(self) -> list[Any]:
        made = self.make(self.found)
        known = [row for row in made if getattr(row, self.sort.field) is not None]
        known.sort(key=lambda row: getattr(row, self.sort.field), reverse=self.descending)
        return known + [row for row in made if getattr(row, self.sort.field) is None]

    @property
    def filter_fields(self) -> str:
        if not self.is_narrowed and not self._has_fixed_filters:
            settle(self.filterset, together(**choice_rows(self.filterset)))
        return drawn_fields(self.filterset)

    @cached_property
    def is_unused(self) -> bool:
        return not self.rows and not self.is_filtered
