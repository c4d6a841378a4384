"""Counting rows up to a limit: many counts in one query, each of them no longer than the limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

COUNT_LIMIT = 10_000

K = TypeVar("K")


def capped_counts(rows: Mapping[K, QuerySet[Any]], *, limit: int = COUNT_LIMIT) -> dict[K, int]:
    """How many rows each queryset has, up to `limit` + 1. By key alone: what rows carry besides is not worked out."""
    parts: list[str] = []
    values: list[Any] = []
    asked: list[K] = []
    counts = dict.fromkeys(rows, 0)
    using = "default"
    for key, one in rows.items():
        using = one.db
        try:
            sql, params = one.order_by().values("pk")[: limit + 1].query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) c)")
        values += params
        asked.append(key)
    if parts:
        with connections[using].cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(parts)}", values)
            counts.update(zip(asked, cursor.fetchone() or (), strict=True))
    return counts


def label_of(count: int, *, limit: int = COUNT_LIMIT) -> str:
    """The count as it is shown: "10,000+" beyond the limit."""
    return f"{limit:,}+" if count > limit else f"{count:,}"
