"""Counting rows up to a limit: many counts in one query, each of them no longer than the limit.

That there are more than the limit is known for BEYOND seconds without counting again: it seldom changes, is shown as
"10,000+" in any case, and is the one count that takes long. Every other count is of this moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from hashlib import blake2b
from typing import Any, TypeVar

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

COUNT_LIMIT = 10_000
BEYOND = 60

K = TypeVar("K")


def capped_counts(rows: Mapping[K, QuerySet[Any]], *, limit: int = COUNT_LIMIT) -> dict[K, int]:
    """How many rows each queryset has, up to `limit` + 1. By key alone: what rows carry besides is not worked out."""
    counts = dict.fromkeys(rows, 0)
    asked: dict[K, tuple[str, str, tuple[Any, ...]]] = {}
    using = "default"
    for key, one in rows.items():
        using = one.db
        with suppress(EmptyResultSet):
            sql, params = one.order_by().values("pk")[: limit + 1].query.sql_with_params()
            asked[key] = _name(sql, params), sql, params
    known = cache.get_many({name for name, _, _ in asked.values()})
    counts |= {key: limit + 1 for key, (name, _, _) in asked.items() if name in known}
    open_ = {key: parts for key, parts in asked.items() if parts[0] not in known}
    if open_:
        found = _count([parts[1:] for parts in open_.values()], using)
        counts |= dict(zip(open_, found, strict=True))
        beyond = {parts[0]: True for key, parts in open_.items() if counts[key] > limit}
        if beyond:
            cache.set_many(beyond, BEYOND)
    return counts


def _count(queries: list[tuple[str, tuple[Any, ...]]], using: str) -> tuple[int, ...]:
    columns = ", ".join(f"(SELECT COUNT(*) FROM ({sql}) c)" for sql, _ in queries)  # noqa: S608 - made by the ORM
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT {columns}", [value for _, params in queries for value in params])
        found: tuple[int, ...] = cursor.fetchone()
    return found


def _name(sql: str, params: tuple[Any, ...]) -> str:
    return f"beyond:{blake2b(f'{sql}{params}'.encode(), digest_size=16).hexdigest()}"


def label_of(count: int, *, limit: int = COUNT_LIMIT) -> str:
    """The count as it is shown: "10,000+" beyond the limit."""
    return f"{limit:,}+" if count > limit else f"{count:,}"
