"""Index pages: tabs, search, filters, sort and pages, all in the URL and all done by the database.

Pages are keyset pages: the address carries the sort value and id of the row at the edge, so page 500 costs what page 1
costs. Counts stop at COUNT_LIMIT. A view declares a `Listing` once at module level and calls `listing.page(...)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import django_filters
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils.functional import cached_property

from core.addresses import PAGING, changed
from core.counts import COUNT_LIMIT, capped_counts, label_of
from core.fewfound import Cut, cut_among
from core.filterfields import (
    chips_of,
    choice_rows,
    drawn_fields,
    empty_fields,
    filtered,
    is_fixed,
    parameters_of,
    settle,
)
from core.keyset import beyond, read_edge, write_edge
from core.namesearch import Either
from core.statements import Statement
from core.together import Counted, apart, together

SIZES = (25, 50, 100)
ANY = "*"  # no tab is called so


@dataclass(frozen=True)
class Tab:
    """A view of the list with a name: `rows` narrows the queryset. `counted` shows how many there are.

    `sort` is the key of the sort it opens with, where that is not the list's first. Of a `steady` one the rows hang on
    nothing but the list's: not on the time, not on who asks.
    """

    key: str
    label: Any
    rows: Callable[[Any], Any]
    counted: bool = True
    sort: str = ""
    steady: bool = False

    def count_of(self, base: QuerySet[Any], most: int) -> Counted:
        return Counted(base, most, self.rows) if self.steady else Counted(self.rows(base), most)


@dataclass(frozen=True)
class Sort:
    """An order: a database field that is never null (annotate a Coalesce if need be), ascending or not."""

    key: str
    label: Any
    field: str
    descending: bool = False


@dataclass(frozen=True)
class Listing:
    """One list's choices. The first sort is the default one, the first tab is shown where none is asked for.

    Counts stop at `count_limit`. `search(rows, words)` narrows by what was typed; in its place, `find(words)` gives
    the condition for it where that looks in indexes (core.namesearch), which a page then does once. `filters` is a
    django-filter FilterSet class. With `columns` the rows of a page are named tuples of these columns, not objects,
    which takes a fraction of the time; `pk` and the fields of all sorts must be among them.
    """

    sorts: Sequence[Sort]
    tabs: Sequence[Tab] = ()
    filters: type[django_filters.FilterSet] | None = None
    search: Callable[[Any, str], Any] | None = None
    find: Callable[[str], Either | Q] | None = None
    columns: Sequence[str] = ()
    count_limit: int = COUNT_LIMIT

    def __post_init__(self) -> None:
        missing = {"pk", *(sort.field for sort in self.sorts)} - set(self.columns)
        if self.columns and missing:
            raise ValueError(f"the columns of a list lack {', '.join(sorted(missing))}")

    def page(self, rows: QuerySet[Any], params: QueryDict) -> ListPage:
        """The page of `rows` that the query string asks for; nonsense in it falls back to the default."""
        return ListPage(self, rows, params)

    def matching(self, rows: QuerySet[Any], params: QueryDict) -> QuerySet[Any]:
        """All rows of the view, sorted, without paging: what an export works on."""
        return ListPage(self, rows, params).matching

    def chosen(self, rows: QuerySet[Any], params: QueryDict, posted: QueryDict) -> QuerySet[Any]:
        """What a bulk action works on: the ticked rows, or all rows of the view where the person asked for those.

        `params` is the query string of the list, which the bulk form sends along in its address.
        """
        if posted.get("all"):
            return self.matching(rows, params)
        ticked = [
            int(value) for value in posted.getlist("row") if value.isascii() and value.isdigit() and len(value) < 19
        ]
        return rows.filter(pk__in=ticked).order_by("pk")


@dataclass
class ListPage:
    """What the templates of index pages read. `rows` is a list; everything else describes the view.

    What else the page is to show may be put into `beside`, by a name that no filter has: `read(name)` gives its rows,
    which come with the counts.
    """

    listing: Listing
    base: QuerySet[Any]
    params: QueryDict
    beside: dict[str, QuerySet[Any] | Statement] = field(default_factory=dict)
    sizes: tuple[int, ...] = field(default=SIZES, init=False)
    _ids: set[int] | None = field(default=None, init=False)  # what a search found, where it is few

    @cached_property
    def tab(self) -> Tab | None:
        wanted = self.params.get("tab", "")
        return next((tab for tab in self.listing.tabs if tab.key == wanted), next(iter(self.listing.tabs), None))

    @cached_property
    def sort(self) -> Sort:
        known = {sort.key: sort for sort in self.listing.sorts}
        wanted = known.get(self.params.get("sort", "").removeprefix("-"))
        return wanted or known.get(self.tab.sort if self.tab else "") or self.listing.sorts[0]

    @cached_property
    def descending(self) -> bool:
        if self.params.get("sort", "").removeprefix("-") != self.sort.key:
            return self.sort.descending
        return self.params.get("sort", "").startswith("-")

    @cached_property
    def words(self) -> str:
        return self.params.get("q", "").replace("\0", "").strip()[:100]

    @cached_property
    def size(self) -> int:
        wanted = self.params.get("size", "")
        return int(wanted) if wanted.isascii() and wanted.isdigit() and int(wanted) in SIZES else SIZES[0]

    @cached_property
    def filterset(self) -> Any:
        return self.listing.filters(self.params, queryset=self.base) if self.listing.filters else None

    @property
    def has_search(self) -> bool:
        return self.listing.search is not None or self.listing.find is not None

    def kept(self, *, leaving_out: Callable[[str], bool]) -> list[tuple[str, str]]:
        """The parameters a GET form of this list sends along as they are; paging starts anew."""
        return [
            (name, value)
            for name, values in self.params.lists()
            if name not in PAGING and not leaving_out(name)
            for value in values
        ]

    @property
    def beside_search(self) -> list[tuple[str, str]]:
        return self.kept(leaving_out=lambda name: name == "q")

    @property
    def beside_filters(self) -> list[tuple[str, str]]:
        return self.kept(leaving_out=self._is_filter)

    def _is_filter(self, name: str) -> bool:
        filters: Any = self.listing.filters
        return filters is not None and name in parameters_of(filters)

    @cached_property
    def is_narrowed(self) -> bool:
        """Whether the address sets a filter, wrong ones included."""
        return any(self._is_filter(name) for name in self.params)

    @property
    def has_filters(self) -> bool:
        return self.listing.filters is not None

    @property
    def filter_fields(self) -> str:
        """The fields of the filters as they are laid out; kept where they are empty, for that is how they come."""
        if self.is_narrowed or self.listing.filters is None:
            return drawn_fields(self.filterset)
        return empty_fields(self.listing.filters, lambda: self.filterset, self._read[1])

    @property
    def _has_fixed_filters(self) -> bool:
        """Whether no choice of a filter is asked for: also where there is no filter."""
        filters: Any = self.listing.filters
        return filters is None or is_fixed(filters)

    @property
    def filter_form(self) -> Any:
        """The fields of the filters, their choices read."""
        if not self.is_narrowed and not self._has_fixed_filters:
            settle(self.filterset, self._read[1])
        return self.filterset.form

    @cached_property
    def found(self) -> QuerySet[Any]:
        """The rows after search and filters, before the tab."""
        rows = self.base
        if self.is_narrowed:
            if not self._has_fixed_filters:
                settle(self.filterset, together(**choice_rows(self.filterset)))
            rows = filtered(self.filterset, rows)
        if self.words and self.listing.search:
            rows = self.listing.search(rows, self.words)
        if self.words and self.listing.find:
            condition = self.listing.find(self.words)
            self._ids = condition.few() if isinstance(condition, Either) else None
            rows = rows.filter(condition if self._ids is None else Q(pk__in=self._ids))
        return rows

    @cached_property
    def matching(self) -> QuerySet[Any]:
        rows = self.tab.rows(self.found) if self.tab else self.found
        return rows.order_by(*self._terms(self.descending))

    def _terms(self, descending: bool) -> tuple[str, str]:
        sign = "-" if descending else ""
        return f"{sign}{self.sort.field}", f"{sign}pk"

    @cached_property
    def is_filtered(self) -> bool:
        return bool(self.words or self.chips)

    @cached_property
    def chips(self) -> list[dict[str, Any]]:
        """The set filters: parameter names, label and the words for the value, for the chips above the table."""
        return chips_of(self.filterset, self.params) if self.is_narrowed else []

    @cached_property
    def count(self) -> int:
        """Rows of the view, to the list's limit + 1; asked for also where one page holds all: pages cost the same."""
        return self._counts[""]

    @property
    def count_label(self) -> str:
        return label_of(self.count, limit=self.listing.count_limit)

    def read(self, name: str) -> list[Any]:
        """The rows of what was put into `beside` under that name."""
        return self._read[1][name]

    @property
    def _counts(self) -> dict[str, int]:
        return self._read[0]

    @cached_property
    def _read(self) -> tuple[dict[str, int], dict[str, list[Any]]]:
        """Rows of the view under "", of each counted tab under its key, where none is shown of the whole list under
        ANY; the rows that the choices of the filters are made of, unless a filter has asked for them; what is wanted
        beside; and what the rows shown prefetch: one query.
        """
        most, tabs = self.listing.count_limit + 1, [tab for tab in self.listing.tabs if tab.counted]
        rows, earlier, later = self._window
        whole = {"": len(rows)} if self._ids is not None and not (earlier or later) else {}
        wanted = ({} if whole else {"": Counted(self.matching, most)}) | (
            {} if rows else {ANY: Counted(self.base, most)}
        )
        wanted |= {tab.key: tab.count_of(self.base, most) for tab in tabs if not self._is_view(tab)}
        choices = {} if self.is_narrowed or self._has_fixed_filters else choice_rows(self.filterset)
        beside, relations = {**choices, **self.beside}, self._apart[1]
        counts, found = capped_counts(wanted, beside=beside, shown=rows, relations=relations)
        counts |= whole
        return counts | {tab.key: counts[""] for tab in self.listing.tabs if self._is_view(tab)}, found

    def _is_view(self, tab: Tab) -> bool:
        return tab is self.tab and not self.is_filtered

    @cached_property
    def tabs(self) -> list[dict[str, Any]]:
        return [
            {
                "key": tab.key,
                "label": tab.label,
                "current": tab is self.tab,
                "count": label_of(self._counts[tab.key], limit=self.listing.count_limit) if tab.counted else None,
            }
            for tab in self.listing.tabs
        ]

    @cached_property
    def is_unused(self) -> bool:
        """No row at all, whatever the view: the page says what will be here one day."""
        return not self.rows and not self._counts[ANY]

    @cached_property
    def _window(self) -> tuple[list[Any], bool, bool]:
        """The rows shown, whether there are earlier ones, whether there are later ones.

        An edge whose row is gone still cuts at the same place. Where too few rows lie before it, or none behind it, the
        first page is shown.
        """
        before, after = self._read_edge("before"), self._read_edge("after")
        if before is not None:
            flipped = self._shown.order_by(*self._terms(not self.descending))
            window = list(flipped.filter(beyond(self.sort.field, before, up=self.descending))[: self.size + 1])
            if len(window) >= self.size:
                return list(reversed(window[: self.size])), len(window) > self.size, True
        elif after is not None:
            window = list(self._shown.filter(beyond(self.sort.field, after, up=not self.descending))[: self.size + 1])
            if window:
                return window[: self.size], True, len(window) > self.size
        known = None if before or after else self._cut
        window = list(self._shown[: self.size + 1]) if known is None else known
        return window[: self.size], False, len(window) > self.size

    @property
    def _cut(self) -> list[Any] | None:
        """The first page of what a search alone found, and one more row; None where this is not known by ids."""
        self.found  # noqa: B018 - searches
        columns = self.listing.columns
        if self._ids is None or self.is_narrowed or not columns or (self.tab and not self.tab.steady):
            return None
        cut = Cut(self.tab.rows if self.tab else None, self._terms(self.descending), tuple(columns), self.size + 1)
        return cut_among(self._ids, self.base, cut)

    @property
    def _shown(self) -> QuerySet[Any]:
        """The matching rows with what a row of the page shows of them, but for what is read with the counts."""
        columns = self.listing.columns
        if columns:
            return self.matching.values_list(*columns, named=True)
        bare, _, others = self._apart
        return bare.prefetch_related(*others)

    @cached_property
    def _apart(self) -> tuple[QuerySet[Any], list[Any], list[Any]]:
        """The matching rows without what they prefetch, and that: what is read with the counts, and the rest."""
        return (self.matching, [], []) if self.listing.columns else apart(self.matching)

    @property
    def rows(self) -> list[Any]:
        if self._apart[1]:
            self._read  # noqa: B018 - fills what they prefetch
        return self._window[0]

    @cached_property
    def first(self) -> int:
        """The ordinal of the first row shown, as far as the address knows it."""
        wanted = self.params.get("from", "1")
        known = wanted.isascii() and wanted.isdigit() and len(wanted) < 10
        return int(wanted) if known and self._window[1] else 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def next(self) -> dict[str, str] | None:
        """The parameters of the next page's link."""
        rows, _, more = self._window
        return {"after": self._edge(rows[-1]), "from": str(self.last + 1)} if more and rows else None

    @property
    def previous(self) -> dict[str, str] | None:
        """The parameters of the previous page's link."""
        rows, earlier, _ = self._window
        if not earlier or not rows:
            return None
        return {"before": self._edge(rows[0]), "from": str(max(1, self.first - self.size))}

    @property
    def next_query(self) -> str:
        return self._link(self.next)

    @property
    def previous_query(self) -> str:
        return self._link(self.previous)

    def _link(self, edge: dict[str, str] | None) -> str:
        return "" if edge is None else changed(self.params, dict.fromkeys(PAGING, "") | edge)

    def _edge(self, row: Model) -> str:
        value: Any = row
        for name in [self.sort.field] if self.listing.columns else self.sort.field.split("__"):
            value = getattr(value, name)
        return write_edge(self._order, value, row.pk)

    def _read_edge(self, name: str) -> tuple[Any, int] | None:
        return read_edge(self._order, self.params.get(name, ""))

    @property
    def _order(self) -> str:
        return f"{'-' if self.descending else ''}{self.sort.key}"
