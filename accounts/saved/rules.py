"""What of an address makes a view."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import QueryDict

from core.addresses import PAGING

LONGEST = 2000
LEFT_OUT = (*PAGING, "view")


def canonical(query: QueryDict | str) -> str:
    """The tab, search, filters, sort and page size of an address, in one order; where one stands in the list is not
    part of it."""
    params = QueryDict(query.lstrip("?")) if isinstance(query, str) else query
    kept = QueryDict(mutable=True)
    for name in sorted(params):
        values = [value for value in params.getlist(name) if value]
        if values and name not in LEFT_OUT:
            kept.setlist(name, values)
    return kept.urlencode()


def chosen_columns(known: Sequence[str], asked: Iterable[str]) -> list[str]:
    """Those of the asked columns that there are, each once, as they were asked for."""
    return [key for key in dict.fromkeys(asked) if key in known]
