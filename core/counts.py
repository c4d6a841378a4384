"""Counting rows up to a limit: many counts in one query, each of them no longer than the limit.

That there are more than the limit is known for BEYOND seconds without counting again: it seldom changes, is shown as
"10,000+" in any case, and is the one count that takes long. Every other count is of this moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from typing import Any, TypeVar

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db.models import Model, Prefetch, QuerySet

from core.statements import Statement
from core.together import Counted, fill

COUNT_LIMIT = 10_000
BEYOND = 60

K = TypeVar("K")


def capped_counts(
    rows: Mapping[K, Counted],
    *,
    beside: Mapping[str, QuerySet[Any] | Statement] | None = None,
    shown: Sequence[Model] = (),
    relations: Iterable[str | Prefetch[Any]] = (),
) -> tuple[dict[K, int], dict[str, list[Any]]]:
    """How many rows there are of each, and the rows of what is asked for beside: one query, by which the `relations`
    of the objects `shown` are filled too.
    """
    counts = dict.fromkeys(rows, 0)
    asked: dict[str, Counted] = {}
    keys: dict[str, list[K]] = {}
    for key, counted in rows.items():
        with suppress(EmptyResultSet):
            name = _name(*counted.compiled)
            asked[name] = counted
            keys.setdefault(name, []).append(key)
    known = cache.get_many(asked) if asked else {}
    open_ = {name: counted for name, counted in asked.items() if name not in known}
    found = fill(shown, *relations, **open_, **(beside or {}))
    for name in asked:
        counts |= dict.fromkeys(keys[name], found.pop(name) if name in open_ else asked[name].most)
    if beyond := {name: True for name in open_ if counts[keys[name][0]] >= asked[name].most}:
        cache.set_many(beyond, BEYOND)
    return counts, found


def _name(sql: str, params: tuple[Any, ...]) -> str:
    return f"beyond:{blake2b(f'{sql}{params}'.encode(), digest_size=16).hexdigest()}"


def label_of(count: int, *, limit: int = COUNT_LIMIT) -> str:
    """The count as it is shown: "10,000+" beyond the limit."""
    return f"{limit:,}+" if count > limit else f"{count:,}"
